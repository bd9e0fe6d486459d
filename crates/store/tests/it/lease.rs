//! Leases and settings.

use jiff::SignedDuration;
use store::{StoreError, lease, setting};
use testkit::for_each_engine;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_is_held_by_one_until_it_runs_out() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let take = async |holder: &str| {
            store.write(|tx| Box::pin(async { lease::take(tx, "work", holder, MINUTE).await })).await.unwrap()
        };
        assert!(take("one").await);
        assert!(!take("two").await);
        database.clock.advance(SignedDuration::from_secs(30));
        assert!(take("one").await, "its holder may take it again");
        database.clock.advance(SignedDuration::from_secs(59));
        assert!(!take("two").await);
        database.clock.advance(SignedDuration::from_secs(1));
        assert!(take("two").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_holder_gives_a_lease_back() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let outcome = store.write(|tx| {
            Box::pin(async {
                assert!(lease::take(tx, "work", "one", MINUTE).await?);
                lease::give_up(tx, "work", "two").await?;
                assert!(!lease::take(tx, "work", "two", MINUTE).await?);
                lease::give_up(tx, "work", "one").await?;
                assert!(lease::take(tx, "work", "two", MINUTE).await?);
                Ok::<_, StoreError>(())
            })
        });
        outcome.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_program_held_is_free_at_once() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let outcome = store.write(|tx| {
            Box::pin(async {
                for (name, holder) in [("one", "dead"), ("two", "dead"), ("three", "alive")] {
                    assert!(lease::take(tx, name, holder, MINUTE).await?);
                }
                lease::give_up(tx, "three", "dead").await?;
                lease::release_all_of(tx, "dead").await?;
                for (name, free) in [("one", true), ("two", true), ("three", false)] {
                    assert_eq!(lease::take(tx, name, "next", MINUTE).await?, free, "{name}");
                }
                Ok::<_, StoreError>(())
            })
        });
        outcome.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_kept_by_scope_and_name() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let outcome = store.write(|tx| {
            Box::pin(async {
                for (scope, name, value) in
                    [("91000001", "b", "1"), ("91000001", "a", "2"), ("91000002", "a", "3")]
                {
                    setting::write(tx, scope, name, value).await?;
                }
                assert_eq!(setting::read(tx, "91000002", "a").await?.as_deref(), Some("3"));
                let all = setting::read_all(tx, "91000001").await?;
                assert_eq!(all, [("a".to_owned(), "2".to_owned()), ("b".to_owned(), "1".to_owned())]);
                setting::remove(tx, "91000001", "a").await?;
                assert_eq!(setting::read(tx, "91000001", "a").await?, None);
                Ok::<_, StoreError>(())
            })
        });
        outcome.await.unwrap();
    })
    .await;
}
