//! Brings a bare Debian machine to where a step can run, and does nothing where it already can.
//!
//! Only root installs packages; anybody else is told the command. Tools written in Rust go into a folder of the
//! user's cache and only if the machine has none of its own.

use crate::process::{self, Session, find_program, tools_directory};
use anyhow::{Context, Result, bail};
use nix::unistd::Uid;
use std::path::Path;

/// One thing that a step cannot run without.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A program, and the Debian package to install where it is missing.
    Program(&'static str, &'static str),
    /// A Debian package that brings no program to look for.
    Package(&'static str),
    PostgresServer,
    CargoTool(CargoTool),
    /// What `e2e/package-lock.json` names.
    NodeModules,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CargoTool {
    pub name: &'static str,
    version: &'static str,
}

pub const NEXTEST: CargoTool = CargoTool { name: "cargo-nextest", version: "0.9.143" };
pub const DENY: CargoTool = CargoTool { name: "cargo-deny", version: "0.20.2" };

/// Meets every need that is not met yet; says what it did.
pub fn install(session: &Session, needs: &[Need]) -> Result<Option<String>> {
    let mut done = Vec::new();
    let packages = missing_packages(session, needs);
    if !packages.is_empty() {
        install_packages(session, &packages)?;
        done.extend(packages);
    }
    for need in needs {
        match need {
            Need::CargoTool(tool) if find_program(tool.name).is_none() => {
                install_cargo_tool(session, *tool)?;
                done.push(tool.name);
            }
            Need::NodeModules if !node_modules_are_fresh(&session.root().join("e2e")) => {
                install_node_modules(session)?;
                done.push("node modules");
            }
            _ => {}
        }
    }
    Ok((!done.is_empty()).then(|| format!("installed {}", done.join(", "))))
}

fn missing_packages(session: &Session, needs: &[Need]) -> Vec<&'static str> {
    let mut missing: Vec<&'static str> = needs
        .iter()
        .filter_map(|need| match *need {
            Need::Program(program, package) => find_program(program).is_none().then_some(package),
            Need::Package(package) => (!is_installed(session, package)).then_some(package),
            Need::PostgresServer => crate::postgres::programs_directory().is_err().then_some("postgresql"),
            Need::CargoTool(_) | Need::NodeModules => None,
        })
        .collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}

fn is_installed(session: &Session, package: &str) -> bool {
    let mut query = session.command("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    process::output(query).is_ok_and(|status| status == "installed")
}

fn install_packages(session: &Session, packages: &[&str]) -> Result<()> {
    let update = ["update", "--quiet"];
    // A mail server would replace the one that is there: whoever has another decides that.
    let install = ["install", "--yes", "--quiet", "--no-install-recommends", "--no-remove"];
    if !Uid::effective().is_root() || find_program("apt-get").is_none() {
        let install = [install.as_slice(), packages].concat().join(" ");
        bail!("{} missing here; run this as root and start again:\n  apt-get update && apt-get {install}", {
            if packages.len() == 1 { "a package is" } else { "packages are" }
        });
    }
    for arguments in [update.to_vec(), [install.as_slice(), packages].concat()] {
        let mut command = session.command("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        session.run(command)?;
    }
    Ok(())
}

fn install_cargo_tool(session: &Session, tool: CargoTool) -> Result<()> {
    let directory = tools_directory();
    let mut command = session.cargo(&["install", "--locked", tool.name, "--version", tool.version, "--root"]);
    command.arg(&directory);
    // Without what xtask has no use for: nextest would bring a way to update itself, and probes for tracing.
    command.arg("--no-default-features");
    // A shared folder builds what both tools use once; and minutes of optimising would save seconds of running.
    command.env("CARGO_TARGET_DIR", directory.join("build"));
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_PROFILE_RELEASE_LTO", "off");
    command.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    session.run(command).with_context(|| format!("cannot install {} {}", tool.name, tool.version))
}

fn install_node_modules(session: &Session) -> Result<()> {
    let mut command = session.command("npm");
    command.args(["ci", "--no-audit", "--no-fund"]).current_dir(session.root().join("e2e"));
    session.run(command)
}

/// npm writes a lock of its own when it is done; the committed one must not be younger.
fn node_modules_are_fresh(directory: &Path) -> bool {
    let changed = |path: &str| directory.join(path).metadata().and_then(|file| file.modified());
    match (changed("node_modules/.package-lock.json"), changed("package-lock.json")) {
        (Ok(installed), Ok(wanted)) => installed >= wanted,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        Session::new().expect("a session")
    }

    #[test]
    fn finds_nothing_to_do_where_all_is_there() {
        let needs = [Need::Program("sh", "dash"), Need::Program("cargo", "cargo")];
        assert!(install(&session(), &needs).expect("nothing to install").is_none());
    }

    #[test]
    fn names_each_missing_package_once() {
        let needs = [
            Need::Program("no-such-program", "some-package"),
            Need::Package("no-such-package"),
            Need::Program("no-other-program", "some-package"),
        ];
        assert_eq!(missing_packages(&session(), &needs), ["no-such-package", "some-package"]);
    }
}
