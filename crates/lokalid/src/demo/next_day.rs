//! The console's button *Next day*: three people join, two leave, one changes name, one moves, and somebody edits in
//! the portal.

use anyhow::{Context as _, Result};
use domain::Cvr;
use emulator::{
    Running, World,
    world::{PortalAction, PortalError, PortalRequest, Status},
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{configuration::SourceSection, demo::people, installation::Installation};

/// Changes the demo's file as a day of work at payroll would.
pub fn change_file(installation: &Installation) -> Result<()> {
    let configuration = &installation.configuration;
    let section = configuration.organisations.first().context("the demo has no organisation")?;
    let file = section.sources.iter().find_map(|source| match source {
        SourceSection::Csv { file, .. } => Some(configuration.path(file)),
        SourceSection::Ldap { .. } => None,
    });
    let file = file.context("the demo has no file")?;
    let text = std::fs::read_to_string(&file)?;
    let beside = file.with_extension("csv.new");
    std::fs::write(&beside, next_day(&text))?;
    std::fs::rename(&beside, &file)?;
    Ok(())
}

/// In MitID Erhverv, some people follow the link in their mail, and somebody edits a user in the portal.
pub async fn live_in_portal(emulator: &Running, cvr: &Cvr) -> Result<()> {
    let cvr = cvr.to_string();
    emulator
        .with_world(|world, now, random| {
            let pending: Vec<Uuid> = world
                .employees(&cvr)
                .filter(|one| one.status == Status::Pending)
                .map(|one| one.uuid)
                .collect();
            let few = (pending.len() / 4).max(3);
            for uuid in pending.into_iter().take(few) {
                act(world, &cvr, PortalAction::Activate, uuid, Map::new(), now, random)?;
            }
            let active = world.employees(&cvr).find(|one| one.status == Status::Active).map(|one| one.uuid);
            let Some(uuid) = active else { return Ok(()) };
            let fields =
                Map::from_iter([("emailAddress".to_owned(), "rettet.i.portalen@noerreby.example".into())]);
            act(world, &cvr, PortalAction::Edit, uuid, fields, now, random)
        })
        .await??;
    Ok(())
}

fn act(
    world: &mut World,
    cvr: &str,
    action: PortalAction,
    uuid: Uuid,
    fields: Map<String, Value>,
    now: Timestamp,
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<(), PortalError> {
    let request = PortalRequest { organisation: cvr.to_owned(), action, uuid, fields, right: None };
    world.portal(&request, now, random)
}

/// The file of the next day. Who joins follows from who was there, so each day brings new people.
pub fn next_day(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let highest = lines.iter().skip(1).filter_map(|line| number_of(line)).max().unwrap_or(0);
    let people = lines.len().saturating_sub(1);
    if people > 20 {
        lines.remove(people / 2);
        lines.remove(people / 3);
    }
    replace_cell(&mut lines, people / 4, 3, "Nygift-Holm");
    replace_cell(&mut lines, people / 5, 6, "Digitalisering");
    let joining = (highest + 1..highest + 4).map(|number| people::row(number).trim_end().to_owned());
    lines.extend(joining);
    lines.join("\n") + "\n"
}

/// The number at the end of the user name.
fn number_of(line: &str) -> Option<usize> {
    let user = line.split(';').next()?;
    user.trim_start_matches(|letter: char| !letter.is_ascii_digit()).parse().ok()
}

fn replace_cell(lines: &mut [String], row: usize, cell: usize, value: &str) {
    if let Some(line) = lines.get_mut(row.max(1)) {
        let mut cells: Vec<&str> = line.split(';').collect();
        if let Some(place) = cells.get_mut(cell) {
            *place = value;
        }
        *line = cells.join(";");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_join_two_leave_one_is_renamed_and_one_moves() {
        let before = people::csv(0, 100);
        let after = next_day(&before);
        let rows =
            |text: &str| text.lines().skip(1).map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
        let (before, after) = (rows(&before), rows(&after));
        assert_eq!(after.len(), 101);
        assert_eq!(before.difference(&after).count(), 4);
        assert_eq!(after.difference(&before).count(), 5);
    }
}
