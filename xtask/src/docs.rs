//! The documents: which pages are generated, and whether all of them still tell the truth about where things are.

use crate::process::{self, Session};
use crate::steps;
use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const COMMANDS_PAGE: &str = "docs/reference/commands.md";
const CONFIGURATION_PAGE: &str = "docs/reference/configuration.md";
/// What `lokalid init` writes, and therefore the one place where every key is explained.
const CONFIGURATION: &str = "crates/lokalid/src/commands/init/lokalid.toml";
const DECISIONS: &str = "docs/decisions";
/// Folders that hold no page of ours.
const FOREIGN: &[&str] = &["target", "node_modules", ".git", "lokalid-demo"];

/// `cargo xtask docs`.
pub fn write(session: &Session) -> Result<ExitCode> {
    for (name, page) in generated(session)? {
        let path = session.root().join(name);
        std::fs::create_dir_all(path.parent().context("a page lies in a folder")?)?;
        std::fs::write(&path, page)?;
        println!("wrote {name}");
    }
    Ok(ExitCode::SUCCESS)
}

/// The pages that are made from the program, by where they lie.
fn generated(session: &Session) -> Result<[(&'static str, String); 2]> {
    Ok([(CONFIGURATION_PAGE, configuration_page(session.root())?), (COMMANDS_PAGE, commands_page(session)?)])
}

/// Fails with one line for each thing that is wrong.
pub fn check(session: &Session) -> Result<()> {
    let root = session.root();
    let mut faults = Vec::new();
    for page in files(root, "md")? {
        let text = std::fs::read_to_string(&page)?;
        let folder = page.parent().unwrap_or(root);
        faults.extend(dead_links(&text, folder).into_iter().map(|link| {
            format!(
                "{}: the link to {link} leads nowhere",
                page.strip_prefix(root).unwrap_or(&page).display()
            )
        }));
    }
    faults.extend(unlisted_decisions(root)?);
    faults.extend(stale_pages(session));
    if faults.is_empty() {
        return Ok(());
    }
    bail!("{}", faults.join("\n"))
}

fn stale_pages(session: &Session) -> Vec<String> {
    let pages = match generated(session) {
        Ok(pages) => pages,
        Err(error) => return vec![format!("generated pages cannot be checked: {error:#}")],
    };
    let is_fresh = |name: &str, page: &str| {
        std::fs::read_to_string(session.root().join(name)).is_ok_and(|committed| committed == page)
    };
    let stale = pages.iter().filter(|(name, page)| !is_fresh(name, page));
    stale.map(|(name, _)| format!("{name} is stale: run `cargo xtask docs`")).collect()
}

/// Whether any doc comment has code that could be tested.
pub fn has_examples(root: &Path) -> Result<bool> {
    for file in files(&root.join("crates"), "rs")? {
        let text = std::fs::read_to_string(file)?;
        let mut comments = text.lines().map(str::trim_start).filter(|line| line.starts_with("//"));
        if comments.any(|line| line.starts_with("/// ```") || line.starts_with("//! ```")) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The configuration as `lokalid init` writes it.
fn configuration_page(root: &Path) -> Result<String> {
    let text = std::fs::read_to_string(root.join(CONFIGURATION)).context(CONFIGURATION)?;
    Ok(format!(
        "# Configuration\n\nWritten by `cargo xtask docs` from what `lokalid init` writes; change that instead.\n\n\
         Every key of `lokalid.toml` with its default or an example. What is commented out may be left out.\n\n\
         ```toml\n{text}```\n"
    ))
}

/// The help of every command, as the program itself prints it.
fn commands_page(session: &Session) -> Result<String> {
    steps::build_binary(session)?;
    let help = help(session, &[])?;
    let mut page = format!(
        "# Commands\n\nWritten by `cargo xtask docs`; change the program instead.\n\n```text\n{help}```\n"
    );
    for command in subcommands(&help) {
        describe(session, &[&command], &mut page)?;
    }
    Ok(page)
}

fn describe(session: &Session, command: &[&str], page: &mut String) -> Result<()> {
    let help = help(session, command)?;
    write!(page, "\n## lokalid {}\n\n```text\n{help}```\n", command.join(" "))?;
    for below in subcommands(&help) {
        describe(session, &[command, &[&below]].concat(), page)?;
    }
    Ok(())
}

fn help(session: &Session, command: &[&str]) -> Result<String> {
    let mut lokalid = session.command(&steps::binary(session).to_string_lossy());
    // The width decides where clap breaks lines: it must not be that of somebody's window.
    lokalid.args(command).arg("--help").env("COLUMNS", "100").env_remove("LINES");
    let help = process::output(lokalid)?;
    if help.is_empty() {
        bail!("`lokalid {} --help` prints nothing", command.join(" "));
    }
    Ok(help.lines().fold(String::new(), |text, line| text + line.trim_end() + "\n"))
}

/// The first words of clap's section `Commands:`; `help` only repeats the rest.
fn subcommands(help: &str) -> Vec<String> {
    let section = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    section
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| *word != "help")
        .map(ToOwned::to_owned)
        .collect()
}

/// Links of a page to files that are not there. Addresses and places within the page are not looked at.
fn dead_links(text: &str, folder: &Path) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .filter(|target| {
            !target.contains("://") && !target.starts_with(['#', '<']) && !target.starts_with("mailto:")
        })
        .filter(|target| !folder.join(target.split('#').next().unwrap_or_default()).exists())
        .map(ToOwned::to_owned)
        .collect()
}

/// Decisions are numbered without a gap and each is in the list.
fn unlisted_decisions(root: &Path) -> Result<Vec<String>> {
    let list =
        std::fs::read_to_string(root.join(DECISIONS).join("README.md")).context("the list of decisions")?;
    let mut names: Vec<String> = files(&root.join(DECISIONS), "md")?
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .filter(|name| name != "README.md")
        .collect();
    names.sort();
    let mut faults = Vec::new();
    for (number, name) in names.iter().enumerate() {
        if !name.starts_with(&format!("{number:04}-")) {
            faults.push(format!("{DECISIONS}/{name}: expected number {number:04} here"));
        }
        if !list.contains(&format!("({name})")) {
            faults.push(format!("{DECISIONS}/README.md does not list {name}"));
        }
    }
    Ok(faults)
}

fn files(directory: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in
        std::fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?
    {
        let path = entry?.path();
        let is_foreign = path.file_name().is_some_and(|name| FOREIGN.iter().any(|foreign| name == *foreign));
        if path.is_dir() && !path.is_symlink() && !is_foreign {
            found.extend(files(&path, extension)?);
        } else if path.extension() == Some(OsStr::new(extension)) {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_commands_in_a_help_text() {
        let help = "Usage: lokalid <COMMAND>\n\nCommands:\n  plan    Shows\n          what it does\n  apply   Does it\n  help    Print this message\n\nOptions:\n  -h\n";
        assert_eq!(subcommands(help), ["plan", "apply"]);
    }

    #[test]
    fn a_link_must_lead_to_a_file() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text =
            "[a](Cargo.toml#dependencies) [b](https://lokalid.example/x) [c](#here) [d](no-such-page.md)";
        assert_eq!(dead_links(text, folder), ["no-such-page.md"]);
    }
}
