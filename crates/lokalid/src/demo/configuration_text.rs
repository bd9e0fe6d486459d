//! The demo's `lokalid.toml`.

use std::fmt::Write as _;

use super::Fictitious;

/// An ordinary configuration; what it does not say is as `lokalid init` explains.
pub(super) fn write(organisations: &[Fictitious], api_port: u16, web_port: u16) -> String {
    let mut text = format!(
        "# Written by `lokalid demo`. `lokalid init` writes one in which every key is explained.\n\
         database = \"sqlite:lokalid.db\"\nkeys = \"keys\"\ncheckpoints = \"keys/checkpoints.jsonl\"\n\n\
         [web]\naddress = \"http://localhost:{web_port}\"\n"
    );
    for one in organisations {
        let (notified, level) =
            if one.variant == "light" { ("none", "low") } else { ("substantial", "substantial") };
        let suffix =
            if one.variant == "light" { "" } else { "subject_name_id_suffix = \"@soenderby.example\"\n" };
        let _ = write!(
            text,
            "\n[[organisation]]\ncvr = \"{cvr}\"\nname = \"{name}\"\nvariant = \"{variant}\"\nenvironment = \"emulator\"\n\
             api = \"https://localhost:{api_port}\"\nserver_authorities = \"emulator/certificates/root.pem\"\n\
             certificate = \"certificates/{cvr}.p12\"\ncertificate_password_file = \"certificates/{cvr}.password\"\n\n\
             [organisation.settings]\nnsis_notified = \"{notified}\"\nlevel = \"{level}\"\n{suffix}precedence = [\"payroll\"]\n\n\
             [[organisation.source]]\nkind = \"csv\"\nname = \"payroll\"\nfile = \"{file}\"\n",
            cvr = one.cvr,
            name = one.name,
            variant = one.variant,
            file = one.file,
        );
    }
    text
}
