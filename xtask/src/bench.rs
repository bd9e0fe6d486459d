//! `cargo xtask bench`: builds with optimisation and runs every benchmark of the workspace.
//!
//! A benchmark is a file `crates/NAME/benches/*.rs` with a `main` of its own (`harness = false`) that prints ratios
//! measured within one run; being there is all the registration it needs.

use crate::process::Session;
use anyhow::Result;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub fn run(session: &Session) -> Result<ExitCode> {
    let benches = registered(session.root())?;
    if benches.is_empty() {
        println!("no bench is registered: put one at crates/NAME/benches/");
        return Ok(ExitCode::FAILURE);
    }
    for (package, bench) in &benches {
        session.run(session.cargo(&[
            "bench",
            "--locked",
            "--quiet",
            "--package",
            package,
            "--bench",
            bench,
        ]))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Package and bench, in the order of their names.
fn registered(root: &Path) -> Result<Vec<(String, String)>> {
    let mut benches = Vec::new();
    for package in children(&root.join("crates"))? {
        for file in children(&package.join("benches"))? {
            if file.extension() == Some(OsStr::new("rs")) {
                benches.push((name(package.file_name()), name(file.file_stem())));
            }
        }
    }
    Ok(benches)
}

fn children(directory: &Path) -> Result<Vec<PathBuf>> {
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths =
        std::fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn name(part: Option<&OsStr>) -> String {
    part.unwrap_or_default().to_string_lossy().into_owned()
}
