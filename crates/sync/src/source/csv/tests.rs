use domain::{SourceKey, Standing};
use insta::assert_snapshot;
use jiff::civil::date;

use super::*;

const HEADINGS: &str = "brugernavn;cpr;fornavn;efternavn;e-mail;telefon;enhed;titel;leder;p-nummer;fra;til";
const ANNA: &str =
    "anha;610190-0000;Anna;Ågård;anna@kommune.example;;Skole;Lærer;bosø;9001234567;01-08-2020;";
const BO: &str =
    "bosø;620285-0001;Bo;Sørensen;bo@kommune.example;12345678;Skole;Leder;;;2015-02-01;31.12.2030";

fn options() -> CsvOptions {
    CsvOptions { today: date(2026, 11, 20), skip_broken: false, several_identities: false }
}

fn read_with(octets: &[u8], mapping: &CsvMapping, options: CsvOptions) -> Result<Snapshot, CsvFaults> {
    let taken_at = "2026-11-20T08:00:00Z".parse().unwrap();
    read_csv(octets, mapping, &SourceName("payroll".to_owned()), taken_at, options)
}

fn read(lines: &[&str]) -> Result<Snapshot, CsvFaults> {
    read_with(lines.join("\n").as_bytes(), &CsvMapping::default(), options())
}

fn refusal(lines: &[&str]) -> String {
    refusal_of(lines.join("\n").as_bytes())
}

fn refusal_of(octets: &[u8]) -> String {
    read_with(octets, &CsvMapping::default(), options()).unwrap_err().to_string()
}

/// A short file: what most tests need of a person.
fn people(rows: &[&str]) -> String {
    refusal(&[&["brugernavn;cpr;fornavn;efternavn;e-mail"], rows].concat())
}

fn mapping(toml: &str) -> CsvMapping {
    toml::from_str(toml).unwrap()
}

mod right {
    use super::*;

    #[test]
    fn the_file_of_the_demo() {
        let snapshot = read(&[HEADINGS, ANNA, BO, ""]).unwrap();
        assert_eq!((snapshot.records.len(), snapshot.skipped.len(), snapshot.warnings.len()), (2, 0, 0));
        let anna = &snapshot.records[0];
        assert_eq!(anna.key, SourceKey::FromCpr("610190-0000".parse().unwrap()));
        assert_eq!(anna.place, "row 2");
        assert_eq!(anna.standing, Standing::Employed);
        assert_eq!(anna.user_name.as_ref().unwrap().as_str(), "anha");
        assert_eq!(anna.surname.as_ref().unwrap().as_str(), "Ågård");
        assert_eq!((anna.phone.as_deref(), anna.manager.as_deref()), (None, Some("bosø")));
        assert_eq!((anna.start, anna.end), (Some(date(2020, 8, 1)), None));
        assert_eq!(snapshot.records[1].end, Some(date(2030, 12, 31)));
    }

    #[test]
    fn utf8_marked_or_not_and_windows_1252_say_the_same() {
        let text = [HEADINGS, ANNA, BO].join("\r\n");
        let plain = read_with(text.as_bytes(), &CsvMapping::default(), options()).unwrap();
        let marked = format!("\u{feff}{text}");
        let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
        for octets in [marked.as_bytes(), &windows] {
            assert_eq!(read_with(octets, &CsvMapping::default(), options()).unwrap(), plain);
        }
    }

    #[test]
    fn windows_1252_may_end_in_a_danish_letter() {
        let octets = b"user name,CPR number,given name,surname\nanha,610190-0000,Anna,Br\xf8";
        let snapshot = read_with(octets, &CsvMapping::default(), options()).unwrap();
        assert_eq!(snapshot.records[0].surname.as_ref().unwrap().as_str(), "Brø");
    }

    #[test]
    fn english_headings_commas_and_quotation_marks() {
        let snapshot = read(&[
            "",
            "\"User name\",CPR number,Given name,Surname,E-mail address,Department",
            "anha,6101900000,\"Anna, \"\"Ann\"\"\",Berg,anna@kommune.example,\"Skole,",
            "Nord\"",
        ]);
        // A line break together with a separator could as well be a row that a lost quotation mark swallowed.
        assert_snapshot!(snapshot.unwrap_err(), @"nothing of the file is used: row 3: a quotation mark is missing or one too many, so that rows could be hidden in a cell: put the cell between quotation marks and write each one inside it twice");

        let snapshot = read(&[
            "",
            "\"User name\",CPR number,Given name,Surname,E-mail address,Department",
            "",
            "anha,6101900000,\"Anna, \"\"Ann\"\"\",Berg,anna@kommune.example,\"Skole",
            "Nord\"",
            "bo,6202850001,Bo,Berg,bo@kommune.example,Skole",
        ])
        .unwrap();
        let anna = &snapshot.records[0];
        assert_eq!(anna.given_name.as_ref().unwrap().as_str(), "Anna, \"Ann\"");
        assert_eq!(anna.unit.as_deref(), Some("Skole Nord"));
        assert_eq!((anna.place.as_str(), snapshot.records[1].place.as_str()), ("row 4", "row 6"));
    }

    #[test]
    fn every_kind_of_line_end_counts_as_one() {
        for line_end in ["\n", "\r\n", "\r"] {
            let text = [HEADINGS, ANNA, "", BO].join(line_end);
            let snapshot = read_with(text.as_bytes(), &CsvMapping::default(), options()).unwrap();
            assert_eq!(snapshot.records[1].place, "row 4", "{line_end:?}");
        }
    }

    #[test]
    fn the_configuration_names_columns_and_key() {
        let mapping = mapping(
            r#"
            key = "employee-number"
            required = ["employee-number", "cpr"]
            columns = { employee-number = "Nr.", email = "Arbejdsmail", signing = "Underskriver" }
            more = { cost-center = "Omk.sted" }
            "#,
        );
        let file = "nr;cpr;Arbejds-mail;Omk.sted;underskriver\n007;6101900000;a@b.example;4711;ja";
        let record = read_with(file.as_bytes(), &mapping, options()).unwrap().records.remove(0);
        assert_eq!(record.key, SourceKey::Text("007".to_owned()));
        assert_eq!(record.email.unwrap().as_str(), "a@b.example");
        assert_eq!((record.signing, record.more["cost-center"].as_str()), (Some(true), "4711"));
        assert!(toml::from_str::<CsvMapping>("keys = \"cpr\"").is_err());
    }

    #[test]
    fn several_groups_stand_in_one_cell() {
        let groups_of = |heading: &str, cell: &str| {
            let headings = format!("brugernavn;cpr;fornavn;efternavn;{heading}");
            let snapshot = read(&[&headings, &format!("anha;610190-0000;Anna;Berg;{cell}")]).unwrap();
            snapshot.records[0].groups.iter().cloned().collect::<Vec<_>>()
        };
        assert_eq!(groups_of("Grupper", " Lærere,  Tilsyn  Øst |Lærere,, "), ["Lærere", "Tilsyn Øst"]);
        assert_eq!(groups_of("groups", "Lærere"), ["Lærere"]);
        assert_eq!(groups_of("grupper", " | "), [""; 0]);
    }

    #[test]
    fn the_employee_number_is_the_key_where_there_is_one_and_the_user_name_is_the_last() {
        let key = |file: &str| {
            let mapping = mapping("required = [\"user-name\"]");
            read_with(file.as_bytes(), &mapping, options()).unwrap().records.remove(0).key
        };
        assert_eq!(
            key("brugernavn;cpr;medarbejdernummer\nAnHa;6101900000;17"),
            SourceKey::Text("17".to_owned())
        );
        assert_eq!(key("brugernavn;rid\nAnHa;12"), SourceKey::Text("anha".to_owned()));
        let hidden = key("brugernavn;medarbejdernummer\nAnHa;610190-0000");
        assert_eq!(hidden, SourceKey::FromCpr("6101900000".parse().unwrap()));
    }

    #[test]
    fn a_date_of_birth_stands_in_for_a_cpr_number() {
        let snapshot =
            read(&["brugernavn;fornavn;efternavn;fødselsdato;til", "anha;Anna;Berg;1-2-1990;31-12-9999"])
                .unwrap();
        assert_eq!(snapshot.records[0].birth_date, Some(date(1990, 2, 1)));
        assert_eq!(snapshot.records[0].end, None);
    }

    #[test]
    fn one_person_may_have_several_identities_where_that_is_allowed() {
        let file = "brugernavn;cpr;fornavn;efternavn;medarbejdernr\n\
                    anha;6101900000;Anna;Aagaard;1\nanha2;610190-0000;ANNA;Ågård;2";
        let allowed = CsvOptions { several_identities: true, ..options() };
        let read = |options| read_with(file.as_bytes(), &CsvMapping::default(), options);
        assert_eq!(read(allowed).unwrap().records.len(), 2);
        assert_snapshot!(read(options()).unwrap_err(), @r#"
            nothing of the file is used, because of 2 faults:
            row 2: the same CPR number and name as row 3: remove one, or allow several identities a person
            row 3: the same CPR number and name as row 2: remove one, or allow several identities a person
            "#);
    }

    #[test]
    fn children_are_left_out_with_a_warning() {
        let child = "lise;811113-4000;Lise;Lund;lise@kommune.example;;;;;;;";
        let snapshot = read(&[HEADINGS, ANNA, child, BO]).unwrap();
        assert_eq!(snapshot.records.len(), 2);
        assert_eq!(snapshot.warnings[0].place, "row 3");
        assert_snapshot!(snapshot.warnings[0].text, @"the person is under 13 and was left out, because MitID is not given to children below that age: nothing needs to be done, unless the date of birth is wrong");
        let older = CsvOptions { today: date(2026, 11, 21), ..options() };
        let lines = [HEADINGS, ANNA, child, BO].join("\n");
        assert_eq!(read_with(lines.as_bytes(), &CsvMapping::default(), older).unwrap().records.len(), 3);
    }

    #[test]
    fn columns_that_nothing_reads_are_told() {
        let snapshot =
            read(&["brugernavn;cpr;fornavn;efternavn;e-post;", "anha;6101900000;Anna;Berg;x;"]).unwrap();
        assert_eq!(snapshot.warnings[0].place, "row 1");
        assert_snapshot!(snapshot.warnings[0].text, @r#"nothing is read from the columns "e-post": name them in the mapping if they matter"#);
    }

    #[test]
    fn rows_of_nothing_but_separators_are_no_rows() {
        assert_eq!(read(&[HEADINGS, ANNA, ";;;;;;;;;;;", BO, ";;;"]).unwrap().records.len(), 2);
    }

    #[test]
    fn cells_beyond_the_headings_may_be_empty() {
        let wide = format!("{ANNA};;");
        assert_eq!(read(&[HEADINGS, &wide]).unwrap().records.len(), 1);
    }
}

mod whole_file {
    use super::*;

    #[test]
    fn empty() {
        assert_snapshot!(refusal_of(b""), @"nothing of the file is used: the file is empty: export it again");
        for octets in ["\u{feff}", "\r\n \r\n", ";;;\n"] {
            assert_eq!(refusal_of(octets.as_bytes()), refusal_of(b""));
        }
        assert_snapshot!(refusal(&[HEADINGS]), @"nothing of the file is used: the file has headings but no person that can be used: export it again");
    }

    #[test]
    fn truncated() {
        assert_snapshot!(refusal(&[HEADINGS, ANNA, "bosø;620285-0001;Bo;Søre"]), @"nothing of the file is used: row 3: the last row has 4 cells and the headings 12, so the file was cut off: export it again (or remove the line if it is no person)");
        let text = [HEADINGS, ANNA, "bosø;620285-0001;Bo;Sø"].join("\n");
        assert_snapshot!(refusal_of(&text.as_bytes()[..text.len() - 1]), @"nothing of the file is used: the file ends in the middle of a letter, so it was cut off: export it again");
    }

    #[test]
    fn a_truncated_file_is_not_used_even_if_broken_rows_are_skipped() {
        let text = [HEADINGS, ANNA, "bosø;620285-0001;Bo"].join("\n");
        let skip = CsvOptions { skip_broken: true, ..options() };
        assert!(read_with(text.as_bytes(), &CsvMapping::default(), skip).is_err());
    }

    #[test]
    fn wrong_encoding() {
        let text = [HEADINGS, ANNA].join("\r\n");
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_snapshot!(refusal_of(&utf16), @r#"nothing of the file is used: the file is written in UTF-16: save it as "CSV UTF-8""#);
        assert_eq!(refusal_of(&[b"\xff\xfe".as_slice(), &utf16].concat()), refusal_of(&utf16));
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(refusal_of(&[b"\xfe\xff".as_slice(), &big].concat()), refusal_of(&utf16));
    }

    #[test]
    fn two_encodings_in_one_file() {
        let mixed =
            [HEADINGS.as_bytes(), ANNA.as_bytes(), b"bo;620285-0001;Bo;S\xf8rensen;;;;;;;;"].join(&b'\n');
        assert_snapshot!(refusal_of(&mixed), @r#"nothing of the file is used: row 3: the file is partly UTF-8 and partly not, so some letters would come out wrong: save it as "CSV UTF-8""#);
        let marked = b"\xef\xbb\xbfbrugernavn;cpr;fornavn;efternavn\nbo;620285-0001;Bo;S\xf8rensen";
        assert_snapshot!(refusal_of(marked), @r#"nothing of the file is used: row 2: the file is partly UTF-8 and partly not, so some letters would come out wrong: save it as "CSV UTF-8""#);
    }

    #[test]
    fn the_encodings_of_dos_and_old_macs() {
        assert_snapshot!(refusal_of(b"brugernavn;cpr;fornavn;efternavn\nbo;620285-0001;Bo;S\x9brensen"), @r#"nothing of the file is used: row 2: the file is neither UTF-8 nor Windows-1252, so Danish letters would come out wrong: save it as "CSV UTF-8""#);
        let mac = refusal_of(b"brugernavn;cpr;fornavn;efternavn\nbo;620285-0001;Bo;S\xbfrensen");
        assert!(mac.contains("neither UTF-8 nor Windows-1252"), "{mac}");
    }

    #[test]
    fn a_workbook() {
        assert_snapshot!(refusal_of(b"PK\x03\x04\x14\0\x06\0"), @r#"nothing of the file is used: the file is a spreadsheet and not a CSV file: save it as "CSV UTF-8""#);
    }

    #[test]
    fn missing_headings_are_named_beside_those_found() {
        assert_snapshot!(refusal(&["brugernavn;cpr nr.;navn;e-mail", "anha;610190-0000;Anna Berg;"]), @r#"
            nothing of the file is used, because of 2 faults:
            row 1: no column holds the given name: name it "fornavn" or "fornavne" or "given name" or "first name" or say in the mapping which one it is. Found: "brugernavn", "cpr nr.", "navn", "e-mail"
            row 1: no column holds the surname: name it "efternavn" or "surname" or "last name" or "family name" or say in the mapping which one it is. Found: "brugernavn", "cpr nr.", "navn", "e-mail"
            "#);
    }

    #[test]
    fn a_heading_that_the_configuration_names_must_be_there() {
        let mapping = mapping("columns = { email = \"Arbejdsmail\" }\nmore = { unit-code = \"Kode\" }");
        let text = [HEADINGS, ANNA].join("\n");
        assert_snapshot!(read_with(text.as_bytes(), &mapping, options()).unwrap_err(), @r#"
            nothing of the file is used, because of 2 faults:
            row 1: no column holds the e-mail address: name it "Arbejdsmail" or say in the mapping which one it is. Found: "brugernavn", "cpr", "fornavn", "efternavn", "e-mail", "telefon", "enhed", "titel", "leder", "p-nummer", "fra", "til"
            row 1: no column holds the unit-code: name it "Kode" or say in the mapping which one it is. Found: "brugernavn", "cpr", "fornavn", "efternavn", "e-mail", "telefon", "enhed", "titel", "leder", "p-nummer", "fra", "til"
            "#);
    }

    #[test]
    fn a_key_that_is_not_there_is_no_key_by_date_of_birth() {
        let file = "brugernavn;fornavn;efternavn;fødselsdato\nanha;Anna;Berg;01-02-1990";
        assert_snapshot!(read_with(file.as_bytes(), &mapping("key = \"cpr\""), options()).unwrap_err(), @r#"nothing of the file is used: row 1: no column holds the CPR number: name it "cpr" or "cpr-nr" or "cpr-nummer" or "personnummer" or "cpr number" or say in the mapping which one it is. Found: "brugernavn", "fornavn", "efternavn", "fødselsdato""#);
    }

    #[test]
    fn no_headings_at_all() {
        assert_snapshot!(refusal(&[ANNA, BO]), @"nothing of the file is used: row 1: the first row looks like a person: put a row of headings before it, such as brugernavn;cpr;fornavn;efternavn;e-mail");
    }

    #[test]
    fn one_heading_twice() {
        assert_snapshot!(refusal(&["brugernavn;cpr;fornavn;efternavn;mail;e-mail", "anha;610190-0000;Anna;Berg;;"]), @r#"nothing of the file is used: row 1: the columns "mail" and "e-mail" both hold the e-mail address: remove one or say in the mapping which one it is"#);
    }

    #[test]
    fn quotation_marks_that_could_hide_rows() {
        assert_snapshot!(refusal(&[HEADINGS, ANNA, "bo;620285-0001;\"Bo;Berg;;;;;;;;", ANNA]), @"nothing of the file is used: row 3: a quotation mark is missing or one too many, so that rows could be hidden in a cell: put the cell between quotation marks and write each one inside it twice");
        let swallowed = refusal(&[
            "brugernavn;cpr;fornavn;efternavn;note",
            "anha;610190-0000;Anna;Berg;\"om",
            "bo;620285-0001;Bo;Lund;om\"",
            "eva;630285-0002;Eva;Holm;",
        ]);
        assert_snapshot!(swallowed, @"nothing of the file is used: row 2: a quotation mark is missing or one too many, so that rows could be hidden in a cell: put the cell between quotation marks and write each one inside it twice");
    }
}

mod rows {
    use super::*;

    #[test]
    fn duplicate_keys() {
        let file = "medarbejdernr;brugernavn;cpr;fornavn;efternavn\n\
                    1;anha;610190-0000;Anna;Berg\n1;bo;620285-0001;Bo;Lund\n1;eva;630285-0002;Eva;Holm";
        assert_snapshot!(refusal_of(file.as_bytes()), @r#"
            nothing of the file is used, because of 3 faults:
            row 2: the same key as row 3: give each row a key of its own, or choose another key column in the mapping
            row 3: the same key as row 2: give each row a key of its own, or choose another key column in the mapping
            row 4: the same key as row 2: give each row a key of its own, or choose another key column in the mapping
            "#);
    }

    #[test]
    fn two_people_with_one_user_name() {
        assert_snapshot!(people(&["anha;610190-0000;Anna;Berg;", "ANHA;620285-0001;Bo;Lund;"]), @r#"
            nothing of the file is used, because of 2 faults:
            row 2: the same user name as row 3: give each person a user name of their own
            row 3: the same user name as row 2: give each person a user name of their own
            "#);
    }

    #[test]
    fn one_cpr_number_with_two_names() {
        assert_snapshot!(people(&["anha;610190-0000;Anna;Berg;", "bo;6101900000;Bo;Lund;"]), @r#"
            nothing of the file is used, because of 2 faults:
            row 2: the same CPR number as row 3 but another name: correct the number or the name
            row 3: the same CPR number as row 2 but another name: correct the number or the name
            "#);
        let file = "brugernavn;cpr;fornavn;efternavn;medarbejdernr\n\
                    anha;6101900000;Anna;Berg;1\nbo;610190-0000;Bo;Lund;2";
        let several = CsvOptions { several_identities: true, ..options() };
        assert_snapshot!(read_with(file.as_bytes(), &CsvMapping::default(), several).unwrap_err(), @r#"
            nothing of the file is used, because of 2 faults:
            row 2: the same CPR number as row 3 but another name: correct the number or the name
            row 3: the same CPR number as row 2 but another name: correct the number or the name
            "#);
    }

    #[test]
    fn a_line_pasted_twice_is_one_fault_a_row() {
        assert_snapshot!(refusal(&[HEADINGS, ANNA, ANNA]), @r#"
            nothing of the file is used, because of 2 faults:
            row 2: the same CPR number and name as row 3: remove one, or allow several identities a person
            row 3: the same CPR number and name as row 2: remove one, or allow several identities a person
            "#);
    }

    #[test]
    fn every_fault_of_every_cell_is_told() {
        let told = refusal(&[
            "brugernavn;cpr;fornavn;efternavn;e-mail;p-nummer;rid;fra;til;navnebeskyttelse;enhed",
            "an ha;610290;Anna\u{200b};;anna@kommune;12;a b;20-11-26;x;måske;Skole\u{7}",
            "bo;10285-0001;Bo;Lund;bo lund@kommune.example;;;2026-02-01;2026-01-31;;",
        ]);
        assert_snapshot!(told, @r#"
            nothing of the file is used, because of 14 faults:
            row 2, column "brugernavn": the user name holds a blank or a character that cannot be seen: type it again without
            row 2, column "cpr": the CPR number has 6 digits and must have ten: write it as ddmmyy-nnnn
            row 2, column "fornavn": the name holds a character that cannot be seen or was lost (U+200B): type the name again
            row 2, column "efternavn": the cell is empty: write the surname
            row 2, column "e-mail": what follows the @ in the e-mail address is no domain such as kommune.example: check its dots
            row 2, column "enhed": the cell holds a character that cannot be seen or was lost: type it again
            row 2, column "p-nummer": a P-number has ten digits and nothing else: look it up in the company register and write it again
            row 2, column "rid": the RID holds something other than letters a to z, digits and hyphens: write only what follows "RID:"
            row 2, column "fra": this is no date: write it as 2026-11-20 or 20-11-2026
            row 2, column "til": this is no date: write it as 2026-11-20 or 20-11-2026
            row 2, column "navnebeskyttelse": this is neither yes nor no: write "ja" or "nej"
            row 3, column "cpr": the CPR number has nine digits: its leading zero was probably lost in a spreadsheet, so make the column text and export again
            row 3, column "e-mail": the e-mail address holds a blank, a bracket or another sign that it cannot have: write one address only, without a name
            row 3, column "til": the end date lies before the start date: correct one of them
            "#);
    }

    #[test]
    fn neither_cpr_number_nor_date_of_birth() {
        assert_snapshot!(
            refusal(&[
                "medarbejdernr;brugernavn;cpr;fornavn;efternavn;fødselsdato",
                "1;anha;;Anna;Berg;",
                "2;bo;;Bo;Lund;31-02-1990",
                "3;eva;630285-0002;Eva;Holm;04-02-1985",
                "4;ida;;Ida;Falk;01-01-2027",
            ]),
            @r#"
            nothing of the file is used, because of 4 faults:
            row 2, column "cpr": neither CPR number nor date of birth is there: write one of them
            row 3, column "fødselsdato": this is no date: write it as 2026-11-20 or 20-11-2026
            row 4, column "fødselsdato": the date of birth is not the one of the CPR number: correct one of them
            row 5, column "fødselsdato": the date of birth lies in the future: correct it
            "#
        );
    }

    #[test]
    fn an_empty_key() {
        assert_snapshot!(people(&[";;Anna;Berg;"]), @r#"
            nothing of the file is used, because of 2 faults:
            row 2, column "brugernavn": the cell is empty: write the user name
            row 2, column "cpr": the cell is empty and is the key of the row: write the CPR number, or choose another key column in the mapping
            "#);
        assert_snapshot!(refusal(&["medarbejdernr;brugernavn;cpr;fornavn;efternavn", ";anha;610190-0000;Anna;Berg"]), @r#"nothing of the file is used: row 2, column "medarbejdernr": the cell is empty and is the key of the row: write the employee number, or choose another key column in the mapping"#);
    }

    #[test]
    fn cells_too_few_or_too_many() {
        assert_snapshot!(
            people(&["anha;610190-0000;Anna;Berg", "bo;620285-0001;Bo;;Lund;bo@kommune.example", "eva;630285-0002;Eva;Holm;"]),
            @r#"
            nothing of the file is used, because of 2 faults:
            row 2: the row has 4 cells and the headings 5: look for a separator too few or too many
            row 3: the row has 6 cells and the headings 5: look for a separator too few or too many
            "#
        );
    }

    #[test]
    fn a_cpr_number_where_everybody_would_see_it_is_refused_and_never_quoted() {
        let told = refusal(&[
            "brugernavn;cpr;fornavn;efternavn;enhed;leder;telefon",
            "6101900007;610190-0007;Anna;Berg;610190-0007;6101900007;0745123456",
        ]);
        assert_snapshot!(told, @r#"
            nothing of the file is used, because of 3 faults:
            row 2, column "brugernavn": the cell holds a CPR number, which may stand only in the column for it: take it out of this one
            row 2, column "enhed": the cell holds a CPR number, which may stand only in the column for it: take it out of this one
            row 2, column "leder": the cell holds a CPR number, which may stand only in the column for it: take it out of this one
            "#);
        let shifted = people(&["610190-0007;Anna;Berg;anna@kommune.example;6101900007"]);
        assert!(!told.contains("0007") && !shifted.contains("0007"), "{shifted}");
        let mapping = mapping("more = { cost-center = \"Omk.sted\" }");
        let file = "brugernavn;cpr;fornavn;efternavn;grupper;omk.sted\n\
                    anha;610190-0007;Anna;Berg;Lærere|6101900007;610190-0007";
        let told = read_with(file.as_bytes(), &mapping, options()).unwrap_err().to_string();
        assert_snapshot!(told, @r#"
            nothing of the file is used, because of 2 faults:
            row 2, column "grupper": the cell holds a CPR number, which may stand only in the column for it: take it out of this one
            row 2, column "omk.sted": the cell holds a CPR number, which may stand only in the column for it: take it out of this one
            "#);
        // Ten digits without a hyphen are a number like any other where such numbers are usual.
        let unit = read(&["brugernavn;cpr;fornavn;efternavn;enhed", "anha;610190-0007;Anna;Berg;6105790001"])
            .unwrap();
        assert_eq!(unit.records[0].unit.as_deref(), Some("6105790001"));
    }

    #[test]
    fn the_first_fifty_are_listed_and_the_rest_counted() {
        let broken: Vec<String> = (0..120).map(|row| format!("user{row};;Anna;Berg;")).collect();
        let rows: Vec<&str> = broken.iter().map(String::as_str).collect();
        let told = people(&rows);
        assert_eq!(told.lines().count(), 1 + 50 + 1);
        assert!(told.starts_with("nothing of the file is used, because of 120 faults:\nrow 2, "), "{told}");
        assert!(told.ends_with("\nand 70 more"), "{told}");
    }
}

mod skipping {
    use super::*;

    fn skip(rows: &[&str]) -> Result<Snapshot, CsvFaults> {
        let lines = [&["brugernavn;cpr;fornavn;efternavn;e-mail"], rows].concat().join("\n");
        let skip = CsvOptions { skip_broken: true, ..options() };
        read_with(lines.as_bytes(), &CsvMapping::default(), skip)
    }

    #[test]
    fn a_broken_row_keeps_its_key_so_that_its_person_is_no_leaver() {
        let snapshot = skip(&["anha;610190-0000;Anna;Berg;", "bo;620285-0001;Bo;;@"]).unwrap();
        assert_eq!(snapshot.records.len(), 1);
        let skipped = &snapshot.skipped[0];
        assert_eq!(skipped.key, Some(SourceKey::FromCpr("620285-0001".parse().unwrap())));
        assert_eq!(skipped.place, "row 3");
        assert_snapshot!(skipped.why, @r#"column "efternavn": the cell is empty: write the surname; column "e-mail": the e-mail address must have exactly one @ with something before it: check it against the source"#);
    }

    #[test]
    fn a_row_without_a_readable_key_says_so() {
        let snapshot =
            skip(&["anha;610190-0000;Anna;Berg;", "bo;62028;Bo;Lund;", "x;y", "eva;630285-0002;Eva;Holm;"]);
        let keys: Vec<_> = snapshot.unwrap().skipped.into_iter().map(|row| row.key).collect();
        assert_eq!(keys, [None, None]);
    }

    #[test]
    fn both_of_two_rows_that_contradict_each_other_are_skipped() {
        let snapshot =
            skip(&["anha;610190-0000;Anna;Berg;", "bo;6101900000;Bo;Lund;", "eva;630285-0002;Eva;Holm;"])
                .unwrap();
        assert_eq!(snapshot.records.len(), 1);
        assert_eq!(snapshot.skipped.len(), 2);
    }

    #[test]
    fn a_file_of_nothing_but_broken_rows_is_refused() {
        assert_snapshot!(skip(&["anha;61019;Anna;Berg;"]).unwrap_err(), @r#"nothing of the file is used: row 2, column "cpr": the CPR number has 5 digits and must have ten: write it as ddmmyy-nnnn"#);
    }
}

mod anything {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever happens to a file on its way: an answer without a CPR number in it.
        #[test]
        fn a_damaged_file_is_read_or_refused_and_never_quoted(
            from in 0usize..400, length in 0usize..80, instead in "[;\"\n\r,x\u{0}\u{e6}]{0,4}", skip_broken: bool
        ) {
            let mut octets = [HEADINGS, ANNA, BO].join("\n").into_bytes();
            let from = from.min(octets.len());
            let to = (from + length).min(octets.len());
            octets.splice(from..to, instead.bytes());
            let answer = read_with(&octets, &CsvMapping::default(), CsvOptions { skip_broken, ..options() });
            let told = match answer {
                Ok(snapshot) => format!("{:?} {:?}", snapshot.warnings, snapshot.skipped),
                Err(faults) => format!("{faults} {faults:?}"),
            };
            prop_assert!(!told.contains("-0000") && !told.contains("-0001"), "{}", told);
        }

        #[test]
        fn any_octets_are_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            let headings = [HEADINGS.as_bytes(), &octets].concat();
            let _ = read_with(&headings, &CsvMapping::default(), options());
            let _ = read_with(&octets, &CsvMapping::default(), options());
        }
    }
}
