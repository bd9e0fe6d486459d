# Anmodninger om pakker, og stedfortrædere for dem, der godkender.
requests-title = Anmodninger
requests-intro = Her står, hvem der har bedt om hvilken pakke, og hvad der blev sagt til det.
requests-nobody = Dit link siger ikke, hvem af medarbejderne du er, så her er intet at se. Bed om et nyt link til netop dig.
requests-yours = Venter på dig
requests-none-yours = Intet venter på dig.
requests-waiting = Venter på andre
requests-none-waiting = Intet venter på andre.
requests-shortened = Der venter flere, end der er plads til her. De ældste vises.
requests-settled = Afgjorte
requests-none-settled = Ingen anmodninger er afgjort endnu.
requests-none-found = Ingen afgjorte anmodninger passer.
requests-search-label = Søg i afgjorte anmodninger
requests-outcome = Udfald
requests-found = { $count ->
    [one] { $number } afgjort anmodning
   *[other] { $number } afgjorte anmodninger
}
requests-none-of-person = Ingen har anmodet om noget for personen.

request-title = Anmodning
request-called = Anmodning nr. { $value }
request-person = Til
request-period = Periode
request-asked = Anmodet af
request-asked-by = { $name }, { $at }
request-asked-by-at = Anmodet af { $name } { $at }
request-why = Hvorfor
request-gives = Det giver pakken
request-waits = Venter
request-waits-for-several = { $given } af { $needed } har godkendt
request-approved = Godkendt
request-declined = Afslået
request-withdrawn = Trukket tilbage
request-whose = Hvem skal godkende?
request-needs-one = Én skal godkende. Det kan være:
request-needs-two = To skal godkende, fordi pakken er følsom. Det kan være:
request-needs-one-more = Én har godkendt. Endnu én skal, fordi pakken er følsom. Det kan være:
request-bundle-gone = Pakken findes ikke mere, så anmodningen kan ikke afgøres. Den, der har anmodet, kan trække den tilbage.
request-settled = Anmodningen er afgjort.
request-said = Hvem har sagt hvad?
request-decide = Afgør anmodningen
request-decide-why = Begrundelse (skal udfyldes ved afslag)
request-decide-hint = Den, der har anmodet, får den at se, og den står i loggen. Skriv ikke CPR-numre.
request-approve = Godkend
request-decline = Afslå
request-choose = Vælg, om du godkender eller afslår.
request-withdraw = Træk anmodningen tilbage
request-withdraw-text = Du har selv anmodet. Er der ikke brug for pakken alligevel, kan du trække anmodningen tilbage.
request-not-withdrawn = Anmodningen kan ikke trækkes tilbage. Det kan kun den, der har anmodet, og kun så længe den venter.
request-stands-against = Personen kan ikke få pakken, som det er nu: { $value }.
request-see-rights = Se personens rettigheder

approver-as-manager = { $value } (leder)
approver-instead-of-manager = { $value } (stedfortræder for lederen)
approver-as-owner = { $value } (ejer af pakken)
approver-instead-of-owner = { $value } (stedfortræder for ejeren)
approver-as-administrator = en rettighedsadministrator
approver-administrators = rettighedsadministratorer
approver-is-administrator = { $value } (rettighedsadministrator)
decision-approved = Godkendte
decision-declined = Afslog

request-new-title = Anmod om en pakke
request-whom = Hvem er pakken til?
request-find = Find personen
request-yourself = Dig selv
request-found-nobody = Ingen passer. Prøv med et andet navn, et brugernavn eller en e-mail.
request-for = Til
request-change-person = Vælg en anden person
request-which = Hvilken pakke?
request-none-offered = Der er ingen pakker, som du kan anmode om for { $value }. Spørg en rettighedsadministrator.
request-waits-already = Der venter allerede en anmodning om pakken
request-approved-by-one = Skal godkendes af { $value }.
request-approved-by-two = Skal godkendes af to: { $value }.
request-why-label = Hvorfor er der brug for pakken?
request-send = Send anmodningen
request-no-bundle = Vælg en pakke.
request-no-such-bundle = Pakken findes ikke mere. Vælg en anden.
request-day-passed = Den sidste dag er gået. Vælg en senere dag.
request-has-cpr = Det ligner et CPR-nummer, og det må ikke stå her. Ret det.

notice-request-made = Anmodningen er sendt og venter på dem, der skal godkende den.
notice-request-approved = Anmodningen er godkendt. Pakken er tildelt og kommer med i næste plan.
notice-request-one-more = Du har godkendt. Endnu én skal gøre det, før pakken gives.
notice-request-declined = Anmodningen er afslået.
notice-request-withdrawn = Anmodningen er trukket tilbage.

substitutes-title = Stedfortrædere
substitutes-intro = En stedfortræder godkender anmodninger i stedet for en leder eller en ejer, som er væk.
substitutes-now = Nu og senere
substitutes-none = Ingen er stedfortræder nu eller senere.
substitutes-past = Tidligere
substitute-absent = Væk
substitute-stands-in = Stedfortræder
substitute-period = Periode
substitute-now = Gælder
substitute-not-yet = Gælder ikke endnu
substitute-over = Slut
substitute-end = Afslut
substitute-new = Ny stedfortræder
substitute-absent-label = Hvem er væk?
substitute-stands-in-label = Hvem er stedfortræder?
substitute-hint = Brugernavn. Begynd at skrive, og vælg.
substitute-from = Første dag
substitute-until = Sidste dag
substitute-save = Gem stedfortræderen
substitute-nobody = Skriv et brugernavn.
substitute-unknown = Ingen, der arbejder her, har brugernavnet »{ $value }«. Ret det.
substitute-own-manager = Du vælger ikke selv, hvem der er stedfortræder for din egen leder. Bed en anden administrator om det.
substitute-oneself = Ingen er stedfortræder for sig selv. Vælg en anden.
substitute-no-such = Der er ingen stedfortræder at afslutte, eller perioden er forbi.
notice-substitute-set = Stedfortræderen er gemt.
notice-substitute-ended = Stedfortræderen er afsluttet.

task-requests-yours = { $count ->
    [one] { $number } anmodning venter på dig
   *[other] { $number } anmodninger venter på dig
}
task-requests-yours-text = Nogen har bedt om en pakke, og dit ja eller nej tæller.
task-requests-yours-badge = Anmodninger
task-requests = { $count ->
    [one] { $number } anmodning venter på andre
   *[other] { $number } anmodninger venter på andre
}
task-requests-text = Ledere, ejere og andre rettighedsadministratorer har dem at afgøre.
task-requests-badge = Anmodninger

action-request-decided = Afgjorde en anmodning
action-request-made = Anmodede om en pakke
action-request-withdrawn = Trak en anmodning tilbage
action-substitute-ended = Afsluttede en stedfortræder
action-substitute-set = Satte en stedfortræder
fact-absent = væk
fact-approved = godkendt
fact-as = som
fact-bundle = pakke
fact-case = sagsnummer
fact-from = fra
fact-request = anmodning
fact-stands-in = stedfortræder
fact-until = til og med
