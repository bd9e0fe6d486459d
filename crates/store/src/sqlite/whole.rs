//! Whether a file is all of what was written: SQLite reads what is missing of the last page as zeros, and takes an
//! empty file for a new database.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

/// What every database file begins with; the size of its pages follows in two octets.
const HEAD: &[u8; 16] = b"SQLite format 3\0";

/// Whether the file was surely cut short. What only SQLite can tell is left to it.
pub(super) fn is_cut_short(file: &Path) -> bool {
    // A file that cannot be read has another fault, which SQLite meets too.
    look(file).unwrap_or(false)
}

fn look(file: &Path) -> io::Result<bool> {
    // Asked first: where another program makes the database just now, the file is there before its log is.
    let has_log = has_log(file);
    let opened = match File::open(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    let length = opened.metadata()?.len();
    let mut begin = Vec::new();
    opened.take(18).read_to_end(&mut begin)?;
    if length == 0 {
        return Ok(has_log);
    }
    let known = begin.len().min(HEAD.len());
    if begin.get(..known) != HEAD.get(..known) {
        return Ok(false);
    }
    let page_size = match begin.get(HEAD.len()..) {
        Some(&[0, 1]) => 65_536,
        Some(&[high, low]) => u64::from(u16::from_be_bytes([high, low])),
        _ => return Ok(true),
    };
    // The pages that a log holds may not all have been copied.
    Ok(!has_log && length.checked_rem(page_size).is_some_and(|rest| rest != 0))
}

fn has_log(file: &Path) -> bool {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    fs::metadata(name).is_ok_and(|log| log.len() > 0)
}
