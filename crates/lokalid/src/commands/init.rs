//! `init`: a configuration in which every key is explained, and fresh keys.

use std::path::Path;

use anyhow::{Result, bail};
use store::Keys;

use crate::{Ending, world::SystemRandom};

/// What `init` writes. A test reads it back.
pub const TEMPLATE: &str = include_str!("init/lokalid.toml");

pub fn run(file: &Path) -> Result<Ending> {
    if file.exists() {
        bail!("{} is there already; it is left as it is", file.display());
    }
    std::fs::write(file, TEMPLATE)?;
    let folder = file.parent().unwrap_or(Path::new(".")).join("keys");
    if folder.join(store::KEY_FILE_NAME).exists() {
        println!(
            "{} is written. The keys in {} were there already and are kept.",
            file.display(),
            folder.display()
        );
        return Ok(Ending::Done);
    }
    Keys::create(&folder, &SystemRandom)?;
    println!("{} and keys in {} are written.", file.display(), folder.display());
    println!(
        "Keep a copy of the keys in another place. Then fill in the organisation and run `lokalid doctor`."
    );
    Ok(Ending::Done)
}

#[cfg(test)]
mod tests {
    use crate::configuration::Configuration;

    #[test]
    fn what_init_writes_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lokalid.toml");
        super::run(&file).unwrap();
        let configuration = Configuration::read(&file).unwrap();
        assert_eq!(configuration.organisations.len(), 1);
        assert!(super::run(&file).is_err(), "an existing file is left as it is");
    }
}
