//! One call on its media thread.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Instant;

use media::rtp::OutgoingKind;
use media::{CallMedia, LegSlot, MediaCommand, MediaEvent, Tap};
use tokio::sync::mpsc;

use super::capture::{PacketTap, Passed, Showing, tap_packet};
use super::counters::ThreadCounters;
use super::engine::Admission;
use super::handle::{CallShared, Order};
use super::handshake::Handshake;
use super::schedule::Visit;
use super::sockets::LegSockets;
use super::syscall::{BATCH, Received};
use super::taps::TapSink;
use super::thread::Context;

/// RTCP sockets and returned tap memory are looked at every so many visits.
const SELDOM: usize = 10;

/// How long a closed call waits for a slow recorder or call task, in visits: 2 s.
const LINGER: u32 = 100;

/// A call's media with its sockets and queues.
pub(crate) struct Call {
    shared: Arc<CallShared>,
    media: CallMedia,
    legs: Vec<Line>,
    events: mpsc::Sender<MediaEvent>,
    /// An event that there was no room for.
    waiting_event: Option<MediaEvent>,
    taps: Option<Box<dyn TapSink>>,
    /// A block that the sink had no room for.
    waiting_tap: Option<Tap>,
    visits: usize,
    /// Visits left to deliver the last blocks and events, once closed.
    linger: Option<u32>,
    /// Who sees its packets.
    capture: Option<Box<dyn PacketTap>>,
    /// Captures have heads of packets alone.
    hidden: bool,
    _admission: Admission,
}

/// A leg's sockets, and how it comes to its keys.
struct Line {
    slot: LegSlot,
    /// Shared with the thread of the handshakes.
    sockets: Arc<LegSockets>,
    handshake: Option<Handshake>,
    /// What came of a handshake before its agreement: the peer that is called may be faster than its answer.
    early: Option<(SocketAddr, Vec<u8>)>,
    agreed: bool,
    /// When the last RTP packet that was taken in came.
    heard_at: Option<Instant>,
}

/// What is left of a call, or of a leg, to be freed elsewhere.
pub(crate) type Remains = Box<dyn Send>;

impl Call {
    /// A call without legs.
    pub(crate) fn new(
        shared: Arc<CallShared>,
        media: CallMedia,
        events: mpsc::Sender<MediaEvent>,
        taps: Option<Box<dyn TapSink>>,
        admission: Admission,
    ) -> Self {
        Self {
            shared,
            media,
            legs: Vec::with_capacity(2),
            events,
            waiting_event: None,
            taps,
            waiting_tap: None,
            visits: 0,
            linger: None,
            capture: None,
            hidden: false,
            _admission: admission,
        }
    }

    /// Spreads what is done seldom over the calls.
    pub(crate) fn set_phase(&mut self, phase: usize) {
        self.visits = phase;
    }

    /// Tells the handle that nobody carries its orders out any more, and counts what was lost.
    pub(crate) fn forget(&self, counters: &ThreadCounters) {
        self.shared.close();
        let dropped = self.media.dropped();
        let last_block = self.waiting_tap.as_ref().map_or(0, |tap| tap.samples.len() / tap.stream.channels());
        counters.dropped_ear_blocks.add(dropped.ear_blocks);
        counters.dropped_tap_samples.add(dropped.tap_samples + last_block as u64);
        counters.dropped_events.add(dropped.events + u64::from(self.waiting_event.is_some()));
    }

    /// One visit: orders, packets, frames, deliveries. Whether the call goes on.
    pub(crate) fn run(&mut self, context: &mut Context<'_>, visit: Visit) -> bool {
        // Before the orders: those that were given before the handle was dropped are still carried out.
        let closing = context.stopping || self.shared.is_closed();
        self.take_orders(context);
        self.visits = self.visits.wrapping_add(1);
        let seldom = self.visits.is_multiple_of(SELDOM);
        self.stand_still(context, visit);
        self.receive(context, seldom, None);
        self.run_frames(context, visit);
        if closing && self.linger.is_none() {
            self.wind_up(context);
        }
        // What was heard last comes before the news that the leg is over, on which its ear may be closed.
        self.deliver_ears(context.counters);
        self.deliver_events();
        self.deliver_taps(seldom);
        match &mut self.linger {
            None => true,
            Some(_) if self.waiting_tap.is_none() && self.waiting_event.is_none() => false,
            Some(visits) => {
                *visits = visits.saturating_sub(1);
                *visits > 0
            }
        }
    }

    fn take_orders(&mut self, context: &mut Context<'_>) {
        if !self.shared.has_orders() {
            return;
        }
        while let Some(order) = self.shared.next_order() {
            match order {
                Order::Media(command) => {
                    if let MediaCommand::SwapCaller { with } = &*command {
                        self.swap_sockets(*with, context);
                    }
                    let agreed = Handshake::asked_by(&command);
                    self.media.handle(context.now, *command);
                    if let Some((leg, negotiated)) = agreed
                        && let Some(line) = self.legs.iter_mut().find(|line| line.slot == leg)
                    {
                        line.agreed = true;
                        Handshake::renew(&mut line.handshake, &negotiated, context.notes, context.counters);
                    }
                }
                Order::OpenLeg(leg, sockets) => {
                    self.close_leg(leg, context);
                    self.legs.push(Line {
                        slot: leg,
                        sockets: Arc::new(sockets),
                        handshake: None,
                        early: None,
                        agreed: false,
                        heard_at: None,
                    });
                }
                Order::CloseLeg(leg) => self.close_leg(leg, context),
                Order::Capture(tap) => {
                    if let Some(old) = std::mem::replace(&mut self.capture, tap) {
                        context.remains.push(Box::new(old));
                    }
                }
                Order::Hide(on) => self.hidden = on,
            }
        }
    }

    /// The sockets follow their legs.
    fn swap_sockets(&mut self, with: LegSlot, context: &Context<'_>) {
        for line in &mut self.legs {
            if line.slot == LegSlot::CALLER {
                line.slot = with;
            } else if line.slot == with {
                line.slot = LegSlot::CALLER;
            } else {
                continue;
            }
            if let Some(handshake) = &line.handshake {
                handshake.moved(line.slot, context.notes, context.counters);
            }
        }
    }

    /// Stops a leg, sends its last packets and gives its sockets away.
    fn close_leg(&mut self, leg: LegSlot, context: &mut Context<'_>) {
        if let Some(index) = self.legs.iter().position(|line| line.slot == leg) {
            self.media.handle(context.now, MediaCommand::StopLeg { leg });
            self.send(context);
            let mut line = self.legs.swap_remove(index);
            Handshake::end(&mut line.handshake, context.notes, context.counters);
            context.remains.push(Box::new(line.sockets));
        }
    }

    /// Ends everything that runs: the call is closed.
    fn wind_up(&mut self, context: &mut Context<'_>) {
        self.media.close(context.now);
        self.send(context);
        for mut line in self.legs.drain(..) {
            Handshake::end(&mut line.handshake, context.notes, context.counters);
            context.remains.push(Box::new(line.sockets));
        }
        self.linger = Some(LINGER);
    }

    /// Catches up with time: what came meanwhile is heard as if it had been taken in when it came.
    fn stand_still(&mut self, context: &mut Context<'_>, visit: Visit) {
        for at in visit.skipped_at(context.now) {
            self.receive(context, false, Some(at));
            self.media.stand_still(at);
            self.send(context);
        }
        context.counters.ticks.add(u64::from(visit.skipped));
        context.counters.skipped.add(u64::from(visit.skipped));
    }

    /// Takes in what waits at the sockets; where `until` is given, what came later stays there, but for a few packets.
    fn receive(&mut self, context: &mut Context<'_>, rtcp_too: bool, until: Option<Instant>) {
        let Self { legs, media, shared, capture, hidden, .. } = self;
        for Line { slot: leg, sockets, handshake, early, agreed, heard_at } in legs.iter_mut() {
            if until.is_some_and(|until| heard_at.is_some_and(|at| at >= until)) {
                continue;
            }
            let (clock, now) = (context.clock(), context.real_now());
            let showing = Showing { ways: capture.as_ref().and_then(|_| media.key_ways(*leg)), hidden: *hidden };
            let mut show = |kind, socket: &UdpSocket, packet: &Received<'_>, source| {
                if let Some(tap) = capture {
                    let at = packet.stamp.unwrap_or(now);
                    tap_packet(
                        tap.as_mut(),
                        Passed { inbound: true, kind, at, remote: source },
                        socket,
                        packet.data,
                        showing,
                    );
                }
            };
            let (notes, counters) = (context.notes, context.counters);
            let remote = handshake.as_ref().and_then(|_| media.remote(*leg));
            if let Some(handshake) = handshake {
                handshake.attend(*leg, remote, (sockets, shared), notes, counters);
                if let Some((source, data)) = early.take() {
                    handshake.take(source, remote, &data, notes, counters);
                }
            }
            drain(&sockets.rtp, context, until, |packet, source| {
                show(OutgoingKind::Rtp, &sockets.rtp, packet, source);
                match handshake {
                    Some(handshake) if Handshake::is_dtls(packet.data) => {
                        handshake.take(source, media.remote(*leg), packet.data, notes, counters);
                    }
                    None if !*agreed && Handshake::is_dtls(packet.data) => {
                        early.get_or_insert_with(|| (source, packet.data.to_vec()));
                    }
                    _ => {
                        let arrived = clock.arrival(packet.stamp);
                        *heard_at = Some(arrived);
                        media.handle_rtp(arrived, *leg, source, packet.data);
                    }
                }
            });
            if rtcp_too {
                drain(&sockets.rtcp, context, until, |packet, source| {
                    show(OutgoingKind::Rtcp, &sockets.rtcp, packet, source);
                    media.handle_rtcp(clock.arrival(packet.stamp), *leg, source, packet.data);
                });
            }
        }
    }

    fn run_frames(&mut self, context: &mut Context<'_>, visit: Visit) {
        for at in visit.sent_at(context.now) {
            self.media.tick(at);
            self.send(context);
        }
        context.counters.ticks.add(u64::from(visit.ticks));
        context.counters.made_up.add(u64::from(visit.ticks.saturating_sub(1)));
    }

    fn send(&mut self, context: &mut Context<'_>) {
        let Self { legs, media, capture, hidden, .. } = self;
        // What is captured is looked at before it is sent: afterwards the leg may be gone.
        let mut ways = [None; LegSlot::COUNT];
        if capture.is_some() {
            for line in legs.iter() {
                ways[line.slot.index()] = media.key_ways(line.slot);
            }
        }
        while let Some((leg, packet)) = media.poll_transmit() {
            let Some(Line { sockets, .. }) = legs.iter().find(|line| line.slot == leg) else { continue };
            let socket = match packet.kind {
                OutgoingKind::Rtp => &sockets.rtp,
                OutgoingKind::Rtcp => &sockets.rtcp,
            };
            if let Some(tap) = capture {
                let showing = Showing { ways: ways[leg.index()], hidden: *hidden };
                let (kind, at) = (packet.kind, context.real_now());
                let passed = Passed { inbound: false, kind, at, remote: packet.to };
                tap_packet(tap.as_mut(), passed, socket, packet.data, showing);
            }
            match socket.send_to(packet.data, packet.to) {
                Ok(_) => context.counters.sent.add(1),
                // Lost, like any packet may be: the peer's port is closed, there is no route, or a buffer is full.
                Err(_) => context.counters.send_errors.add(1),
            }
        }
    }

    /// Gives events out as far as there is room; the rest stays with the media, which counts what it has to drop.
    fn deliver_events(&mut self) {
        while let Some(event) = self.waiting_event.take().or_else(|| self.media.poll_event()) {
            // When nobody listens any more, nothing is lost that somebody wanted.
            if let Err(mpsc::error::TrySendError::Full(event)) = self.events.try_send(event) {
                self.waiting_event = Some(event);
                return;
            }
        }
    }

    /// Hands on what was just heard, at once or never.
    fn deliver_ears(&mut self, counters: &ThreadCounters) {
        while let Some(block) = self.media.poll_ear() {
            let refused = match &mut self.taps {
                None => Some(block),
                Some(taps) => taps.put(block).err(),
            };
            if let Some(block) = refused {
                counters.dropped_ear_blocks.add(u64::from(self.taps.is_some() && block.end.is_none()));
                self.media.recycle(block.samples);
            }
        }
    }

    fn deliver_taps(&mut self, take_back: bool) {
        let Some(taps) = &mut self.taps else {
            while let Some(tap) = self.media.poll_tap() {
                self.media.recycle(tap.samples);
            }
            return;
        };
        if take_back || self.waiting_tap.is_some() {
            while let Some(samples) = taps.take_back() {
                self.media.recycle(samples);
            }
        }
        while let Some(tap) = self.waiting_tap.take().or_else(|| self.media.poll_tap()) {
            if let Err(tap) = taps.put(tap) {
                self.waiting_tap = Some(tap);
                return;
            }
        }
    }
}

/// Reads a socket until it is empty, a packet came `until` then or later, or the limit of one tick is reached.
fn drain(
    socket: &UdpSocket,
    context: &mut Context<'_>,
    until: Option<Instant>,
    mut take: impl FnMut(&Received<'_>, SocketAddr),
) {
    let clock = context.clock();
    let mut left = context.max_packets;
    while left > 0 {
        // An error is such as ICMP's answer to what was sent before; the next packets are not touched by it.
        let Ok(count) = context.batch.receive(socket) else { return context.counters.receive_errors.add(1) };
        context.counters.received.add(count as u64);
        let mut later = false;
        for index in 0..count {
            let packet = context.batch.packet(index);
            later |= until.is_some_and(|until| clock.arrival(packet.stamp) >= until);
            match packet.source {
                Some(source) if !packet.truncated => take(&packet, source),
                _ => context.counters.oversized.add(1),
            }
        }
        if count < BATCH || later {
            return;
        }
        left = left.saturating_sub(count);
    }
}
