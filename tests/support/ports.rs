//! Ports that nobody else uses: each server and phone gets a block, below the range that systems hand out by chance.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

const FIRST: u16 = 11_000;
const LAST: u16 = 19_900;
/// Ports in a block.
pub const BLOCK: u16 = 100;

/// A block of ports, kept from other tests for as long as this lives.
#[derive(Debug)]
pub struct Ports {
    base: u16,
    _lock: TcpListener,
}

impl Ports {
    /// Takes a block that is free.
    pub fn take() -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let blocks = (LAST - FIRST) / BLOCK;
        let start = (std::process::id() % u32::from(blocks)) as u16;
        for _ in 0..blocks {
            let block = (start + NEXT.fetch_add(1, Ordering::Relaxed)) % blocks;
            let base = FIRST + block * BLOCK;
            // Whoever listens on the first port owns the block.
            let Ok(lock) = TcpListener::bind((Ipv4Addr::LOCALHOST, base)) else { continue };
            let ports = Self { base, _lock: lock };
            if ports.are_free() {
                return ports;
            }
        }
        panic!("no block of {BLOCK} free ports between {FIRST} and {LAST}");
    }

    fn are_free(&self) -> bool {
        let tcp = |port| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
        let udp = |port| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
        (1..10).all(|offset| tcp(self.base + offset) && udp(self.base + offset))
            && [self.first_rtp(), self.first_rtp() + 1, self.last_rtp()].into_iter().all(udp)
    }

    /// For SIP, UDP and TCP.
    pub const fn sip(&self) -> u16 {
        self.base + 1
    }

    /// For HTTP, or what else listens on TCP.
    pub const fn http(&self) -> u16 {
        self.base + 5
    }

    /// The first for RTP: even.
    pub const fn first_rtp(&self) -> u16 {
        self.base + 10
    }

    /// The last for RTP: odd.
    pub const fn last_rtp(&self) -> u16 {
        self.base + BLOCK - 1
    }
}
