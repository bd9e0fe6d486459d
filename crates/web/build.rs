//! Embeds what a browser needs: our own style sheet and script, and Det Fælles Designsystem (npm package `dkfds`).
//!
//! The package is fetched by `npm ci` with the version and hash of `designsystem/package-lock.json`, into the build
//! folder and never into the source tree. It is kept there for later builds with the same lock file. Without npm or
//! network the build succeeds all the same, with our plain style sheet, and says so.

use std::collections::hash_map::DefaultHasher;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The weights that the pages use; `dkfds` brings 16, each in four formats.
const FONTS: [&str; 4] = ["Regular", "Italic", "SemiBold", "Bold"];

const OWN_FILES: [&str; 5] =
    ["css/lokalid.css", "css/plain.css", "js/preview.js", "js/progress.js", "img/mark.svg"];

fn main() -> Outcome<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=designsystem");
    println!("cargo::rerun-if-changed=static");
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut files = Vec::new();
    for name in OWN_FILES {
        files.push((name.to_owned(), fs::read(root.join("static").join(name))?));
    }
    let style_sheet = match designsystem(&root, &out) {
        Ok(found) => {
            files.extend(found);
            "Designsystem"
        }
        Err(fault) => {
            warn(fault.as_ref());
            "Plain"
        }
    };
    write_table(&out, style_sheet, &files)
}

fn warn(fault: &dyn Error) {
    println!("cargo::warning=Det Fælles Designsystem could not be fetched by npm ({fault}).");
    println!(
        "cargo::warning=The pages get the plain style sheet. To try again: touch crates/web/build.rs and build."
    );
}

/// The files of the package that the pages use, by the path that they are served under.
fn designsystem(root: &Path, out: &Path) -> Outcome<Vec<(String, Vec<u8>)>> {
    let package = fetched_package(&root.join("designsystem"), out)?;
    let style = only_used_fonts(&fs::read_to_string(package.join("css/dkfds.min.css"))?);
    let mut files = Vec::new();
    for path in referenced(&style).chain(["img/all-svg-icons.svg".to_owned()]) {
        if !files.iter().any(|(known, _)| *known == path) {
            let octets = fs::read(package.join(&path))?;
            files.push((path, octets));
        }
    }
    files.push(("css/dkfds.min.css".to_owned(), style.into_bytes()));
    Ok(files)
}

/// `npm ci` into the build folder, unless an earlier build did it for the same lock file.
fn fetched_package(manifest: &Path, out: &Path) -> Outcome<PathBuf> {
    let lock = fs::read(manifest.join("package-lock.json"))?;
    let cache = build_folder(out).join(format!("designsystem-{:016x}", fingerprint(&lock)));
    let package = "node_modules/dkfds/dist";
    if cache.join(package).is_dir() {
        return Ok(cache.join(package));
    }
    let work = out.join("designsystem");
    fs::create_dir_all(&work)?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(manifest.join(name), work.join(name))?;
    }
    run_npm(&work)?;
    // Another build may have been first; then its copy is as good as ours.
    if fs::rename(&work, &cache).is_err() && !cache.join(package).is_dir() {
        return Ok(work.join(package));
    }
    Ok(cache.join(package))
}

fn run_npm(folder: &Path) -> Outcome<()> {
    let answer = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .args(["--fetch-retries=1", "--fetch-timeout=30000"])
        .current_dir(folder)
        .output()
        .map_err(|fault| format!("npm does not start: {fault}"))?;
    if answer.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&answer.stderr);
    let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("no explanation");
    Err(format!("npm ci failed: {first}").into())
}

/// The folder that cargo marks as its own: `target`, wherever it was put.
fn build_folder(out: &Path) -> &Path {
    out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).unwrap_or(out)
}

/// Replaces each `@font-face` of the package, which lists four formats, by WOFF2 alone, and drops unused weights.
fn only_used_fonts(style: &str) -> String {
    let mut kept = String::with_capacity(style.len());
    let mut rest = style;
    while let Some((before, face)) = rest.split_once("@font-face{") {
        kept.push_str(before);
        let (face, after) = face.split_once('}').unwrap_or((face, ""));
        if let Some(font) = FONTS.iter().find(|font| face.contains(&format!("IBMPlexSans-{font}.woff2"))) {
            let described = face.split("src:").next().unwrap_or_default();
            let file = format!("../fonts/IBMPlexSans/complete/woff2/IBMPlexSans-{font}.woff2");
            let _infallible = write!(kept, "@font-face{{{described}src:url({file}) format(\"woff2\")}}");
        }
        rest = after;
    }
    kept.push_str(rest);
    kept.split("/*# sourceMappingURL").next().unwrap_or_default().to_owned()
}

/// Every file that the style sheet points to, relative to the package.
fn referenced(style: &str) -> impl Iterator<Item = String> + '_ {
    style
        .split("url(")
        .skip(1)
        .filter_map(|tail| tail.split_once(')'))
        .filter_map(|(path, _)| path.trim_matches(['"', '\'']).strip_prefix("../"))
        .map(str::to_owned)
}

/// Writes the files and the Rust table that embeds them.
fn write_table(out: &Path, style_sheet: &str, files: &[(String, Vec<u8>)]) -> Outcome<()> {
    let mut table = format!("const STYLE_SHEET: StyleSheet = StyleSheet::{style_sheet};\n");
    writeln!(table, "const VERSION: &str = \"{:016x}\";", fingerprint(files))?;
    writeln!(table, "static FILES: [File; {}] = [", files.len())?;
    for (path, octets) in files {
        let target = out.join("static").join(path);
        fs::create_dir_all(target.parent().unwrap_or(out))?;
        fs::write(&target, octets)?;
        let (kind, shown) = (media_type(path), target.display().to_string());
        writeln!(table, "    File {{ path: {path:?}, kind: {kind:?}, octets: include_bytes!({shown:?}) }},")?;
    }
    table.push_str("];\n");
    Ok(fs::write(out.join("files.rs"), table)?)
}

fn media_type(path: &str) -> &'static str {
    match Path::new(path).extension().and_then(|extension| extension.to_str()) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn fingerprint<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
