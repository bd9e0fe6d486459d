//! No public function of a table goes without a test: each is called by its name in one of these files.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_public_function_of_a_table_is_called_in_a_test() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests: String =
        files(&home.join("tests")).iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let mut untested = Vec::new();
    for file in files(&home.join("src")) {
        // A part of a large module is called by the name of the whole.
        let modules = [file.file_stem(), file.parent().and_then(Path::file_name)];
        let modules = modules.map(|name| name.unwrap().to_str().unwrap());
        // The functions of a table take the transaction that they are a part of.
        let text = fs::read_to_string(&file).unwrap().replace("(\n    tx: &mut Tx", "(tx: &mut Tx");
        let functions = text.lines().filter_map(|line| line.strip_prefix("pub async fn "));
        let names =
            functions.filter(|rest| rest.contains("(tx: &mut Tx")).filter_map(|rest| rest.split('(').next());
        let is_called =
            |name: &str| modules.iter().any(|module| tests.contains(&format!("{module}::{name}(")));
        untested.extend(names.filter(|name| !is_called(name)).map(|name| format!("{}::{name}", modules[0])));
    }
    assert!(untested.is_empty(), "without a test on both engines: {untested:?}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
    all.sort();
    all
}
