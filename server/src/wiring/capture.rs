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
use tokio::sync::oneshot;
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

/// Puts taps into calls and takes them away.
trait Taps: Clone + Send + Sync + 'static {
    fn set(&self, call: CallId, tap: Option<Box<dyn PacketTap>>) -> impl Future<Output = Result<(), String>> + Send;
}

impl Taps for Switchboard {
    async fn set(&self, call: CallId, tap: Option<Box<dyn PacketTap>>) -> Result<(), String> {
        self.capture(call, tap).await.map_err(|error| error.to_string())
    }
}

/// One capture.
struct Capture {
    call: CallId,
    /// With a tap.
    rtp: bool,
    /// Records of a pcap file.
    bytes: Mutex<Vec<u8>>,
    dropped: AtomicU64,
    running: AtomicBool,
}

impl Capture {
    fn new(call: CallId, rtp: bool) -> Self {
        let (bytes, dropped) = (Mutex::default(), AtomicU64::new(0));
        Self { call, rtp, bytes, dropped, running: AtomicBool::new(true) }
    }

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
    kept: Arc<Kept>,
}

/// Those that are kept, in the order in which they began.
#[derive(Default)]
struct Kept {
    captures: Mutex<VecDeque<Arc<Capture>>>,
    /// Held while a tap is put in or taken away, so that none takes away the next one's.
    switching: tokio::sync::Mutex<()>,
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Capture>>> {
        self.captures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, capture: &Arc<Capture>) {
        capture.running.store(false, Ordering::Release);
        self.lock().retain(|it| !Arc::ptr_eq(it, capture));
    }

    /// Another capture of the call has its tap in it, or is about to put one there, which takes this one's away.
    fn is_replaced(&self, capture: &Arc<Capture>) -> bool {
        self.lock().iter().any(|it| it.call == capture.call && it.rtp && !Arc::ptr_eq(it, capture))
    }
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
        self.kept.lock()
    }

    /// Makes place for one more; the oldest that is finished makes room.
    fn admit(&self, call: CallId, rtp: bool) -> Result<Arc<Capture>, CaptureError> {
        let mut kept = self.kept();
        if kept.iter().any(|capture| capture.call == call && capture.is_running()) {
            return Err(CaptureError::Running);
        }
        kept.retain(|capture| capture.call != call);
        if kept.len() >= self.most {
            let finished = kept.iter().position(|capture| !capture.is_running());
            kept.remove(finished.ok_or(CaptureError::TooMany(self.most))?);
        }
        let capture = Arc::new(Capture::new(call, rtp));
        kept.push_back(capture.clone());
        Ok(capture)
    }

    /// Begins a capture of a call that runs. Whoever asked may be gone meanwhile: it ends all the same.
    pub(super) async fn begin(
        &self,
        switchboard: &Switchboard,
        call: CallId,
        rtp: bool,
        time: Option<Duration>,
    ) -> Result<(), CaptureError> {
        self.begin_in(switchboard, call, rtp, time).await
    }

    async fn begin_in(
        &self,
        taps: &impl Taps,
        call: CallId,
        rtp: bool,
        time: Option<Duration>,
    ) -> Result<(), CaptureError> {
        let capture = self.admit(call, rtp)?;
        let (tap, ring) = Tap::new();
        // Without sound the tap is gone at once, and with it the capture: signalling is kept anyway.
        let shown = rtp.then(|| Box::new(tap) as Box<dyn PacketTap>);
        let time = time.unwrap_or(self.longest).min(self.longest);
        let (taps, kept, keep, most) = (taps.clone(), self.kept.clone(), self.keep, self.bytes);
        let (told, begun) = oneshot::channel();
        tokio::spawn(async move {
            if let Some(tap) = shown {
                let switching = kept.switching.lock().await;
                let put = taps.set(call, Some(tap)).await;
                drop(switching);
                if let Err(error) = put {
                    kept.forget(&capture);
                    let _ = told.send(Err(CaptureError::Call(error)));
                    return;
                }
            }
            let _ = told.send(Ok(()));
            let collector = Collector { capture, ring, most, until: Instant::now() + time };
            let capture = collector.run(&taps, &kept).await;
            tokio::time::sleep(keep).await;
            kept.forget(&capture);
        });
        begun.await.unwrap_or_else(|_| Err(CaptureError::Call("the server is being stopped".to_owned())))
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
    async fn run(self, taps: &impl Taps, kept: &Kept) -> Arc<Capture> {
        let mut round = tokio::time::interval(COLLECT);
        let mut is_full = false;
        while !is_full && self.capture.is_running() && Instant::now() < self.until && !self.is_over() {
            round.tick().await;
            is_full = self.collect();
        }
        let switching = kept.switching.lock().await;
        if !self.is_over() && !kept.is_replaced(&self.capture) {
            // The call may be over by now.
            let _ = taps.set(self.capture.call, None).await;
        }
        drop(switching);
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
        let capture = Capture::new(store::fresh_id(0), true);
        Collector { capture: Arc::new(capture), ring, most, until: Instant::now() }
    }

    /// A call that holds at most one tap, and takes one only once it may.
    #[derive(Clone, Default)]
    struct FakeCall {
        tap: Arc<Mutex<Option<Box<dyn PacketTap>>>>,
        sets: Arc<AtomicU64>,
        may: Arc<tokio::sync::RwLock<()>>,
    }

    impl FakeCall {
        fn has_tap(&self) -> bool {
            self.tap.lock().unwrap().is_some()
        }
    }

    impl Taps for FakeCall {
        async fn set(&self, _: CallId, tap: Option<Box<dyn PacketTap>>) -> Result<(), String> {
            let _may = self.may.read().await;
            self.sets.fetch_add(1, Ordering::Relaxed);
            *self.tap.lock().unwrap() = tap;
            Ok(())
        }
    }

    fn captures() -> Captures {
        Captures::new(&TelemetrySection::default())
    }

    #[tokio::test(start_paused = true)]
    async fn a_capture_whose_client_went_away_ends_in_its_time() {
        let (captures, line, call) = (captures(), FakeCall::default(), store::fresh_id(0));
        let wait = line.may.clone().write_owned().await;
        let asked = captures.begin_in(&line, call, true, Some(Duration::from_secs(10)));
        assert!(tokio::time::timeout(Duration::from_secs(1), asked).await.is_err(), "the client is gone");
        drop(wait);
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(line.has_tap() && captures.get(call).unwrap().running);
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert!(!line.has_tap() && !captures.get(call).unwrap().running, "and its place is free");
    }

    #[tokio::test(start_paused = true)]
    async fn a_capture_that_was_begun_anew_keeps_its_tap() {
        let (captures, line, call) = (captures(), FakeCall::default(), store::fresh_id(0));
        for _ in 0..2 {
            captures.begin_in(&line, call, true, None).await.unwrap();
            tokio::time::sleep(COLLECT / 4).await;
            captures.forget(call);
        }
        captures.begin_in(&line, call, true, None).await.unwrap();
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(line.has_tap() && captures.get(call).unwrap().running);
        // One without sound leaves none behind.
        captures.forget(call);
        captures.begin_in(&line, call, false, None).await.unwrap();
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(!line.has_tap());
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
