//! `emulator`: the stand-in for MitID Erhverv by itself.

use anyhow::Result;
use domain::{Clock as _, Random as _};
use emulator::{Emulator, EmulatorOptions, Running, world::CertificateDemand};

use crate::{
    Ending,
    cli::EmulatorArguments,
    world::{SystemClock, SystemRandom},
};

pub async fn run(arguments: EmulatorArguments) -> Result<Ending> {
    let EmulatorArguments { dir, api, control } = arguments;
    let running = start(EmulatorOptions {
        dir,
        api,
        control,
        organisations: Vec::new(),
        certificate_demand: CertificateDemand::All,
        clock: Box::new(|| SystemClock.now()),
        random: Box::new(|octets| SystemRandom.fill(octets)),
    })
    .await?;
    println!("IdM API: https://localhost:{}", running.api_addr().port());
    println!("Page for people: http://localhost:{}", running.control_addr().port());
    crate::serve::asked_to_stop().await?;
    running.stop().await;
    Ok(Ending::Done)
}

pub async fn start(options: EmulatorOptions) -> Result<Running> {
    Ok(Emulator::start(options).await?)
}
