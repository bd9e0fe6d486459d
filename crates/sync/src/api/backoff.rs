//! How long to wait before a failed call is tried again.

use std::time::Duration;

/// The longest pause of an ordinary operation.
pub const LONGEST: Duration = Duration::from_mins(5);

/// The longest pause of a suspension, which is never parked.
pub const LONGEST_FOR_SUSPENSIONS: Duration = Duration::from_secs(30);

const FIRST: Duration = Duration::from_secs(1);

/// The pause after the `attempt`th failure (from 1): doubling from a second up to `longest`, of which
/// `random` leaves between half and all, so that calls which failed together do not return together.
pub fn pause(attempt: u32, longest: Duration, random: u64) -> Duration {
    let doublings = attempt.saturating_sub(1).min(31);
    let whole = FIRST.saturating_mul(1 << doublings).min(longest);
    let share = u32::try_from(random % 1_001).unwrap_or(0);
    whole / 2 + whole / 2 * share / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let full = |attempt| pause(attempt, LONGEST, 1_000).as_secs();
        assert_eq!([1, 2, 3, 4, 8, 9, 10, 40, u32::MAX].map(full), [1, 2, 4, 8, 128, 256, 300, 300, 300]);
        assert_eq!(full(0), 1);
        assert_eq!(pause(20, LONGEST_FOR_SUSPENSIONS, 1_000).as_secs(), 30);
    }

    #[test]
    fn chance_takes_at_most_half() {
        assert_eq!(pause(3, LONGEST, 0), Duration::from_secs(2));
        for random in [1, 999, u64::MAX, 123_456_789] {
            let paused = pause(3, LONGEST, random);
            assert!((Duration::from_secs(2)..=Duration::from_secs(4)).contains(&paused));
        }
    }
}
