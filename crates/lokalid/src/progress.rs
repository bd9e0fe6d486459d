//! How far the work has come: on the terminal as a bar where somebody watches and as plain lines where not, and for the
//! pages as the last step that was told.

use std::{
    collections::BTreeMap,
    io::IsTerminal as _,
    sync::{Arc, Mutex, PoisonError},
};

use domain::Cvr;
use indicatif::{ProgressBar, ProgressStyle};
use sync::{Progress, Stage, Step};

/// The last step that was told of each organisation. Steps come by the thousand; whoever wants to know looks now and then.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<BTreeMap<Cvr, Step>>>);

impl Heard {
    /// Hears what is told, and passes it on.
    pub fn before(&self, next: Progress) -> Progress {
        let heard = self.clone();
        Progress::new(move |cvr, step| {
            heard.0.lock().unwrap_or_else(PoisonError::into_inner).insert(cvr.clone(), step);
            next.tell(cvr, step);
        })
    }

    /// What was told since the last time somebody asked.
    pub fn take(&self, cvr: &Cvr) -> Option<Step> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(cvr)
    }
}

/// A bar on standard error, or a line at each tenth of the way.
pub fn on_terminal() -> Progress {
    if std::io::stderr().is_terminal() { bar() } else { lines() }
}

fn bar() -> Progress {
    let style = ProgressStyle::with_template("{msg:28} {bar:32} {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(0).with_style(style);
    let stage = Mutex::new(None);
    Progress::new(move |_, Step { stage: now, done, total }| {
        if total == 0 {
            return;
        }
        if let Ok(mut stage) = stage.lock()
            && *stage != Some(now)
        {
            *stage = Some(now);
            bar.reset();
            bar.set_message(words(now));
        }
        bar.set_length(total.unsigned_abs());
        bar.set_position(done.unsigned_abs());
        if done >= total {
            bar.finish_and_clear();
        }
    })
}

fn lines() -> Progress {
    let last = Mutex::new((None, 0));
    Progress::new(move |_, Step { stage: now, done, total }| {
        let Ok(mut last) = last.lock() else { return };
        let tenth = (done * 10).checked_div(total).unwrap_or(10);
        let long = total >= 20 || matches!(now, Stage::Planning);
        if long && *last != (Some(now), tenth) && (done == total || tenth > 0) && total > 1 {
            eprintln!("{}: {done} of {total}", words(now));
        }
        *last = (Some(now), tenth);
    })
}

fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::ReadingSources => "Reading sources",
        Stage::ReadingMitIdErhverv => "Reading MitID Erhverv",
        Stage::Planning => "Planning",
        Stage::Sending => "Sending to MitID Erhverv",
    }
}
