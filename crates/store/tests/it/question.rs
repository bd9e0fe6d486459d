//! Questions to a human: asked as long as the situation is so, answered once, and never by a late click.

use std::collections::BTreeSet;

use domain::{About, Candidate, Obstacle, Question, Verdict};
use store::question::{self, AnswerError, QuestionRecord};
use testkit::for_each_engine;

use crate::town::{MINUTE, Town, change, look, uuid};

impl Town<'_> {
    fn asks(&self, number: usize, about: About) -> Question {
        Question { identity: Some(self.people[number]), label: format!("u{number}"), about }
    }

    /// Part of the program puts exactly these.
    async fn put(&self, part: &str, questions: &[Question]) {
        change!(self, tx => question::put(tx, self.cvr(), part, questions, None).await?);
    }

    async fn open(&self) -> Vec<QuestionRecord> {
        look!(self, tx => question::open(tx, Some(self.cvr())).await?)
    }

    async fn numbers(&self) -> Vec<i64> {
        self.open().await.into_iter().map(|one| one.number).collect()
    }

    async fn answer(&self, number: i64, verdict: Verdict) -> Result<QuestionRecord, AnswerError> {
        change!(self, tx => question::answer(tx, number, verdict, "Mette", "I asked him").await)
    }
}

fn one_of(candidates: &[usize]) -> About {
    let candidate = |number: &usize| Candidate {
        uuid: uuid(*number),
        name: "Åse Holm".to_owned(),
        email: None,
        rid: None,
        status: "Active".to_owned(),
        agrees: Vec::new(),
        differs: Vec::new(),
    };
    About::Match { candidates: candidates.iter().map(candidate).collect() }
}

#[tokio::test]
async fn a_question_is_asked_once_and_stays_as_long_as_it_is_put() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        let (first, second) = (town.asks(0, About::SuspendedThere), town.asks(1, About::DeletedThere));
        town.put("plan", std::slice::from_ref(&first)).await;
        let asked_at = town.now();
        town.wait(MINUTE);
        town.put("plan", &[second.clone(), first.clone()]).await;
        let open = town.open().await;
        assert_eq!(open.iter().map(|one| &one.question).collect::<Vec<_>>(), [&first, &second]);
        assert_eq!(open[0].asked_at, asked_at);
        assert_eq!((&open[0].cvr, &open[0].answer), (town.cvr(), &None));
        town.put("plan", std::slice::from_ref(&second)).await;
        assert_eq!(town.numbers().await, [open[1].number]);
        let known = look!(town, tx => question::one(tx, open[1].number).await?).unwrap();
        assert_eq!(known.question, second);
        assert_eq!(look!(town, tx => question::one(tx, open[0].number).await?), None);
    })
    .await;
}

#[tokio::test]
async fn each_part_of_the_program_takes_back_its_own_questions_only() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        town.put("plan", &[town.asks(0, About::SuspendedThere)]).await;
        town.put("resolve", &[town.asks(1, About::DeletedThere)]).await;
        town.put("plan", &[]).await;
        assert_eq!(town.open().await[0].question.about, About::DeletedThere);
        let other = crate::town::organisation("90999999").cvr;
        assert!(look!(town, tx => question::open(tx, Some(&other)).await?).is_empty());
        assert_eq!(look!(town, tx => question::open(tx, None).await?).len(), 1);
        let id = town.people[1];
        assert_eq!(look!(town, tx => question::about(tx, id).await?).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_number_never_comes_back() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let asked = town.asks(0, About::SuspendedThere);
        let mut before = 0;
        for _ in 0..3 {
            town.put("plan", std::slice::from_ref(&asked)).await;
            let number = town.numbers().await[0];
            assert!(number > before, "{number} after {before}");
            before = number;
            town.put("plan", &[]).await;
        }
        let late = town.answer(before, Verdict::Yes).await;
        assert!(matches!(late, Err(AnswerError::NoSuchQuestion(number)) if number == before));
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_kept_with_who_gave_it_and_is_given_once() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let asked = town.asks(0, About::SuspendedThere);
        town.put("plan", std::slice::from_ref(&asked)).await;
        let number = town.numbers().await[0];
        let answered = town.answer(number, Verdict::No).await.unwrap();
        assert_eq!(answered.question, asked);
        assert!(town.open().await.is_empty());
        let answers = look!(town, tx => question::answers(tx, town.cvr()).await?);
        assert_eq!(
            (answers[&asked.key()].verdict, answers[&asked.key()].by.as_str()),
            (Verdict::No, "Mette")
        );
        let again = town.answer(number, Verdict::Yes).await.unwrap_err();
        assert!(again.to_string().contains("no open question"), "{again}");
        let id = town.people[0];
        let about = look!(town, tx => question::about(tx, id).await?);
        assert_eq!(about[0].answer.as_ref().unwrap().verdict, Verdict::No, "answered ones are shown too");
        assert_eq!(town.logged("question.").await, ["question.answered"]);
    })
    .await;
}

#[tokio::test]
async fn an_answer_counts_as_long_as_its_question_is_raised_and_then_never_again() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let asked = town.asks(0, About::SuspendedThere);
        town.put("plan", std::slice::from_ref(&asked)).await;
        town.answer(town.numbers().await[0], Verdict::Yes).await.unwrap();
        let raised = BTreeSet::from([asked.key()]);
        change!(town, tx => question::put(tx, town.cvr(), "plan", &[], Some(&raised)).await?);
        let answers = async || look!(town, tx => question::answers(tx, town.cvr()).await?);
        assert_eq!(answers().await.len(), 1);
        town.put("plan", &[]).await;
        assert!(answers().await.is_empty());
        town.put("plan", &[asked]).await;
        assert_eq!(town.numbers().await.len(), 1, "the same situation later is another question");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_refused() {
    for_each_engine(async |database| {
        let town = Town::of(database, 3).await;
        town.put(
            "plan",
            &[
                town.asks(0, one_of(&[4, 5])),
                town.asks(1, About::Obstacle(Obstacle::NoEmail)),
                town.asks(2, About::SuspendedThere),
            ],
        )
        .await;
        let number = |open: &[QuestionRecord], label: &str| {
            open.iter().find(|one| one.question.label == label).unwrap().number
        };
        let open = town.open().await;
        let refused = town.answer(number(&open, "u0"), Verdict::Other(uuid(9))).await.unwrap_err();
        assert!(matches!(refused, AnswerError::NoSuchCandidate(..)), "{refused}");
        let refused = town.answer(number(&open, "u1"), Verdict::Yes).await.unwrap_err();
        assert!(matches!(refused, AnswerError::MustBeMended(..)), "{refused}");
        let refused = town.answer(number(&open, "u2"), Verdict::Other(uuid(4))).await.unwrap_err();
        assert!(
            matches!(refused, AnswerError::NoSuchCandidate(..)),
            "only where candidates are shown: {refused}"
        );
        assert_eq!(town.open().await.len(), 3);
        town.answer(number(&open, "u0"), Verdict::Other(uuid(5))).await.unwrap();
    })
    .await;
}
