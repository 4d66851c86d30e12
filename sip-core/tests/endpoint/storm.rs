//! Many calls through a bad network: each leg ends exactly once on both sides, and nothing stays behind.

use sip_core::message::StatusCode;
use sip_core::{EndReason, EndedBy, Event, LegHandle, Reliable, TableSizes};

use crate::sim::*;

/// What somebody on the phone does of their own accord, at random times.
struct Person {
    node: usize,
    /// Events of the node that were seen.
    seen: usize,
}

impl Person {
    fn act(&mut self, sim: &mut Sim) {
        while let Some(event) = sim.nodes[self.node].events.get(self.seen).cloned() {
            self.seen += 1;
            match event {
                Event::IncomingCall(call) => self.pick_up(sim, call.leg),
                Event::Answered { leg, .. } => self.talk(sim, leg),
                Event::Progress { leg, body: Some(_), .. } => self.early(sim, leg),
                Event::Reinvited { leg, .. } => self.reinvited(sim, leg),
                _ => {}
            }
        }
    }

    fn pick_up(&self, sim: &mut Sim, leg: LegHandle) {
        let node = self.node;
        let ring = ms(sim.number() % 3_000);
        // Often with early media, and more than once.
        for _ in 0..=sim.number() % 2 {
            let media = sim.number().is_multiple_of(2).then(|| sdp("early"));
            let at = ring.mul_f64((sim.number() % 100) as f64 / 100.0);
            sim.after(at, move |sim| {
                let _ = sim.on(node, |endpoint, now| endpoint.ring(now, leg, StatusCode::RINGING, media));
            });
        }
        let wait = ring + ms(sim.number() % 8_000);
        match sim.number() % 10 {
            0 => sim.after(wait, move |sim| {
                let _ = sim.on(node, |endpoint, now| endpoint.reject(now, leg, StatusCode::BUSY_HERE, Vec::new()));
            }),
            1 => sim.after(wait, move |sim| sim.hangup(node, leg)),
            // Nobody at home.
            2 => {}
            _ => sim.after(wait, move |sim| {
                let _ = sim.on(node, |endpoint, now| endpoint.accept(now, leg, sdp("answer")));
            }),
        }
        // Media that never stops is noticed after a while: the other end may have gone without a word.
        sim.after(secs(120), move |sim| sim.hangup(node, leg));
        if sim.number().is_multiple_of(3) {
            let hangup = wait + ms(sim.number() % 20_000);
            sim.after(hangup, move |sim| sim.hangup(node, leg));
        }
        self.fiddle(sim, leg);
    }

    fn talk(&self, sim: &mut Sim, leg: LegHandle) {
        let node = self.node;
        // Where we made no offer, the answer is due.
        let _ = sim.on(node, |endpoint, now| endpoint.acknowledge(now, leg, sdp("answer")));
        let talk = ms(sim.number() % 30_000);
        sim.after(talk, move |sim| sim.hangup(node, leg));
        self.fiddle(sim, leg);
    }

    /// Early media: some change it, and some have to answer it.
    fn early(&self, sim: &mut Sim, leg: LegHandle) {
        let node = self.node;
        if !sim.number().is_multiple_of(8) {
            let _ = sim.on(node, |endpoint, now| endpoint.acknowledge(now, leg, sdp("answer")));
        }
        let at = ms(sim.number() % 2_000);
        sim.after(at, move |sim| {
            let _ = sim.on(node, |endpoint, now| endpoint.update(now, leg, sdp("early hold")));
        });
    }

    /// Hold, resume and keys now and then.
    fn fiddle(&self, sim: &mut Sim, leg: LegHandle) {
        let node = self.node;
        for _ in 0..sim.number() % 3 {
            let at = ms(sim.number() % 20_000);
            let what = sim.number() % 3;
            sim.after(at, move |sim| {
                let keyed = sip_core::Body::new("application/dtmf", &b"5"[..]);
                let _ = sim.on(node, |endpoint, now| match what {
                    0 => endpoint.info(now, leg, keyed),
                    1 => endpoint.update(now, leg, sdp("hold")),
                    _ => endpoint.reinvite(now, leg, sdp("hold")),
                });
            });
        }
    }

    fn reinvited(&self, sim: &mut Sim, leg: LegHandle) {
        let node = self.node;
        let wait = ms(sim.number() % 500);
        let accept = !sim.number().is_multiple_of(4);
        sim.after(wait, move |sim| {
            let _ = sim.on(node, |endpoint, now| {
                if accept {
                    endpoint.accept_reinvite(now, leg, sdp("held"))
                } else {
                    endpoint.reject_reinvite(now, leg, StatusCode::NOT_ACCEPTABLE_HERE)
                }
            });
        });
    }
}

/// Runs calls both ways for a while, then until all is quiet.
fn storm(seed: u64, weather: Weather, calls: usize) -> Sim {
    let mut sim = Sim::with(seed, |config| {
        // Brief, so that sessions are refreshed and expire in the middle of everything else.
        config.calls.session_expires = Some(secs(12));
        config.calls.min_se = secs(4);
    });
    sim.record = false;
    sim.weather = weather;
    let mut people = [Person { node: 0, seen: 0 }, Person { node: 1, seen: 0 }];
    let mut placed = Vec::new();
    for _ in 0..calls {
        let from = (sim.number() % 2) as usize;
        let leg = place(&mut sim, from);
        placed.push((from, leg));
        // Some give up early.
        if sim.number().is_multiple_of(4) {
            let patience = ms(sim.number() % 6_000);
            sim.after(patience, move |sim| sim.hangup(from, leg));
        }
        let gap = ms(sim.number() % 2_000);
        sim.run(gap);
        for person in &mut people {
            person.act(&mut sim);
        }
    }
    for _ in 0..40_000 {
        if sim.is_idle() {
            break;
        }
        sim.run(ms(20));
        for person in &mut people {
            person.act(&mut sim);
        }
    }
    assert!(sim.is_idle(), "seed {seed}: something is stuck: {:?}", sim.sizes());
    for (node, leg) in placed {
        assert_eq!(sim.nodes[node].ended(leg), 1, "seed {seed}: an outgoing leg ends once");
    }
    for node in 0..2 {
        for call in sim.nodes[node].calls() {
            assert_eq!(sim.nodes[node].ended(call.leg), 1, "seed {seed}: an incoming leg ends once");
        }
        assert_last_words(&sim, node);
    }
    sim.assert_empty();
    sim
}

fn place(sim: &mut Sim, from: usize) -> LegHandle {
    let addresses = [A, B];
    let mut call = sip_core::OutgoingCall::new(
        uri(&format!("sip:x@{}", addresses[1 - from])),
        name_addr(&format!("<sip:y@{}>", addresses[from])),
    );
    call.body = (!sim.number().is_multiple_of(4)).then(|| sdp("offer"));
    call.reliable =
        [Reliable::Supported, Reliable::Supported, Reliable::Required, Reliable::No][(sim.number() % 4) as usize];
    call.session_timer = !sim.number().is_multiple_of(4);
    call.ring_timeout = secs(20);
    sim.on(from, |endpoint, now| endpoint.invite(now, call)).unwrap()
}

/// Nothing is told of a leg after its end.
fn assert_last_words(sim: &Sim, node: usize) {
    let mut over = std::collections::HashSet::new();
    for event in &sim.nodes[node].events {
        let leg = match event {
            Event::Progress { leg, .. }
            | Event::Answered { leg, .. }
            | Event::EarlyConfirmed { leg, .. }
            | Event::Confirmed { leg, .. }
            | Event::Reinvited { leg, .. }
            | Event::ReinviteConfirmed { leg, .. }
            | Event::ReinviteCancelled { leg }
            | Event::ReinviteAnswered { leg, .. }
            | Event::ReinviteFailed { leg, .. }
            | Event::Info { leg, .. } => leg,
            Event::Ended { leg, .. } => {
                over.insert(*leg);
                continue;
            }
            _ => continue,
        };
        assert!(!over.contains(leg), "told after the end: {event:?}");
    }
}

#[test]
fn in_fair_weather_every_leg_ends_once() {
    for seed in 0..5 {
        storm(seed, Weather { loss: 0, doubled: 0, garbled: 0, delay: (ms(5), ms(60)) }, 40);
    }
}

#[test]
fn with_a_tenth_lost_every_leg_ends_once() {
    for seed in 100..115 {
        storm(seed, Weather { loss: 100, doubled: 50, garbled: 0, delay: (ms(5), ms(300)) }, 40);
    }
}

#[test]
fn with_a_third_lost_every_leg_ends_once() {
    for seed in 200..220 {
        storm(seed, Weather { loss: 300, doubled: 200, garbled: 0, delay: (ms(5), ms(900)) }, 40);
    }
}

/// What comes of a garbled message may be anything, but it ends like everything else.
#[test]
fn with_garbled_messages_every_leg_ends_once() {
    for seed in 300..315 {
        storm(seed, Weather { loss: 50, doubled: 50, garbled: 200, delay: (ms(5), ms(100)) }, 40);
    }
}

#[test]
fn the_same_seed_gives_the_same_storm() {
    let weather = Weather { loss: 200, doubled: 100, garbled: 0, delay: (ms(5), ms(500)) };
    let story = |seed| {
        let sim = storm(seed, weather, 20);
        format!("{:?} {:?}", sim.nodes[0].events, sim.nodes[1].events)
    };
    assert_eq!(story(7), story(7));
    assert_ne!(story(7), story(8));
}

#[test]
fn ten_thousand_calls_leave_nothing_behind() {
    let mut sim = Sim::new(1);
    sim.record = false;
    let mut most = TableSizes::default();
    let mut ended = 0;
    for index in 0..10_000 {
        let caller = sim.call();
        sim.run(ms(25));
        let Some(Event::IncomingCall(call)) = sim.nodes[1].events.last().cloned() else { panic!("a call comes in") };
        if index % 10 == 0 {
            sim.hangup(0, caller);
        } else {
            sim.on(1, |endpoint, now| endpoint.accept(now, call.leg, sdp("answer"))).unwrap();
            sim.run(ms(25));
            sim.hangup(index % 2, if index % 2 == 0 { caller } else { call.leg });
        }
        sim.run(ms(50));
        for node in &mut sim.nodes {
            ended += node.events.drain(..).filter(|event| matches!(event, Event::Ended { .. })).count();
        }
        let size = sim.nodes[1].endpoint.table_sizes();
        most.legs = most.legs.max(size.legs);
        most.server_transactions = most.server_transactions.max(size.server_transactions);
        most.timers = most.timers.max(size.timers);
    }
    sim.run_until_idle(secs(100));
    assert_eq!(ended, 20_000);
    sim.assert_empty();
    // 10 calls a second, and what they leave waits for 32 seconds at most.
    assert!(most.legs <= 10, "{most:?}");
    assert!(most.server_transactions <= 10 * 33 * 2 && most.timers <= 10 * 33 * 3, "{most:?}");
}

#[test]
fn an_end_by_the_system_is_told_when_the_other_side_vanishes() {
    let mut sim = Sim::new(2);
    let (caller, callee) = sim.connected();
    sim.intercept(|_| Fate::Drop);
    let keys = sip_core::Body::new("application/dtmf", &b"5"[..]);
    sim.on(0, |endpoint, now| endpoint.info(now, caller, keys)).unwrap();
    sim.run(secs(70));
    assert!(matches!(sim.end_of(0, caller), Event::Ended { by: EndedBy::System, .. }));
    assert_eq!(sim.nodes[1].ended(callee), 0, "that side has noticed nothing");
}

/// The storm is worth something only when everything that it is about happens in it.
#[test]
fn everything_happens_in_a_storm() {
    let sim = storm(400, Weather { loss: 100, doubled: 50, garbled: 0, delay: (ms(5), ms(300)) }, 120);
    let count = |what: fn(&Event) -> bool| sim.nodes.iter().map(|node| node.count(what)).sum::<usize>();
    assert!(count(|event| matches!(event, Event::EarlyConfirmed { body: None, .. })) > 5);
    assert!(count(|event| matches!(event, Event::EarlyConfirmed { body: Some(_), .. })) > 1);
    assert!(count(|event| matches!(event, Event::ReinviteAnswered { .. })) > 5);
    assert!(count(|event| matches!(event, Event::ReinviteFailed { .. })) > 5);
    assert!(count(|event| matches!(event, Event::Ended { reason: EndReason::SessionExpired, .. })) > 0);
    assert!(count(|event| matches!(event, Event::Ended { reason: EndReason::Bye, .. })) > 40);
}
