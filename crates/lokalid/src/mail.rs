//! Mail as `[mail]` of the configuration has it.
//!
//! The files that it names are read for each round, so that a new password or a mended file counts without a restart,
//! and so that a fault in them stops nothing but the mail.

use std::time::Duration;

use anyhow::{Context as _, Result};
use sync::mail::{LogIn, MailSettings, Mailer};
use tokio::sync::watch;

use crate::{
    configuration::{Configuration, MailSection},
    installation::Installation,
};

/// How often due mail is looked for.
const LOOK: Duration = Duration::from_secs(5);
/// A fault of this machine's own files is said again after this time.
const LOOK_AFTER_FAULT: Duration = Duration::from_mins(1);

/// What sends mail; an error says which file is in the way.
pub fn mailer(configuration: &Configuration, section: &MailSection) -> Result<Mailer> {
    let settings =
        MailSettings { log_in: log_in(configuration, section)?, ..settings(configuration, section) };
    Ok(Mailer::new(&settings)?)
}

/// All that can be known without opening a file.
pub fn settings(configuration: &Configuration, section: &MailSection) -> MailSettings {
    MailSettings {
        server: section.server.clone(),
        port: section.port(),
        encryption: section.tls,
        log_in: None,
        authorities: section.authorities.as_ref().map(|file| configuration.path(file)),
        from: section.from.clone(),
        reply_to: section.reply_to.clone(),
        host: store::lease::host(),
    }
}

fn log_in(configuration: &Configuration, section: &MailSection) -> Result<Option<LogIn>> {
    let (Some(user), Some(file)) = (&section.user, &section.password_file) else { return Ok(None) };
    let file = configuration.path(file);
    let password = std::fs::read_to_string(&file).with_context(|| {
        format!(
            "the file {} with the password of the mail server, as `password_file` of [mail] names it, cannot be read; \
             check the path and the rights",
            file.display()
        )
    })?;
    Ok(Some(LogIn { user: user.clone(), password: password.trim_end().to_owned() }))
}

/// Sends whatever is due, until the program is to stop. Without `[mail]` there is nothing to do: what is queued waits.
pub async fn send_until(installation: &Installation, stopped: watch::Receiver<bool>) {
    let Some(section) = &installation.configuration.mail else { return };
    let mut stop = stopped.clone();
    while !*stopped.borrow() {
        let wait = match send(installation, section).await {
            Ok(true) => continue,
            Ok(false) => LOOK,
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "mail cannot be sent");
                LOOK_AFTER_FAULT
            }
        };
        // Whichever comes first; the loop looks at the flag again.
        drop(tokio::time::timeout(wait, stop.wait_for(|stopped| *stopped)).await);
    }
}

/// Whether there may be more to do at once.
async fn send(installation: &Installation, section: &MailSection) -> Result<bool> {
    let Installation { configuration, store, engine, .. } = installation;
    if !store.read(|tx| Box::pin(store::mail::is_due(tx))).await? {
        return Ok(false);
    }
    let round = mailer(configuration, section)?.send_due(store, &engine.worker.0).await?;
    Ok(round.taken > 0 && round.reached)
}
