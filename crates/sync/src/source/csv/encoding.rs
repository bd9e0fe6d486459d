//! Octets to text: UTF-8 with or without a byte order mark, else Windows-1252.
//!
//! Which of the two is decided by validity alone: Danish text in Windows-1252 is practically never valid UTF-8.
//! What is neither is refused by name, because a guess would send wrong names to MitID Erhverv.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

use super::faults::{CsvFault, Problem};

pub(super) fn decode(octets: &[u8]) -> Result<Cow<'_, str>, CsvFault> {
    if let Some(problem) = other_format(octets) {
        return Err(CsvFault::of_file(problem));
    }
    let marked = octets.strip_prefix(b"\xef\xbb\xbf");
    let octets = marked.unwrap_or(octets);
    let Err(fault) = std::str::from_utf8(octets) else {
        return Ok(String::from_utf8_lossy(octets));
    };
    let is_partly_utf8 = marked.is_some() || octets.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    match (is_partly_utf8, fault.error_len()) {
        (true, None) => Err(CsvFault::of_file(Problem::CutInLetter)),
        (true, Some(_)) => {
            Err(CsvFault::of_row(row_at(octets, fault.valid_up_to()), Problem::MixedEncodings))
        }
        (false, _) => windows_1252(octets),
    }
}

/// What is recognised by its first octets, whatever follows.
fn other_format(octets: &[u8]) -> Option<Problem> {
    const ZIP: &[u8] = b"PK\x03\x04";
    const OLD_OFFICE: &[u8] = b"\xd0\xcf\x11\xe0";
    let start = octets.get(..octets.len().min(200)).unwrap_or_default();
    if start.starts_with(ZIP) || start.starts_with(OLD_OFFICE) {
        Some(Problem::Workbook)
    } else if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") || start.contains(&0) {
        Some(Problem::Utf16)
    } else {
        None
    }
}

fn windows_1252(octets: &[u8]) -> Result<Cow<'_, str>, CsvFault> {
    // What Danish letters of DOS (code page 850) and of old Macs become when read as Windows-1252.
    const MISREAD: [char; 9] = ['†', '›', '‘', '¾', '¿', 'Œ', '\u{81}', '\u{8f}', '\u{9d}'];
    const DANISH: [char; 6] = ['æ', 'ø', 'å', 'Æ', 'Ø', 'Å'];
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(octets);
    match text.find(MISREAD) {
        Some(at) if !text.contains(DANISH) => {
            Err(CsvFault::of_row(row_at(text.as_bytes(), at), Problem::OtherEncoding))
        }
        _ => Ok(text),
    }
}

/// The line that holds the octet at `at`, counted from 1.
fn row_at(octets: &[u8], at: usize) -> u64 {
    1 + octets.iter().take(at).map(|octet| u64::from(*octet == b'\n')).sum::<u64>()
}
