//! What `serve` writes into its log: enough to follow what it does, and nobody's name.

use jiff::SignedDuration;
use serde_json::json;

use crate::served::in_danish_time;
use crate::world::{Folder, LIGHT, free_port, until};

#[test]
fn the_log_of_serve_tells_what_is_sent_and_what_fails_and_names_nobody() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let port = free_port();
    let soon = in_danish_time(SignedDuration::from_secs(2));
    folder.edit("lokalid.toml", |text| {
        let schedule = format!("[schedule]\nfull_read_at = \"{soon}\"\n\n[[organisation]]");
        let text = text.replacen("[[organisation]]", &schedule, 1);
        let more = "\n[[organisation.source]]\nkind = \"csv\"\nname = \"hr\"\nfile = \"gone.csv\"\n";
        text.replacen("localhost:8080", &format!("localhost:{port}"), 1) + more
    });
    folder.edit("people.csv", |text| text.replacen(";Madsen;ole0001@", ";Juhl;ole0001@", 1));
    emulator.faults(&json!([{ "operation": "updateDraftProfile", "kind": "status_503", "count": 1 }]));
    let serving = folder.start_with_log(&["serve"], "log");
    until("it is sent", || emulator.employee("ole0001")["surname"] == json!("Juhl"));
    until("it is told", || folder.read("log").contains("an operation is done in MitID Erhverv"));
    assert_eq!(serving.stop(), 0);
    let log = folder.read("log");
    for line in [
        &format!("the console listens address=127.0.0.1:{port}"),
        &format!(
            "a source could not be read; what it said before still counts, and `lokalid source check` says why organisation={LIGHT} source=hr"
        ),
        &format!("MitID Erhverv was read in full organisation={LIGHT}"),
        "an operation failed; it is tried again",
        "kind=\"update-draft\" attempt=1",
        "(503)",
    ] {
        assert!(log.contains(line), "{line} is not in\n{log}");
    }
    for secret in ["ole0001", "Juhl", "6201500100", "620150-0100", "\u{1b}"] {
        assert!(!log.contains(secret), "{secret} is in\n{log}");
    }
}
