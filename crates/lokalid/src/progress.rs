//! Progress on the terminal: a bar where somebody watches, plain lines where not.

use std::{io::IsTerminal as _, sync::Mutex};

use indicatif::{ProgressBar, ProgressStyle};
use sync::{Progress, Stage};

/// A bar on standard error, or a line at each tenth of the way.
pub fn on_terminal() -> Progress {
    if std::io::stderr().is_terminal() { bar() } else { lines() }
}

fn bar() -> Progress {
    let style = ProgressStyle::with_template("{msg:28} {bar:32} {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(0).with_style(style);
    let stage = Mutex::new(None);
    Progress::new(move |now, done, total| {
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
        bar.set_length(total as u64);
        bar.set_position(done as u64);
        if done >= total {
            bar.finish_and_clear();
        }
    })
}

fn lines() -> Progress {
    let last = Mutex::new((None, 0));
    Progress::new(move |now, done, total| {
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
