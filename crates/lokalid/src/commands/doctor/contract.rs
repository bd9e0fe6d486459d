//! The parts of the contract with MitID Erhverv that are inferred.

/// What the contract does not say and Lokalid had to guess; each can be configured.
pub fn inferred() -> Vec<&'static str> {
    vec![
        "the body of a creation in Light (create_template)",
        "the date of birth of people without CPR number (create_without_cpr)",
        "which profile call fits which status; a 409 tries the other one",
        "levels other than Substantial (settings.level, settings.nsis_notified)",
        "that `maxCount` 0 means everything",
        "methods and paths of single operations (operations)",
        "401 and 403 for certificates without the right or the access",
    ]
}
