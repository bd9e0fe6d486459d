//! How many calls are on the wire at once.

use std::time::Duration;

use domain::Settings;
use sync::Pace;

use crate::office::Office;

/// The first ten, the next hundred, and these.
const PEOPLE: u32 = 150;
const AT_ONCE: usize = 8;

/// Between two waves most slots find nothing for a moment. One that gave up then would be missing for all the rest.
/// (Not every run meets that moment; the tests beside the slots do.)
#[tokio::test]
async fn every_slot_is_at_work_again_after_each_wave() {
    let pace = Pace { at_once: AT_ONCE, ..Pace::default() };
    let office = Office::of(PEOPLE, &[1, 2, 3], Settings::default(), pace).await;
    office.direct.take_time(Duration::from_millis(10));
    office.apply().await;
    assert_eq!(office.direct.employees().len(), PEOPLE as usize);
    let at_once = office.direct.giving_at_once();
    for wave in [&at_once[10..110], &at_once[110..]] {
        assert_eq!(wave.iter().max(), Some(&AT_ONCE), "{at_once:?}");
    }
    office.close().await;
}
