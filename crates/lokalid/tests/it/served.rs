//! Programs that stay: the demo with its console, and `serve` with the work in the background.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::json;

use crate::http::{self, Answer};
use crate::world::{Folder, LIGHT, PEOPLE, Process, free_port, names, until};

/// A browser that has come in by a one-time link.
pub struct Visitor {
    port: u16,
    cookies: String,
}

impl Visitor {
    /// Opens a link as `sign-in-link` or the demo prints it.
    pub fn by_link(link: &str) -> Self {
        let rest = link.split("http://localhost:").nth(1).expect(link);
        let (port, path) = rest.split_once('/').unwrap();
        let port = port.parse().unwrap();
        let answer = http::get(port, &format!("/{}", path.trim()));
        assert_eq!(answer.status, 303, "{}", answer.text());
        Self { port, cookies: answer.cookies().join("; ") }
    }

    /// The same visitor after choosing English.
    pub fn in_english(mut self) -> Self {
        let chosen = self.get("/language/en").cookies();
        self.cookies = [vec![self.cookies], chosen].concat().join("; ");
        self
    }

    pub fn get(&self, path: &str) -> Answer {
        http::get_with(self.port, path, &[("cookie", &self.cookies)])
    }

    /// Sends an ordinary form, with the token of this session. No value of the tests needs quoting.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf();
        let fields = [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied());
        let body = fields.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        self.send(path, "application/x-www-form-urlencoded", body.as_bytes())
    }

    /// Uploads a certificate with its password.
    pub fn upload(&self, path: &str, password: &str, p12: &[u8]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in [("csrf", self.csrf().as_str()), ("certificate-password", password)] {
            let head =
                format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        let head = "--part\r\nContent-Disposition: form-data; name=\"certificate-file\"; filename=\"system.p12\"\r\n\r\n";
        body.extend([head.as_bytes(), p12, b"\r\n--part--\r\n"].concat());
        self.send(path, "multipart/form-data; boundary=part", &body)
    }

    fn send(&self, path: &str, kind: &str, body: &[u8]) -> Answer {
        let origin = format!("http://localhost:{}", self.port);
        let headers = [("cookie", self.cookies.as_str()), ("content-type", kind), ("origin", &origin)];
        http::post(self.port, path, &headers, body)
    }

    fn csrf(&self) -> String {
        let page = self.get("/organisations").text();
        let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        token.expect("a form on the page").to_owned()
    }
}

/// Lets the configuration name a free port, starts `serve` and waits until it answers.
pub fn serve(folder: &Folder) -> (Process, u16) {
    let port = free_port();
    folder.edit("lokalid.toml", |text| text.replacen("localhost:8080", &format!("localhost:{port}"), 1));
    let mut process = folder.start(&["serve"]);
    wait_until_it_listens(&mut process, port);
    (process, port)
}

fn wait_until_it_listens(process: &mut Process, port: u16) {
    until("the console listens", || {
        assert!(!process.has_ended(), "`serve` ended");
        std::net::TcpStream::connect((std::net::Ipv4Addr::LOCALHOST, port)).is_ok()
    });
}

#[test]
fn the_demo_serves_its_console_and_ends_cleanly() {
    let folder = Folder::empty();
    let port = free_port().to_string();
    let mut demo = folder.start(&["demo", "--people", "8", "--port", &port]);
    let lines = demo.lines(6);
    let link = lines.iter().find(|line| line.starts_with("Console: ")).expect("a link");
    assert!(lines.iter().any(|line| line.starts_with("in step: 8 of 8 people")), "{lines:?}");
    wait_until_it_listens(&mut demo, link.split(['/', ':']).nth(5).unwrap().parse().unwrap());
    let visitor = Visitor::by_link(link);
    let overview = visitor.get("/");
    assert_eq!(overview.status, 200);
    assert!(overview.text().contains("Nørreby Kommune"));
    assert!(visitor.get("/people").text().contains("anne0000"));
    assert_eq!(demo.stop(), 0);
    let inside = names(&folder.path().join("lokalid-demo"));
    assert_eq!(inside, ["certificates", "emulator", "keys", "lokalid.db", "lokalid.toml", "people.csv"]);
}

#[test]
fn the_demo_on_any_free_port_writes_down_which() {
    let folder = Folder::empty();
    let mut demo = folder.start(&["demo", "--people", "5", "--port", "0", "--dir", "."]);
    let lines = demo.lines(6);
    let link = lines.iter().find(|line| line.starts_with("Console: ")).expect("a link");
    let port: u16 = link.split(['/', ':']).nth(5).unwrap().parse().unwrap();
    assert_ne!(port, 0);
    wait_until_it_listens(&mut demo, port);
    assert!(folder.read("lokalid.toml").contains(&format!("address = \"http://localhost:{port}\"")));
    let ran = folder.run(&["sign-in-link", "--as", "Bo", "--role", "auditor"]).expect(0);
    assert!(Visitor::by_link(&ran.out).get("/").text().contains("Bo"));
    assert_eq!(demo.stop(), 0);
}

#[test]
fn a_sign_in_link_is_for_a_name_and_a_role_and_works_once() {
    let folder = Folder::light();
    let (serving, port) = serve(&folder);
    let ran = folder.run(&["sign-in-link", "--as", "Mette Holm", "--role", "auditor"]).expect(0);
    assert!(ran.err.contains("Works once, within 10 minutes."), "{}", ran.err);
    let visitor = Visitor::by_link(&ran.out);
    assert!(visitor.get("/").text().contains("Mette Holm"));
    assert_eq!(visitor.get("/people/new").status, 403, "an auditor writes nobody");
    let path = ran.out.trim().rsplit_once("/sign-in").unwrap().1;
    assert_eq!(http::get(port, &format!("/sign-in{path}")).status, 403, "it was used");
    folder.run(&["sign-in-link", "--as", "Bo", "--person", "nobody"]).expect(1).says(&["nobody"]);
    assert_eq!(serving.stop(), 0);
}

#[test]
fn an_order_is_carried_out_beside_a_running_console() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    emulator.portal("activate", "anne0000", &json!({}));
    folder.run(&["plan", "--read"]).expect(0);
    let (serving, _) = serve(&folder);
    folder.run(&["suspend", "anne0000", "--why", "test"]).expect(0).says(&["Stopped in MitID Erhverv: "]);
    assert_eq!(emulator.employee("anne0000")["status"], "Suspended");
    folder.run(&["apply"]).expect(0);
    assert_eq!(serving.stop(), 0);
    assert_eq!(folder.names().iter().filter(|name| name.starts_with("lokalid.db")).count(), 1);
}

#[test]
fn the_timer_goes_through_the_guard() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    for user in folder.user_names() {
        emulator.portal("activate", &user, &json!({}));
    }
    folder.run(&["plan", "--read"]).expect(0);
    folder.remove_people(|place| place % 4 == 0);
    folder.edit("people.csv", |text| text.replacen(";Madsen;ole0001@", ";Juhl;ole0001@", 1));
    let soon = in_danish_time(SignedDuration::from_secs(2));
    folder.edit("lokalid.toml", |text| {
        text.replacen(
            "[[organisation]]",
            &format!("[schedule]\nfull_read_at = \"{soon}\"\n\n[[organisation]]"),
            1,
        )
    });
    let (serving, _) = serve(&folder);
    until("the timer changed what is not held", || emulator.employee("ole0001")["surname"] == json!("Juhl"));
    assert_eq!(serving.stop(), 0);
    assert!(emulator.employees().iter().all(|one| one["status"] == json!("Active")));
    let status = folder.status(LIGHT);
    assert_eq!((&status["outbox"], &status["in_step"]), (&json!({}), &json!(false)));
    assert_eq!(emulator.employees().len(), PEOPLE);
}

pub fn in_danish_time(ahead: SignedDuration) -> String {
    #[expect(clippy::disallowed_methods, reason = "the program under test reads the real clock")]
    let now = Timestamp::now();
    let zone = TimeZone::get("Europe/Copenhagen").unwrap();
    (now + ahead).to_zoned(zone).strftime("%H:%M:%S").to_string()
}
