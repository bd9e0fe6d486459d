//! Gives memory back that a plan or an export left free (docs/decisions/0012).

use std::time::Duration;

use tokio::sync::watch;

/// How often the size is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// By how much the program may have grown since memory was last given back. In KiB.
const GROWTH_KIB: u64 = 2048;

/// Goes on until the program stops.
pub async fn give_back(stopped: watch::Receiver<bool>) {
    let mut before = 0;
    while !*stopped.borrow() {
        tokio::time::sleep(LOOK).await;
        if resident_kib() > before + GROWTH_KIB {
            allocator::give_back();
            before = resident_kib();
        }
    }
}

/// The memory that the program has. 0 where the system does not tell.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
