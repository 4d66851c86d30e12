//! Captures of calls: their RTP packets, in memory, within bounds of bytes and of time.
//!
//! The media thread writes records into blocks that were made before; a task takes the full ones away and gives them
//! back empty. What it is too slow for is left out and counted.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use call_model::CallId;
use calls::Switchboard;
use crossbeam_queue::ArrayQueue;
use telemetry::pcap;
use tokio::time::Instant;
use transport::rtp::{PacketTap, PassingRtp};

use crate::api::{CaptureError, Captured};
use crate::config::TelemetrySection;

/// Bytes of a block.
const BLOCK: usize = 16 * 1_024;
/// Blocks of a capture: more than two seconds of a bridged call.
const BLOCKS: usize = 12;
/// The longest packet that is kept whole.
const PACKET: usize = 2_048;
/// A block is handed over at the latest after so long.
const FLUSH: Duration = Duration::from_millis(500);
/// How often full blocks are taken away.
const COLLECT: Duration = Duration::from_millis(200);
/// How long the media thread may take to let go of a tap.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the media thread and the task share.
#[derive(Debug)]
struct Ring {
    filled: ArrayQueue<Vec<u8>>,
    spare: ArrayQueue<Vec<u8>>,
    dropped: AtomicU64,
    /// The tap is gone.
    over: AtomicBool,
}

/// On the media thread.
struct Tap {
    ring: Arc<Ring>,
    block: Vec<u8>,
    /// When the first packet of the block passed.
    since: Duration,
    packet: Vec<u8>,
}

impl std::fmt::Debug for Tap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tap")
    }
}

impl Tap {
    fn new() -> (Self, Arc<Ring>) {
        let ring = Ring {
            filled: ArrayQueue::new(BLOCKS),
            spare: ArrayQueue::new(BLOCKS),
            dropped: AtomicU64::new(0),
            over: AtomicBool::new(false),
        };
        for _ in 1..BLOCKS {
            let _ = ring.spare.push(Vec::with_capacity(BLOCK));
        }
        let (ring, block) = (Arc::new(ring), Vec::with_capacity(BLOCK));
        (Self { ring: ring.clone(), block, since: Duration::ZERO, packet: Vec::with_capacity(PACKET) }, ring)
    }

    fn hand_over(&mut self) {
        // Without an empty one this stays, and is handed over as soon as there is one.
        if let Some(empty) = self.ring.spare.pop() {
            // There are never more blocks than the queue has room for.
            let _ = self.ring.filled.push(std::mem::replace(&mut self.block, empty));
        }
    }
}

impl PacketTap for Tap {
    fn saw(&mut self, passing: &PassingRtp<'_>) {
        let data = &passing.data[..passing.data.len().min(PACKET)];
        let room = data.len() + pcap::OVERHEAD;
        let is_due = !self.block.is_empty() && passing.at.abs_diff(self.since) > FLUSH;
        if is_due || self.block.len() + room > BLOCK {
            self.hand_over();
        }
        if self.block.len() + room > BLOCK {
            self.ring.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if self.block.is_empty() {
            self.since = passing.at;
        }
        // Blanked before the record is made: its checksum would tell what stood there.
        self.packet.clear();
        self.packet.extend_from_slice(&data[..passing.blank_from.min(data.len())]);
        self.packet.resize(data.len(), PassingRtp::BLANK);
        let (from, to) =
            if passing.inbound { (passing.remote, passing.local) } else { (passing.local, passing.remote) };
        let at_us = i64::try_from(passing.at.as_micros()).unwrap_or(i64::MAX);
        pcap::datagram(&mut self.block, at_us, from, to, &self.packet, passing.whole);
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        let _ = self.ring.filled.push(std::mem::take(&mut self.block));
        self.ring.over.store(true, Ordering::Release);
    }
}

/// One capture.
struct Capture {
    call: CallId,
    /// Records of a pcap file.
    bytes: Mutex<Vec<u8>>,
    dropped: AtomicU64,
    running: AtomicBool,
}

impl Capture {
    fn is_running(&self) -> bool {
        self.running.load(Ordering::Acquire)
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All captures that are kept.
pub(super) struct Captures {
    /// How many there may be.
    most: usize,
    /// Bytes of one.
    bytes: usize,
    longest: Duration,
    keep: Duration,
    kept: Arc<Mutex<VecDeque<Arc<Capture>>>>,
}

impl Captures {
    pub(super) fn new(settings: &TelemetrySection) -> Self {
        Self {
            most: settings.captures.max(1),
            bytes: settings.capture_mib.max(1).saturating_mul(1 << 20),
            longest: Duration::from_secs(settings.capture_seconds.max(1)),
            keep: Duration::from_mins(settings.capture_minutes.max(1)),
            kept: Arc::default(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Arc<Capture>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes place for one more; the oldest that is finished makes room.
    fn admit(&self, call: CallId) -> Result<Arc<Capture>, CaptureError> {
        let mut kept = self.kept();
        if kept.iter().any(|capture| capture.call == call && capture.is_running()) {
            return Err(CaptureError::Running);
        }
        kept.retain(|capture| capture.call != call);
        if kept.len() >= self.most {
            let finished = kept.iter().position(|capture| !capture.is_running());
            kept.remove(finished.ok_or(CaptureError::TooMany(self.most))?);
        }
        let capture =
            Capture { call, bytes: Mutex::default(), dropped: AtomicU64::new(0), running: AtomicBool::new(true) };
        let capture = Arc::new(capture);
        kept.push_back(capture.clone());
        Ok(capture)
    }

    /// Begins a capture of a call that runs.
    pub(super) async fn begin(
        &self,
        switchboard: &Switchboard,
        call: CallId,
        rtp: bool,
        time: Option<Duration>,
    ) -> Result<(), CaptureError> {
        let capture = self.admit(call)?;
        let (tap, ring) = Tap::new();
        // Without sound the tap is gone at once, and with it the capture: signalling is kept anyway.
        let shown = rtp.then(|| Box::new(tap) as Box<dyn PacketTap>);
        if let Some(tap) = shown
            && let Err(error) = switchboard.capture(call, Some(tap)).await
        {
            self.forget(call);
            return Err(CaptureError::Call(error.to_string()));
        }
        let until = Instant::now() + time.unwrap_or(self.longest).min(self.longest);
        let collector = Collector { capture, ring, most: self.bytes, until };
        let (switchboard, kept, keep) = (switchboard.clone(), self.kept.clone(), self.keep);
        tokio::spawn(async move {
            let capture = collector.run(&switchboard).await;
            tokio::time::sleep(keep).await;
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.retain(|it| !Arc::ptr_eq(it, &capture));
        });
        Ok(())
    }

    /// What was captured so far.
    pub(super) fn get(&self, call: CallId) -> Option<Captured> {
        let capture = self.kept().iter().find(|capture| capture.call == call)?.clone();
        let records = capture.bytes().clone();
        let dropped = capture.dropped.load(Ordering::Relaxed);
        Some(Captured { records, dropped, running: capture.is_running() })
    }

    /// Ends a capture and forgets it.
    pub(super) fn forget(&self, call: CallId) -> bool {
        let mut kept = self.kept();
        let before = kept.len();
        kept.iter().filter(|capture| capture.call == call).for_each(|it| it.running.store(false, Ordering::Release));
        kept.retain(|capture| capture.call != call);
        kept.len() < before
    }
}

/// Takes full blocks away until the capture ends.
struct Collector {
    capture: Arc<Capture>,
    ring: Arc<Ring>,
    most: usize,
    until: Instant,
}

impl Collector {
    async fn run(self, switchboard: &Switchboard) -> Arc<Capture> {
        let mut round = tokio::time::interval(COLLECT);
        let mut is_full = false;
        while !is_full && self.capture.is_running() && Instant::now() < self.until && !self.is_over() {
            round.tick().await;
            is_full = self.collect();
        }
        // The call may be over by now.
        let _ = switchboard.capture(self.capture.call, None).await;
        let patience = Instant::now() + PATIENCE;
        while !self.is_over() && Instant::now() < patience {
            round.tick().await;
        }
        self.collect();
        self.capture.running.store(false, Ordering::Release);
        self.capture
    }

    fn is_over(&self) -> bool {
        self.ring.over.load(Ordering::Acquire)
    }

    /// Whether there is no more room.
    fn collect(&self) -> bool {
        let mut is_full = false;
        let mut bytes = self.capture.bytes();
        while let Some(mut block) = self.ring.filled.pop() {
            is_full |= bytes.len() + block.len() > self.most;
            if is_full {
                self.capture.dropped.fetch_add(pcap::records(&block).count() as u64, Ordering::Relaxed);
            } else {
                bytes.extend_from_slice(&block);
            }
            block.clear();
            let _ = self.ring.spare.push(block);
        }
        self.capture.dropped.fetch_add(self.ring.dropped.swap(0, Ordering::Relaxed), Ordering::Relaxed);
        is_full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passing(data: &[u8], at_ms: u64, blank_from: usize) -> PassingRtp<'_> {
        PassingRtp {
            inbound: true,
            at: Duration::from_millis(at_ms),
            local: "[2001:db8::1]:4000".parse().unwrap(),
            remote: "[2001:db8::2]:5000".parse().unwrap(),
            data,
            blank_from,
            whole: data.len(),
        }
    }

    fn collector(ring: Arc<Ring>, most: usize) -> Collector {
        let capture = Capture {
            call: store::fresh_id(0),
            bytes: Mutex::default(),
            dropped: AtomicU64::new(0),
            running: AtomicBool::new(true),
        };
        Collector { capture: Arc::new(capture), ring, most, until: Instant::now() }
    }

    #[test]
    fn a_key_cannot_be_told_from_the_record() {
        let record = |key: u8| {
            let (mut tap, ring) = Tap::new();
            let data = [0x80, 101, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, key, 10, 0, 160];
            tap.saw(&passing(&data, 20, 12));
            drop(tap);
            assert!(ring.over.load(Ordering::Relaxed));
            ring.filled.pop().unwrap()
        };
        assert_eq!(record(1), record(9));
        assert!(record(1).ends_with(&[PassingRtp::BLANK; 4]));
    }

    #[test]
    fn packets_come_through_in_order_and_what_has_no_room_is_counted() {
        let (mut tap, ring) = Tap::new();
        let collector = collector(ring.clone(), 1 << 20);
        let all = BLOCKS * BLOCK / (172 + pcap::OVERHEAD) + 100;
        for index in 0..all {
            let data = [u8::try_from(index % 251).unwrap(); 172];
            tap.saw(&passing(&data, 0, 172));
        }
        assert_eq!((tap.block.capacity(), tap.packet.capacity()), (BLOCK, PACKET), "nothing was allocated");
        drop(tap);
        collector.collect();
        let kept = collector.capture.bytes().clone();
        let records: Vec<_> = pcap::records(&kept).map(|(_, record)| usize::from(*record.last().unwrap())).collect();
        assert!(records.iter().enumerate().all(|(index, last)| *last == index % 251), "in their order");
        let dropped = collector.capture.dropped.load(Ordering::Relaxed);
        assert_eq!(records.len() + usize::try_from(dropped).unwrap(), all);
        assert!(dropped >= 100 && ring.spare.len() >= BLOCKS - 1, "{dropped}");
    }

    #[test]
    fn a_quiet_line_is_handed_over_in_time_and_a_full_file_ends_it() {
        let (mut tap, ring) = Tap::new();
        let collector = collector(ring, 300);
        tap.saw(&passing(&[1; 172], 0, 172));
        assert!(!collector.collect());
        assert!(collector.capture.bytes().is_empty());
        tap.saw(&passing(&[2; 172], 600, 172));
        assert!(!collector.collect());
        assert_eq!(pcap::records(&collector.capture.bytes()).count(), 1);
        tap.saw(&passing(&[3; 172], 1_200, 172));
        assert!(collector.collect(), "there is no room for a second one");
        assert_eq!(pcap::records(&collector.capture.bytes()).count(), 1);
        assert_eq!(collector.capture.dropped.load(Ordering::Relaxed), 1);
    }
}
