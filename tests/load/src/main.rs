//! Load on a Callwright on this machine, bounded in count and time, and what it costs there.
//!
//! - `load rate`: calls that are answered and ended at once, so many a second.
//! - `load calls`: calls that stay, each with RTP both ways; processor and memory of the server per call, and the
//!   spacing of the packets that it sends, by the kernel's time stamps.
//! - `load agent`: conversations with an agent whose recogniser, model and voice are local: delays as the caller hears
//!   them, and what a session costs.
//! - `load soak`: calls of several kinds over a bad line, for long: fails when one is lost or something is left behind.
//! - `load machines`: how well and how soon it is told who answers a call, on made material; needs no server.
//! - `load plan`: the planner of campaigns alone: contacts planned a second, bytes for each; needs no server.
//! - `load dials`: the carrier of a campaign: how many calls the whole program places in a second, and what each costs.
//! - `load books`: made calls in the books, and how long the list of calls, its filters and the reports take then; needs
//!   no server.
//! - `load flood`: a flood of INVITEs from strangers while calls run: what it does to their packets and to the memory.
//! - `load floor`: the same packets against a plain UDP echo: what the sockets alone cost.
#![allow(clippy::print_stdout)]

mod agent;
mod books;
mod calls;
mod dials;
mod flood;
mod machines;
mod plan;
mod process;
mod rate;
mod rtp;
mod signalling;
mod soak;

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Calls answered and ended at once
    Rate(rate::RateArgs),
    /// Calls that stay
    Calls(calls::CallsArgs),
    /// A flood of INVITEs from strangers while calls run
    Flood(flood::FloodArgs),
    /// Conversations with an agent
    Agent(agent::AgentArgs),
    /// Calls of several kinds over a bad line, for long
    Soak(soak::SoakArgs),
    /// Made calls: how well and how soon it is told who answers
    Machines(machines::MachinesArgs),
    /// Made calls in the books: the list, its filters, the reports
    Books(books::BooksArgs),
    /// The planner of campaigns alone
    Plan(plan::PlanArgs),
    /// The carrier of a campaign: takes the calls that the server places
    Dials(dials::DialsArgs),
    /// The packets of so many calls against a plain UDP echo
    Floor(calls::FloorArgs),
    /// Write a certificate for loopback into a folder: sip.pem and sip.key
    Certificate {
        /// The folder
        folder: PathBuf,
    },
    /// The plain UDP echo
    #[command(hide = true)]
    Echo,
}

/// Everything here stays on this machine.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn main() -> Result<(), Box<dyn Error>> {
    match Cli::parse().command {
        Command::Rate(args) => rate::run(&args),
        Command::Calls(args) => calls::run(&args),
        Command::Flood(args) => flood::run(&args),
        Command::Agent(args) => agent::run(&args),
        Command::Soak(args) => soak::run(&args),
        Command::Machines(args) => machines::run(&args),
        Command::Books(args) => books::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Dials(args) => dials::run(&args),
        Command::Floor(args) => calls::floor(&args),
        Command::Certificate { folder } => certificate(&folder),
        Command::Echo => rtp::echo(),
    }
}

fn certificate(folder: &Path) -> Result<(), Box<dyn Error>> {
    let signed = rcgen::generate_simple_self_signed([HERE.to_string()])?;
    std::fs::write(folder.join("sip.pem"), signed.cert.pem())?;
    std::fs::write(folder.join("sip.key"), signed.signing_key.serialize_pem())?;
    Ok(())
}
