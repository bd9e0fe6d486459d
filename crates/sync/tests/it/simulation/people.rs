//! The truth: who works there, what they are called, and what the source says of them.

use domain::{Cpr, Cvr, Email, Name, Snapshot, SourceKey, SourceName, SourceRecord, Standing, UserName};
use jiff::{Timestamp, civil::Date};

use super::{dice::Dice, entitlements::p_number};

const GIVEN_NAMES: [&str; 8] = ["Åse", "Bjørn", "Cæcilie", "Ditte", "Erik", "Frida", "Gørild", "Hans Åge"];
const SURNAMES: [&str; 8] = ["Holm", "Ærlig", "Østergård", "Berg", "Sand", "Kjær", "Lund", "Åkjær"];

/// The one source of the organisation.
pub fn source() -> SourceName {
    SourceName("ad".to_owned())
}

/// Somebody who works there, or did.
#[derive(Debug, Clone)]
pub struct Human {
    pub number: usize,
    pub key: String,
    pub given_name: String,
    pub surname: String,
    pub email: String,
    pub unit: String,
    /// Which of the first production units of the organisation.
    pub place: usize,
    pub presence: Presence,
    /// Whether there ever was a reason to stop this person.
    pub may_be_stopped: bool,
}

/// How the source tells whether somebody works there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Here,
    Disabled,
    /// The end date in the source has passed.
    Ended(Date),
    /// No longer in the source.
    Missing,
}

impl Human {
    fn new(number: usize, dice: &Dice) -> Self {
        let pick = |names: &[&str]| (*dice.one_of(names).unwrap()).to_owned();
        Self {
            number,
            key: format!("key-{number}"),
            given_name: pick(&GIVEN_NAMES),
            surname: pick(&SURNAMES),
            email: format!("person{number}@kommune.example"),
            unit: "Skolen".to_owned(),
            place: number % 2,
            presence: Presence::Here,
            may_be_stopped: false,
        }
    }

    pub fn is_here(&self) -> bool {
        self.presence == Presence::Here
    }

    /// An invented number: 60 is added to the day.
    pub fn cpr(&self) -> Cpr {
        let number = self.number;
        let text = format!("{:02}0{}80{:04}", 61 + number % 28, 1 + number / 28 % 9, 100 + number);
        Cpr::parse(&text).unwrap()
    }

    fn record(&self, cvr: &Cvr) -> SourceRecord {
        let mut record = SourceRecord::new(SourceKey::Text(self.key.clone()), format!("row {}", self.number));
        record.user_name = Some(format!("user{}", self.number).parse::<UserName>().unwrap());
        record.cpr = Some(self.cpr());
        record.given_name = Some(Name::parse(&self.given_name).unwrap());
        record.surname = Some(Name::parse(&self.surname).unwrap());
        record.email = Some(Email::parse(&self.email).unwrap());
        record.unit = Some(self.unit.clone());
        record.p_number = p_number(cvr, self.place).parse().ok();
        match self.presence {
            Presence::Disabled => record.standing = Standing::Disabled,
            Presence::Ended(on) => record.end = Some(on),
            Presence::Here | Presence::Missing => {}
        }
        record
    }
}

/// Everybody there ever was.
pub struct People {
    pub all: Vec<Human>,
}

impl People {
    pub fn new(count: usize, dice: &Dice) -> Self {
        Self { all: (0..count).map(|number| Human::new(number, dice)).collect() }
    }

    /// What a day brings: joins, leaves, returns, new names, addresses, units and keys.
    pub fn live_a_day(&mut self, dice: &Dice, most: usize, today: Date) {
        if self.all.len() < most && dice.in_percent(25) {
            self.all.push(Human::new(self.all.len(), dice));
        }
        for human in &mut self.all {
            match dice.between(1, 100) {
                1..=6 if human.is_here() => leave(human, dice, today),
                1..=30 if !human.is_here() => come_back(human, dice),
                7..=10 => (*dice.one_of(&SURNAMES).unwrap()).clone_into(&mut human.surname),
                11..=14 => human.email = format!("p{}-{}@kommune.example", human.number, dice.between(0, 99)),
                15..=16 => (*dice.one_of(&["Rådhuset", "Skolen"]).unwrap()).clone_into(&mut human.unit),
                19..=20 => human.place = dice.between(0, 1),
                17..=18 => human.key = format!("key-{}-{}", human.number, dice.between(0, 9999)),
                _ => {}
            }
        }
    }

    /// What the source says when it is read whole.
    pub fn snapshot(&self, now: Timestamp, cvr: &Cvr) -> Snapshot {
        let there = self.all.iter().filter(|human| human.presence != Presence::Missing);
        Snapshot {
            source: source(),
            taken_at: now,
            records: there.map(|human| human.record(cvr)).collect(),
            skipped: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// What it says when a third of what it said last is missing and nobody noticed.
    pub fn cut_snapshot(&self, now: Timestamp, cvr: &Cvr, said_last: usize) -> Snapshot {
        let whole = self.snapshot(now, cvr);
        let kept = whole.records.len().min(said_last) * 2 / 3;
        Snapshot { records: whole.records.into_iter().take(kept).collect(), ..whole }
    }
}

fn leave(human: &mut Human, dice: &Dice, today: Date) {
    let ended = Presence::Ended(today.yesterday().unwrap());
    human.presence = *dice.one_of(&[Presence::Disabled, ended, Presence::Missing]).unwrap();
    human.may_be_stopped = true;
}

fn come_back(human: &mut Human, dice: &Dice) {
    // Directories that forget an account make a new one.
    if human.presence == Presence::Missing && dice.in_percent(50) {
        human.key = format!("key-{}-{}", human.number, dice.between(0, 9999));
    }
    human.presence = Presence::Here;
}
