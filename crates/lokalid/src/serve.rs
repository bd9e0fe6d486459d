//! `serve`: the console and, for each organisation, the work in the background.
//!
//! Every loop works from what is stored, so that stopping anywhere loses nothing. A timer asks for the same work that a
//! person can ask for; a person's order to suspend has a loop of its own that nothing else delays.

use std::{net::SocketAddr, path::Path, time::Duration};

use anyhow::{Context as _, Result};
use domain::{Clock as _, Cvr, Role, copenhagen, guard::Origin};
use emulator::Running;
use futures::future::join_all;
use identity::Invitation;
use jiff::{SignedDuration, Timestamp};
use sync::Which;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    task::JoinHandle,
};
use web::{Address, Console};

use crate::{
    Ending, certificates,
    commands::sign_in_address,
    configuration::OrganisationSection,
    installation::Installation,
    mail, memory,
    telemetry::{self, Telemetry},
    world::SystemClock,
};

mod chores;
mod jobs;

/// How often new work is looked for.
const LOOK: Duration = Duration::from_millis(500);
/// How long what is under way may take to end. What takes longer is found out about at the next start.
const GRACE: Duration = Duration::from_secs(3);
/// How often suspensions are looked for.
const LOOK_FOR_SUSPENSIONS: Duration = Duration::from_millis(200);

pub async fn run(installation: &Installation) -> Result<Ending> {
    let signals = StopSignals::listen()?;
    let web = &installation.configuration.web;
    let address = Address::parse(&web.address)?;
    let listen = match &web.listen {
        Some(listen) => listen.parse().with_context(|| {
            format!("web.listen = \"{listen}\" is not an address and port; write it like 127.0.0.1:8080")
        })?,
        None => SocketAddr::from(([127, 0, 0, 1], address.port())),
    };
    let console = console(installation, address);
    serve(installation, console, listen, None, signals).await
}

/// The demo's console, with the button *Next day*, and a link into it.
pub async fn with_demo(
    installation: &Installation,
    emulator: &Running,
    listen: &SocketAddr,
) -> Result<Ending> {
    let signals = StopSignals::listen()?;
    let origin = format!("http://localhost:{}", listen.port());
    let console = console(installation, Address::parse(&origin)?).as_demo();
    let invitation = Invitation {
        name: "demo".to_owned(),
        role: Role::OrganisationAdministrator,
        person: None,
        valid_for: SignedDuration::from_hours(1),
    };
    let link = sign_in_address(installation, &origin, &invitation).await?;
    println!("Console: {link}");
    println!("The link works once. Ctrl-C ends the demo; `lokalid demo` goes on with it.");
    serve(installation, console, *listen, Some(emulator), signals).await
}

fn console(installation: &Installation, address: Address) -> Console {
    let configuration = &installation.configuration;
    let checkpoints = configuration.path(&configuration.checkpoints);
    let console = Console::new(installation.store.clone(), address, Path::new(&checkpoints))
        .with_configured(crate::report::configured(configuration));
    match &configuration.mail {
        Some(mail) => console.with_mail(mail.language()),
        None => console,
    }
}

async fn serve(
    installation: &Installation,
    console: Console,
    listen: SocketAddr,
    demo: Option<&Running>,
    mut signals: StopSignals,
) -> Result<Ending> {
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("{listen} cannot be listened on; is the port taken? Choose another in [web]")
    })?;
    tracing::info!(address = %listen, "the console listens");
    let (stop, stopped) = watch::channel(false);
    let wait = until(stopped.clone());
    let counted =
        Telemetry { store: installation.store.clone(), calls: std::sync::Arc::clone(&installation.calls) };
    let pages = telemetry::router(counted).merge(web::router(console));
    let server = tokio::spawn(async move { axum::serve(listener, pages).with_graceful_shutdown(wait).await });
    installation.engine.do_not_wait();
    let sealer = installation.sealer();
    let seal = sealer.run(until(stopped.clone()));
    let work = installation.configuration.organisations.iter().map(|section| {
        let cvr = &section.cvr;
        let worker = work(installation, cvr, stopped.clone(), demo);
        let follow = follow_certificate(installation, section, stopped.clone());
        async { futures::join!(worker, follow, stop_people(installation, cvr, stopped.clone())) }
    });
    let post = mail::send_until(installation, stopped.clone());
    let mut background =
        Box::pin(async { futures::join!(seal, join_all(work), memory::give_back(stopped.clone()), post) });
    tokio::select! {
        () = signals.come() => {}
        _ = &mut background => {}
    }
    let _ = stop.send(true);
    installation.engine.stop();
    // What is being sent right now is waited for; what waits goes on at the next start.
    if let Ok((log_is_sealed, ..)) = tokio::time::timeout(GRACE, &mut background).await {
        log_is_sealed?;
    }
    drop(background);
    end_server(server).await
}

/// An open event stream need not hold up the end.
async fn end_server(mut server: JoinHandle<std::io::Result<()>>) -> Result<Ending> {
    if let Ok(ended) = tokio::time::timeout(Duration::from_secs(1), &mut server).await {
        ended??;
    }
    server.abort();
    Ok(Ending::Done)
}

/// Ctrl-C and what a service manager sends. Listened for before anything is said to be ready, because whoever hears that
/// may send one at once.
pub struct StopSignals {
    interrupted: Signal,
    terminated: Signal,
}

impl StopSignals {
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupted: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
        })
    }

    pub async fn come(&mut self) {
        let Self { interrupted, terminated } = self;
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    }
}

/// Ends when the flag is raised.
async fn until(mut stopped: watch::Receiver<bool>) {
    drop(stopped.wait_for(|stopped| *stopped).await);
}

/// Suspensions, before and beside everything else.
async fn stop_people(installation: &Installation, cvr: &Cvr, stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if let Err(error) = installation.engine.step(cvr, Which::Suspensions, 1).await {
            tracing::error!(organisation = %cvr, error = %error, "suspensions could not be sent");
        }
        tokio::time::sleep(LOOK_FOR_SUSPENSIONS).await;
    }
}

/// Whichever certificate somebody takes into use, here or elsewhere, is the one of the next call.
async fn follow_certificate(
    installation: &Installation,
    section: &OrganisationSection,
    stopped: watch::Receiver<bool>,
) {
    while !*stopped.borrow() {
        if let Err(error) = certificates::follow(installation, section).await {
            tracing::error!(organisation = %section.cvr, error = format!("{error:#}"), "the certificate could not be changed");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Wishes of people first, then what the timer wants, then whatever of the outbox is due.
async fn work(
    installation: &Installation,
    cvr: &Cvr,
    stopped: watch::Receiver<bool>,
    demo: Option<&Running>,
) {
    let mut timer = Timer::new(installation, cvr).await;
    while !*stopped.borrow() {
        let done = one_round(installation, cvr, &mut timer, demo).await;
        match done {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(LOOK).await,
            Err(error) => {
                tracing::error!(organisation = %cvr, error = format!("{error:#}"), "work in the background failed");
                tokio::time::sleep(LOOK * 10).await;
            }
        }
    }
}

async fn one_round(
    installation: &Installation,
    cvr: &Cvr,
    timer: &mut Timer,
    demo: Option<&Running>,
) -> Result<bool> {
    if jobs::do_next(installation, cvr, demo).await? {
        return Ok(true);
    }
    let Installation { engine, store, .. } = installation;
    timer.follow_console(installation, cvr).await;
    if timer.sources_are_due(SystemClock.now()) {
        engine.read_sources(cvr).await?;
        engine.read_catalogue_if_due(engine.site(cvr)?).await?;
        jobs::settle(installation, cvr, Origin::Timer).await?;
        return Ok(true);
    }
    if timer.full_read_is_due(SystemClock.now()) {
        engine.apply(cvr, Origin::Timer, None).await?;
        chores::day(installation, cvr).await?;
        return Ok(true);
    }
    let taken = engine.step(cvr, Which::All, 8).await? > 0;
    if taken && store.read(|tx| Box::pin(async { store::outbox::counts(tx, cvr).await })).await?.is_empty() {
        // What was left for later is through: the pages say how things stand now.
        engine.read_stale(cvr).await?;
        engine.plan_and_enqueue(cvr, Origin::Timer).await?;
    }
    Ok(taken)
}

/// What is due when. Kept from what is stored, so that a restart neither repeats nor forgets.
struct Timer {
    every: SignedDuration,
    full_read_at: jiff::civil::Time,
    sources_read: Option<Timestamp>,
    full_read: Option<Timestamp>,
}

/// What somebody changed of the schedule in the console.
#[derive(Default, serde::Deserialize)]
struct ChangedSchedule {
    source_minutes: Option<u32>,
    full_read_hour: Option<i8>,
}

impl Timer {
    async fn new(installation: &Installation, cvr: &Cvr) -> Self {
        let sources =
            installation.store.read(|tx| Box::pin(async { store::source::all(tx, cvr).await })).await;
        let sources_read = sources.ok().and_then(|all| all.iter().filter_map(|source| source.read_at).max());
        let organisation = installation.engine.organisation(cvr).await.ok();
        let schedule = &installation.configuration.schedule;
        let mut timer = Self {
            every: SignedDuration::from_mins(i64::from(schedule.sources_minutes)),
            full_read_at: schedule.full_read_at,
            sources_read,
            full_read: organisation.and_then(|record| record.full_read_at),
        };
        timer.follow_console(installation, cvr).await;
        timer
    }

    /// What the console changed counts from the next look on.
    async fn follow_console(&mut self, installation: &Installation, cvr: &Cvr) {
        let scope = cvr.to_string();
        let overlays = installation
            .store
            .read(|tx| Box::pin(async { store::organisation::overlays(tx, &scope).await }))
            .await;
        let changed = overlays.ok().and_then(|all| all.into_iter().find(|overlay| overlay.key == "schedule"));
        let changed = changed.and_then(|overlay| serde_json::from_value(overlay.value).ok());
        let changed: ChangedSchedule = changed.unwrap_or_default();
        let schedule = &installation.configuration.schedule;
        let minutes = changed.source_minutes.unwrap_or(schedule.sources_minutes);
        self.every = SignedDuration::from_mins(i64::from(minutes.max(1)));
        let hour = changed.full_read_hour.and_then(|hour| jiff::civil::Time::new(hour, 0, 0, 0).ok());
        self.full_read_at = hour.unwrap_or(schedule.full_read_at);
    }

    fn sources_are_due(&mut self, now: Timestamp) -> bool {
        let due = self.sources_read.is_none_or(|read| now.duration_since(read) >= self.every);
        if due {
            self.sources_read = Some(now);
        }
        due
    }

    /// Once a day, at or after the hour, Danish time.
    fn full_read_is_due(&mut self, now: Timestamp) -> bool {
        let here = now.to_zoned(copenhagen());
        let today = here.with().time(self.full_read_at).build().ok().map(|at| at.timestamp());
        let due = today.is_some_and(|at| at <= now && self.full_read.is_none_or(|read| read < at));
        if due {
            self.full_read = Some(now);
        }
        due
    }
}
