//! Gives memory that is free back to the system (docs/decisions/0012).
//!
//! The C library keeps what was freed between things that are still in use. After a plan of ten thousand people that is
//! five times as much as the program holds.

#[cfg(target_env = "gnu")]
mod gnu {
    // SAFETY: the C library's own declaration (malloc.h). It takes any number, may be called by any thread at any time,
    // and touches only what nobody holds.
    unsafe extern "C" {
        pub safe fn malloc_trim(pad: usize) -> core::ffi::c_int;
    }
}

/// Gives every page back on which nothing is in use. Elsewhere than with the GNU C library there is nothing to do.
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    let _whether_there_was_any = gnu::malloc_trim(0);
}

#[cfg(test)]
mod tests {
    use super::give_back;

    fn resident_kib() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim_end_matches(" kB").trim().parse().unwrap()
    }

    #[test]
    #[cfg(target_env = "gnu")]
    fn what_lies_between_things_in_use_is_given_back() {
        let before = resident_kib();
        let mut small: Vec<Vec<u8>> =
            (0..400_000_u32).map(|number| vec![number.to_be_bytes()[0]; 100]).collect();
        let full = resident_kib();
        let kept = small.split_off(399_999);
        drop(small);
        give_back();
        let after = resident_kib();
        assert!(full > before + 30_000, "{before} {full}");
        assert!(after < before + 10_000, "{before} {full} {after}");
        assert_eq!(kept.len(), 1);
    }
}
