//! A bad line: packets of sound are lost, late and overtaken by others on their way, by a seed.
//!
//! [`Relay`] stands between the caller's RTP and the other side's, in the offer's place; RTCP passes it by unharmed, so
//! that both ends can tell what was lost.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// The most that a line may lose: half of all packets.
const MOST_LOSS: f64 = 0.5;
/// How much longer a late packet takes: two others go by.
const LATE: Duration = Duration::from_millis(60);
/// How much longer one takes that is overtaken by the next, which comes 20 ms after it.
const OVERTAKEN: Duration = Duration::from_millis(30);
/// Packets that may be on their way in one direction: 20 s of sound. What comes above it is lost.
const MOST_HELD: usize = 1_000;
/// More than any packet of sound has, bytes.
const LARGEST: usize = 2_048;

/// How bad a line is, in each direction. The default is a good one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// The share of the RTP packets that are lost: 0 to 0.5.
    pub loss: f64,
    /// How many packets are lost in a row, on average; with 1, the least, never two.
    pub burst: f64,
    /// Each packet takes longer by a time of its own, from nothing to this, ms. Packets are 20 ms apart: above that,
    /// one overtakes the other.
    pub jitter_ms: u64,
    /// The share of the packets that are late: they take 60 ms longer than the others. 0 to 0.5.
    pub late: f64,
    /// The share of the packets that are overtaken by the one after them. 0 to 0.5.
    pub overtaken: f64,
    /// The share of the packets that arrive twice. 0 to 0.5.
    pub doubled: f64,
    /// Noise in what the caller says, and between: so many dB below its speech. `None` for none.
    pub noise_db: Option<f64>,
    /// Decides which packets are lost, how late each is, and the noise: the same packets for the same seed.
    pub seed: u64,
}

impl Default for Line {
    fn default() -> Self {
        Self { loss: 0.0, burst: 1.0, jitter_ms: 0, late: 0.0, overtaken: 0.0, doubled: 0.0, noise_db: None, seed: 1 }
    }
}

impl Line {
    /// Whether anything happens to packets.
    pub(crate) fn is_lossy(&self) -> bool {
        self.jitter_ms > 0 || [self.loss, self.late, self.overtaken, self.doubled].iter().any(|share| *share > 0.0)
    }
}

/// What became of the packets of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Passage {
    /// Those that went through.
    pub passed: u64,
    /// Those that were lost between two that went through: the receiver can notice no others.
    pub lost: u64,
}

/// What a bad line took of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Toll {
    /// Of what the caller said.
    pub said: Passage,
    /// Of what the caller was to hear.
    pub heard: Passage,
}

/// Numbers by a seed (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// One of many rows of numbers of a seed.
    pub(crate) const fn new(seed: u64, row: u64) -> Self {
        Self(seed ^ row.wrapping_mul(0xA076_1D64_78BD_642F))
    }

    /// Evenly from 0 to 1, without 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What happens to one packet after the other: a good and a bad state, after Gilbert (Bell System Technical Journal 39,
/// 1960).
#[derive(Debug, Clone)]
struct Fate {
    random: Random,
    /// How likely a packet is lost after one that was not.
    begin: f64,
    /// How likely a packet is lost after one that was.
    go_on: f64,
    losing: bool,
    jitter: Duration,
    /// What befalls those that are not lost, by a row of numbers of its own: the same are lost with it and without.
    mishaps: Random,
    late: f64,
    overtaken: f64,
    doubled: f64,
}

/// What happens to a packet that is not lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Way {
    delay: Duration,
    twice: bool,
}

impl Fate {
    fn new(line: &Line, direction: u64) -> Self {
        let (loss, burst) = (line.loss.clamp(0.0, MOST_LOSS), line.burst.max(1.0));
        Self {
            random: Random::new(line.seed, direction),
            begin: loss / (burst * (1.0 - loss)),
            go_on: 1.0 - 1.0 / burst,
            losing: false,
            jitter: Duration::from_millis(line.jitter_ms),
            mishaps: Random::new(line.seed, direction + 16),
            late: line.late.clamp(0.0, MOST_LOSS),
            overtaken: line.overtaken.clamp(0.0, MOST_LOSS),
            doubled: line.doubled.clamp(0.0, MOST_LOSS),
        }
    }

    /// What happens to the next packet; `None`: it is lost.
    fn next(&mut self) -> Option<Way> {
        let chance = if self.losing { self.go_on } else { self.begin };
        self.losing = self.random.unit() < chance;
        let mut delay = self.jitter.mul_f64(self.random.unit());
        let [late, overtaken, twice] =
            [self.late, self.overtaken, self.doubled].map(|share| self.mishaps.unit() < share);
        delay += if late { LATE } else { Duration::ZERO } + if overtaken { OVERTAKEN } else { Duration::ZERO };
        (!self.losing).then_some(Way { delay, twice })
    }
}

/// Counts one direction, for whoever looks on.
#[derive(Debug, Default)]
struct Counter {
    passed: AtomicU64,
    lost: AtomicU64,
}

impl Counter {
    fn passage(&self) -> Passage {
        Passage { passed: self.passed.load(Ordering::Relaxed), lost: self.lost.load(Ordering::Relaxed) }
    }
}

/// A packet on its way: by when it arrives, then by its number.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    due: Instant,
    number: u64,
    data: Vec<u8>,
}

/// One direction of the line.
struct Direction {
    from: Arc<UdpSocket>,
    out: Arc<UdpSocket>,
    to: watch::Receiver<Option<SocketAddr>>,
    fate: Fate,
    counter: Arc<Counter>,
    held: BinaryHeap<Reverse<Held>>,
    /// Packets that came.
    number: u64,
    /// Lost since the last that went through.
    missing: u64,
}

impl Direction {
    /// Takes packets and lets them go when their time has come, until the line is given up.
    async fn run(mut self) {
        let mut packet = [0; LARGEST];
        loop {
            let due = self.held.peek().map(|held| held.0.due);
            tokio::select! {
                taken = self.from.recv_from(&mut packet) => match taken {
                    Ok((length, _)) => self.take(Instant::now(), &packet[..length]),
                    Err(_) => return,
                },
                () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            }
            self.release(Instant::now()).await;
        }
    }

    fn take(&mut self, now: Instant, packet: &[u8]) {
        self.number += 1;
        let Some(Way { delay, twice }) = self.fate.next().filter(|_| self.held.len() < MOST_HELD) else {
            self.missing += 1;
            return;
        };
        // What is lost before the first packet is no loss to the receiver.
        if self.counter.passed.fetch_add(1, Ordering::Relaxed) > 0 {
            self.counter.lost.fetch_add(self.missing, Ordering::Relaxed);
        }
        self.missing = 0;
        for _ in 0..=usize::from(twice) {
            self.held.push(Reverse(Held { due: now + delay, number: self.number, data: packet.to_vec() }));
        }
    }

    async fn release(&mut self, now: Instant) {
        while self.held.peek().is_some_and(|held| held.0.due <= now) {
            let Some(Reverse(held)) = self.held.pop() else { return };
            let to = *self.to.borrow();
            if let Some(to) = to {
                // Lost, like any packet may be.
                let _ = self.out.send_to(&held.data, to).await;
            }
        }
    }
}

/// The bad line of one call. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Relay {
    outside: SocketAddr,
    inside: SocketAddr,
    theirs: watch::Sender<Option<SocketAddr>>,
    said: Arc<Counter>,
    heard: Arc<Counter>,
    tasks: [JoinHandle<()>; 2],
}

impl Relay {
    /// A line at our address `near`, between whomever is called and `ours`, where the caller takes RTP.
    pub(crate) async fn open(line: &Line, near: IpAddr, ours: SocketAddr) -> io::Result<Self> {
        let outside = Arc::new(UdpSocket::bind((near, 0)).await?);
        let inside = Arc::new(UdpSocket::bind((near, 0)).await?);
        let (theirs, to_them) = watch::channel(None);
        let (_, to_us) = watch::channel(Some(ours));
        let (said, heard) = (Arc::<Counter>::default(), Arc::<Counter>::default());
        let run = |from: &Arc<UdpSocket>, out: &Arc<UdpSocket>, to, counter: &Arc<Counter>, direction| {
            let direction = Direction {
                from: Arc::clone(from),
                out: Arc::clone(out),
                to,
                fate: Fate::new(line, direction),
                counter: Arc::clone(counter),
                held: BinaryHeap::new(),
                number: 0,
                missing: 0,
            };
            tokio::spawn(direction.run())
        };
        let tasks = [run(&inside, &outside, to_them, &said, 1), run(&outside, &inside, to_us, &heard, 2)];
        Ok(Self { outside: outside.local_addr()?, inside: inside.local_addr()?, theirs, said, heard, tasks })
    }

    /// Where the other side is to send to.
    pub(crate) const fn outside(&self) -> SocketAddr {
        self.outside
    }

    /// Leads to where the other side takes RTP, and says where we are to send to for that.
    pub(crate) fn towards(&self, theirs: SocketAddr) -> SocketAddr {
        // A hold names no address.
        if theirs.ip().is_unspecified() || theirs.port() == 0 {
            return theirs;
        }
        self.theirs.send_replace(Some(theirs));
        self.inside
    }

    /// What it took until now.
    pub(crate) fn toll(&self) -> Toll {
        Toll { said: self.said.passage(), heard: self.heard.passage() }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(line: &Line, direction: u64) -> Vec<Option<Duration>> {
        let mut fate = Fate::new(line, direction);
        (0..100_000).map(|_| fate.next().map(|way| way.delay)).collect()
    }

    fn lost(fates: &[Option<Duration>]) -> Vec<bool> {
        fates.iter().map(Option::is_none).collect()
    }

    /// The share that is lost, and how many in a row.
    fn measured(line: &Line) -> (f64, f64) {
        let lost = lost(&fates(line, 1));
        let all = lost.iter().filter(|lost| **lost).count() as f64;
        let runs = lost.windows(2).filter(|pair| pair[0] && !pair[1]).count() as f64;
        (all / lost.len() as f64, all / runs)
    }

    #[test]
    fn the_same_seed_loses_the_same_packets() {
        let line = Line { loss: 0.05, jitter_ms: 30, seed: 7, ..Line::default() };
        assert_eq!(fates(&line, 1), fates(&line, 1));
        assert_ne!(lost(&fates(&line, 1)), lost(&fates(&Line { seed: 8, ..line }, 1)));
        assert_ne!(lost(&fates(&line, 1)), lost(&fates(&line, 2)), "each direction has losses of its own");
        let steady = Line { jitter_ms: 0, ..line };
        assert_eq!(lost(&fates(&line, 1)), lost(&fates(&steady, 1)), "jitter changes no loss");
    }

    #[test]
    fn as_many_are_lost_as_asked_for_and_in_such_bursts() {
        for (loss, burst) in [(0.03, 1.0), (0.05, 1.0), (0.05, 3.0), (0.3, 2.0)] {
            let (share, row) = measured(&Line { loss, burst, ..Line::default() });
            assert!((share / loss - 1.0).abs() < 0.15, "{share} of {loss}");
            assert!((row / burst - 1.0).abs() < 0.15, "{row} in a row for {burst}");
        }
        assert!(fates(&Line::default(), 1).iter().all(|fate| *fate == Some(Duration::ZERO)));
    }

    #[test]
    fn mishaps_befall_as_many_as_asked_for_and_change_no_loss() {
        let bad = Line { loss: 0.2, late: 0.2, overtaken: 0.2, doubled: 0.2, seed: 5, ..Line::default() };
        let only_loss = Line { late: 0.0, overtaken: 0.0, doubled: 0.0, ..bad };
        assert_eq!(lost(&fates(&bad, 1)), lost(&fates(&only_loss, 1)));
        let mut fate = Fate::new(&bad, 1);
        let ways: Vec<Way> = (0..100_000).filter_map(|_| fate.next()).collect();
        let share = |is: &dyn Fn(&Way) -> bool| ways.iter().filter(|way| is(way)).count() as f64 / ways.len() as f64;
        for (what, share, expected) in [
            ("late", share(&|way| way.delay >= LATE), 0.2),
            ("overtaken", share(&|way| way.delay == OVERTAKEN || way.delay == LATE + OVERTAKEN), 0.2),
            ("doubled", share(&|way| way.twice), 0.2),
        ] {
            assert!((share / expected - 1.0).abs() < 0.05, "{share} are {what}");
        }
    }

    #[test]
    fn packets_are_late_by_up_to_the_jitter() {
        let line = Line { jitter_ms: 40, ..Line::default() };
        let delays: Vec<_> = fates(&line, 1).into_iter().flatten().collect();
        let mean = delays.iter().sum::<Duration>() / delays.len() as u32;
        assert!(delays.iter().all(|delay| *delay < Duration::from_millis(40)));
        assert!((18..22).contains(&mean.as_millis()), "{mean:?}");
    }

    /// Both ends of a line whose packets are numbered, in one byte.
    #[tokio::test]
    async fn a_line_passes_both_ways_and_counts_what_it_loses() {
        let line = Line { loss: 0.2, seed: 3, ..Line::default() };
        let here = IpAddr::from([127, 0, 0, 1]);
        let ends = [UdpSocket::bind((here, 0)).await.unwrap(), UdpSocket::bind((here, 0)).await.unwrap()];
        let [us, them] = &ends;
        let relay = Relay::open(&line, here, us.local_addr().unwrap()).await.unwrap();
        let inside = relay.towards(them.local_addr().unwrap());
        for (from, to, door, direction) in [(us, them, inside, 1), (them, us, relay.outside(), 2)] {
            let expected = lost(&fates(&line, direction));
            let passing: Vec<u8> = (0..100).filter(|number| !expected[usize::from(*number)]).collect();
            for number in 0..100 {
                from.send_to(&[number], door).await.unwrap();
            }
            for number in &passing {
                let mut packet = [0; 10];
                assert_eq!(to.recv(&mut packet).await.unwrap(), 1);
                assert_eq!(packet[0], *number);
            }
            let toll = relay.toll();
            let passage = if direction == 1 { toll.said } else { toll.heard };
            let span = u64::from(passing[passing.len() - 1] - passing[0]) + 1;
            assert_eq!(passage, Passage { passed: passing.len() as u64, lost: span - passing.len() as u64 });
        }
        assert_eq!(
            relay.towards("0.0.0.0:9".parse().unwrap()),
            "0.0.0.0:9".parse::<SocketAddr>().unwrap(),
            "a hold leads nowhere"
        );
    }
}
