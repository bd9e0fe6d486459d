//! One organisation from its first day to the day when everything is as it should be.

use std::{collections::BTreeSet, sync::Arc};

use domain::{danish_date, guard::Origin};
use emulator::{
    Fault, FaultKind,
    world::{CprNumber, Employee, Level, Status},
};
use jiff::SignedDuration;
use store::{outbox, source};
use sync::{Engine, EngineError, Which};

use super::{
    account::{Account, Home},
    check,
    dice::Dice,
    people::{self, People},
    time::{Kill, Time},
    wire::Wire,
};

/// Runs after the last fault within which everything must have come right.
const QUIET_RUNS: usize = 8;

/// Runs in a row without a call that changes anything, after which nothing will happen any more.
const IDLE_RUNS: usize = 2;

pub struct Life {
    pub dice: Dice,
    pub time: Arc<Time>,
    pub wire: Arc<Wire>,
    pub account: Account,
    pub people: People,
    /// People of whom somebody was told that they are stopped, by number.
    pub promised_to_stop: BTreeSet<usize>,
    /// The last snapshot was cut short, and nobody but the humans knows.
    pub source_is_cut: bool,
    /// How many the last snapshot held.
    said_last: usize,
    most_people: usize,
    seed: u64,
    starts: u64,
    quiet: bool,
}

/// Lives one life and says what was wrong with it.
pub async fn live(home: &Home, seed: u64) -> Vec<String> {
    let mut life = Life::begin(home, seed).await;
    let days = life.dice.between(6, 20);
    let lived = life.days(days).await;
    let mut faults = life.wire.faults();
    match lived {
        Ok(()) => faults.extend(check::faults_at_the_end(&life).await),
        Err(error) => faults.push(format!("the program gave up: {error} ({error:?})")),
    }
    if !faults.is_empty() {
        faults.extend(life.time.story());
    }
    faults
}

impl Life {
    async fn begin(home: &Home, seed: u64) -> Self {
        let dice = Dice::new(seed);
        let time = Arc::new(Time::new());
        let account = Account::open(home, &time, &dice, seed).await;
        let wire = Arc::new(Wire::new(Arc::clone(&time), account.cvr(), seed));
        let people = People::new(dice.between(3, 20), &dice);
        let most_people = people.all.len() + 5;
        let said_last = people.all.len();
        let life = Self {
            dice,
            time,
            wire,
            account,
            people,
            promised_to_stop: BTreeSet::new(),
            source_is_cut: false,
            said_last,
            most_people,
            seed,
            starts: 0,
            quiet: false,
        };
        life.meet_those_who_are_there();
        life
    }

    /// Some people were made in the portal before; the names of some of them are spelled another way there.
    fn meet_those_who_are_there(&self) {
        let mut there = Vec::new();
        for human in self.people.all.iter().filter(|_| self.dice.in_percent(15)) {
            let mut octets = [0; 16];
            self.dice.fill(&mut octets);
            let mut employee = an_employee(uuid::Builder::from_random_bytes(octets).into_uuid());
            employee.id = 1_000 + i64::try_from(human.number).unwrap();
            employee.given_name.clone_from(&human.given_name);
            employee.surname.clone_from(&human.surname);
            employee.email_address.clone_from(&human.email);
            employee.cpr_number = CprNumber::parse(&human.cpr().digits());
            employee.rid = Some(format!("RID-{}", human.number));
            if self.dice.in_percent(20) {
                employee.surname.push_str("-Skov");
            }
            there.push(employee);
        }
        self.wire.seed(&there);
    }

    async fn days(&mut self, days: usize) -> Result<(), EngineError> {
        for _ in 0..days {
            self.day().await?;
        }
        self.come_to_rest().await
    }

    async fn day(&mut self) -> Result<(), EngineError> {
        let today = danish_date(self.time.peek());
        self.people.live_a_day(&self.dice, self.most_people, today);
        for human in self.people.all.iter().filter(|human| human.may_be_stopped) {
            self.wire.may_be_stopped(human.cpr().digits());
        }
        self.wire.break_with(self.faults_of_the_day());
        for _ in 0..self.dice.between(1, 2) {
            // How far a killed run came must not decide what chance brings afterwards.
            self.starts += 1;
            self.dice = Dice::new(self.seed.wrapping_mul(0x9e37_79b9).wrapping_add(self.starts));
            self.act_in_the_portal();
            let kill = self.kill();
            self.time.tell(|| format!("a run, killed: {kill:?}"));
            let time = Arc::clone(&self.time);
            if let Some(outcome) = time.unless_killed(kill, self.run()).await {
                outcome?;
            }
            self.time
                .advance(SignedDuration::from_secs(i64::try_from(self.dice.between(1, 20_000)).unwrap()));
        }
        self.time.advance(SignedDuration::from_hours(12));
        Ok(())
    }

    fn kill(&self) -> Kill {
        match self.dice.between(1, 100) {
            1..=20 => Kill::AtLook(self.dice.between(1, 150)),
            21..=40 => Kill::AtCall(self.dice.between(1, 80)),
            _ => Kill::Never,
        }
    }

    /// The faults end; then everything must come right.
    async fn come_to_rest(&mut self) -> Result<(), EngineError> {
        self.time.tell(|| "the faults end".to_owned());
        self.quiet = true;
        self.wire.break_with(Vec::new());
        // What the portal did to rights shows when they are read again, and not before.
        self.time.advance(self.account.detail_age());
        let mut idle = 0;
        for _ in 0..QUIET_RUNS {
            let writes = self.wire.writes();
            self.run().await?;
            self.time.advance(SignedDuration::from_hours(2));
            idle = if self.wire.writes() == writes { idle + 1 } else { 0 };
            if idle == IDLE_RUNS {
                break;
            }
        }
        Ok(())
    }

    /// What people do as soon as they see it in quiet times, and else with that chance.
    pub fn feels_like_it(&self, percent: usize) -> bool {
        self.quiet || self.dice.in_percent(percent)
    }

    fn faults_of_the_day(&self) -> Vec<Fault> {
        const KINDS: [FaultKind; 15] = [
            FaultKind::Refuse,
            FaultKind::ResetBefore,
            FaultKind::Status500,
            FaultKind::Status503,
            FaultKind::Status401,
            FaultKind::OptimisticConcurrency,
            FaultKind::LostAnswer,
            FaultKind::Status500After,
            FaultKind::LateEffect,
            FaultKind::Garbage200,
            FaultKind::TruncatedSearch,
            FaultKind::EmptyList,
            FaultKind::UnknownFields,
            FaultKind::UnknownEnum,
            FaultKind::Slow,
        ];
        let count = self.dice.between(0, 6);
        (0..count).map(|_| self.fault(*self.dice.one_of(&KINDS).unwrap())).collect()
    }

    fn fault(&self, kind: FaultKind) -> Fault {
        let most = if kind == FaultKind::EmptyList { 10 } else { 60 };
        let rate = f64::from(u32::try_from(self.dice.between(1, most)).unwrap()) / 100.0;
        let fault = Fault::rate("*", kind, rate);
        match kind {
            FaultKind::TruncatedSearch => fault.with_keep(0.95),
            FaultKind::LateEffect => fault.with_latency_ms(self.dice.between(1, 170_000) as u64),
            FaultKind::Slow => fault.with_latency_ms(self.dice.between(1, 2_000) as u64),
            _ => fault,
        }
    }

    /// The program from its start: what it reads, what people make of it, and what it sends.
    async fn run(&mut self) -> Result<(), EngineError> {
        let name = format!("worker-{}", self.starts);
        let engine = self.account.start(&self.wire, &self.time, &name);
        let other = self.account.start(&self.wire, &self.time, &format!("{name}-beside"));
        self.read_source(&engine).await?;
        if !self.quiet && self.dice.in_percent(25) {
            self.order(&engine).await?;
        }
        self.apply(&engine, &other).await?;
        self.answer().await?;
        self.resume_waves().await
    }

    async fn read_source(&mut self, engine: &Engine) -> Result<(), EngineError> {
        let cvr = self.account.cvr();
        let chance = if self.quiet { 100 } else { self.dice.between(1, 100) };
        if chance <= 15 {
            let failed = self.account.store.write(|tx| {
                Box::pin(async { source::note_failure(tx, cvr, &people::source(), "it is away", &[]).await })
            });
            return Ok(failed.await?);
        }
        let now = self.time.peek();
        let cut = chance <= 25;
        let snapshot = if cut {
            self.people.cut_snapshot(now, cvr, self.said_last)
        } else {
            self.people.snapshot(now, cvr)
        };
        self.time.tell(|| format!("the source says {} people, cut: {cut}", snapshot.records.len()));
        // Known before it is stored: people see at once that a source is short.
        self.source_is_cut = cut;
        engine.import(cvr, &snapshot).await?;
        if !cut {
            self.said_last = snapshot.records.len();
        }
        Ok(())
    }

    /// What `apply` does, step by step, since it is the simulation that holds the clock.
    async fn apply(&self, engine: &Engine, other: &Engine) -> Result<(), EngineError> {
        let cvr = self.account.cvr();
        let store = &self.account.store;
        self.tick();
        store.write(|tx| Box::pin(async { outbox::try_all_now(tx, cvr).await })).await?;
        self.empty_the_outbox(engine, other).await?;
        engine.read_as_needed(cvr).await?;
        for _ in 0..2 {
            self.tick();
            let planned = engine.plan(cvr, Origin::Timer).await?;
            self.time.tell(|| {
                let kinds =
                    planned.operations.iter().map(|one| format!("{} {}", one.action.kind(), one.label));
                format!(
                    "planned {:?}, held {:?}",
                    kinds.collect::<Vec<_>>(),
                    planned.judgement.held_operations()
                )
            });
            self.tick();
            let planned = self.look_at(engine, planned).await?;
            engine.enqueue(cvr, &planned).await?;
            self.empty_the_outbox(engine, other).await?;
            match engine.read_stale(cvr).await {
                Ok(()) | Err(EngineError::Remote(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Two workers, until nothing is left or somebody has had enough.
    async fn empty_the_outbox(&self, engine: &Engine, other: &Engine) -> Result<(), EngineError> {
        let rounds = if self.quiet { 200 } else { self.dice.between(1, 25) };
        for _ in 0..rounds {
            self.tick();
            if self.step(engine, other).await? == 0 && !self.wait_for_work().await? {
                break;
            }
        }
        Ok(())
    }

    async fn step(&self, engine: &Engine, other: &Engine) -> Result<usize, EngineError> {
        let cvr = self.account.cvr();
        if self.account.crowded {
            let urgent = engine.step(cvr, Which::Suspensions, 1);
            let (most, rest) = (engine.step(cvr, Which::All, 4), other.step(cvr, Which::All, 2));
            let (urgent, most, rest) = futures::try_join!(urgent, most, rest)?;
            return Ok(urgent + most + rest);
        }
        let urgent =
            if self.dice.in_percent(30) { engine.step(cvr, Which::Suspensions, 1).await? } else { 0 };
        let who = if self.dice.in_percent(70) { engine } else { other };
        Ok(urgent + who.step(cvr, Which::All, 1).await?)
    }

    /// Time goes on between any two things that are done.
    fn tick(&self) {
        self.time.advance(SignedDuration::from_millis(1));
    }

    /// Moves the clock on to where there is something to do. `false`: there will be nothing.
    async fn wait_for_work(&self) -> Result<bool, EngineError> {
        let cvr = self.account.cvr();
        let due = self
            .account
            .store
            .read(|tx| {
                Box::pin(async { outbox::next_worth_waiting_for(tx, cvr, Which::All, i64::MAX).await })
            })
            .await?;
        if let Some(due) = due {
            self.time.advance_to(due);
        }
        Ok(due.is_some())
    }

    /// Somebody looks at a plan whose waves stopped, and lets it go on.
    async fn resume_waves(&self) -> Result<(), EngineError> {
        let (cvr, store) = (self.account.cvr(), &self.account.store);
        let plans = store.read(|tx| Box::pin(async { store::plan::recent(tx, cvr, 1_000, 0).await })).await?;
        for record in plans.iter().filter(|record| record.stopped.is_some()) {
            if self.feels_like_it(50) {
                store
                    .write(|tx| Box::pin(async { store::plan::stop(tx, record, None, "chief").await }))
                    .await?;
            }
        }
        Ok(())
    }
}

fn an_employee(uuid: uuid::Uuid) -> Employee {
    Employee {
        uuid,
        id: 0,
        status: Status::Active,
        given_name: String::new(),
        surname: String::new(),
        email_address: String::new(),
        cpr_number: None,
        date_of_birth: None,
        rid: None,
        pseudonym: false,
        registered_ial: Level::Low,
        target_ial: Level::Low,
        allow_signing: false,
        invoice_method_uuid: None,
        administrator_roles: Vec::new(),
        authenticators: Vec::new(),
        roles: Vec::new(),
        requested_authenticators: Vec::new(),
        activation: None,
        migrated: false,
    }
}
