//! One live call: its legs, its sound, its app and what the books are told of it. One task owns it by `&mut`.

mod attempts;
mod closing;
mod commands;
mod ear;
mod early;
mod fax;
mod feeding;
mod handing;
mod hearing;
mod input;
mod leg;
mod measure;
mod media_events;
mod opting_out;
mod pausing;
mod place;
mod playing;
mod privacy;
mod receive;
mod recording;
mod screening;
mod scribe;
mod seats;
mod senses;
mod signalling;
mod spoken;
mod supervising;
mod taps;
mod thinking;
mod tools;
mod transfer;
mod transfer_ring;
mod transfer_wait;
mod transfer_warm;
mod walking;

use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use call_model::{
    CallCommand, CallEvent, CallFacts, CallId, ContactId, Direction, HangupCause, HangupParty, Moment, RecordId,
};
use futures_util::FutureExt;
use media::call_media::{LegSlot, MediaEvent};
use sip_core::LegHandle;
use tokio::sync::mpsc;
use tokio::time::Instant;
use transport::rtp::{MediaHandle, PacketTap};

use crate::app::RecordingRule;
use crate::error::ControlError;
use crate::house::{House, now_ms};
use crate::live::{LiveKind, LiveState};
use crate::orders::{AGAIN, Orders};

pub(crate) use handing::{Party, TakeOver};
pub(crate) use input::{CallInput, Control};
pub(crate) use leg::family_of as leg_family;
use leg::{Leg, LegState};
use pausing::Hand;
pub use place::Placement;
pub(crate) use privacy::exchange_by;
pub(crate) use receive::{Answering, Reception};
use recording::{CallRecording, Message};
use screening::Screening;
use scribe::Scribe;
use seats::Seats;
use senses::Sense;
pub(crate) use spoken::{Script, SpokenPiece};
use taps::{TapEnds, TapRoutes};
use transfer::Transfer;

/// How many inputs may wait for a call's task. One that is this far behind is broken, and is ended.
pub(crate) const INBOX: usize = 256;
/// What an app may do in a row without waiting for anything.
const MAX_STEPS: usize = 10_000;
/// SIP tells the end of a leg at once: when it does not, the call ends without.
const HANG_UP_PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// A call's sound, from the moment its first ports are opened.
struct CallSound {
    handle: Arc<MediaHandle>,
    events: mpsc::Receiver<MediaEvent>,
    routes: TapRoutes,
    tap_ends: TapEnds,
    /// The way to its media.
    orders: Orders,
}

/// Why a call is over.
#[derive(Debug, Clone, Copy)]
struct Over {
    by: HangupParty,
    cause: HangupCause,
}

/// A live call.
pub(crate) struct Call {
    id: CallId,
    direction: Direction,
    house: Arc<House>,
    inbox: mpsc::Receiver<CallInput>,
    /// To hand to tasks that report back.
    outbox: mpsc::Sender<CallInput>,
    /// What its ears and its thoughts tell.
    senses: mpsc::Receiver<Sense>,
    /// To hand to them; `None` once nothing new is begun.
    told: Option<mpsc::Sender<Sense>>,
    seats: Seats,
    /// What is known of the call, for apps that are entered.
    facts: CallFacts,
    /// Events that the app has not seen yet.
    untold: VecDeque<CallEvent>,
    legs: HashMap<LegSlot, Leg>,
    /// Legs whose slot was used again.
    past_legs: Vec<store::LegRecord>,
    sound: Option<CallSound>,
    /// The caller's offer, until it is answered.
    offer: Option<sip_core::Body>,
    /// Whether the caller can confirm what goes before the answer.
    reliable: sip_core::Reliable,
    /// Our address as the caller's side knows it.
    near: std::net::IpAddr,
    transfer: Option<Transfer>,
    /// The queue that it came to last.
    queue: Option<String>,
    /// Somebody of the house beside the call.
    supervising: Option<supervising::Supervising>,
    /// The caller knows that somebody listens.
    supervision_told: bool,
    /// Whether who is called can say no; `None`: we do not call by ourselves.
    opting_out: Option<opting_out::OptingOut>,
    /// Nobody took whom it has reached, so far.
    unattended: bool,
    /// Where it went in its flows.
    walk: walking::Walk,
    /// It is to be found out who answered.
    screening: Option<Box<Screening>>,
    /// What the phones themselves hand over.
    handing: handing::Handing,
    /// Announcements of warm transfers so far.
    warnings: u32,
    messages: HashMap<RecordId, Message>,
    recording: Option<CallRecording>,
    recording_rule: RecordingRule,
    /// A recorder elsewhere.
    feeding: feeding::Feeding,
    /// Who has paused it.
    paused_by: Option<Hand>,
    /// What is played.
    mouth: playing::Mouth,
    ears: hearing::Ears,
    thoughts: thinking::Thoughts,
    /// Tools under way.
    tools_running: usize,
    /// Writes the transcript down.
    scribe: Scribe,
    /// The start of the call's media clock, to a frame or two.
    sounding_since: Option<Instant>,
    contact: Option<ContactId>,
    language: String,
    /// Who calls, as members see it.
    caller: crate::identity::Card,
    /// What is done where a fax machine is heard.
    fax: crate::fax::FaxRule,
    /// Our number, shown when the outside is called on behalf of this call.
    our_number: String,
    max_forwards: u8,
    started: Instant,
    /// What its times in the books are by.
    clock: crate::house::CallClock,
    answered: Option<Instant>,
    /// Why we are ending it, once we are.
    ending: Option<Over>,
    /// When to stop waiting for the end of the caller's leg, once we are ending it.
    give_up: Option<Instant>,
    /// The answer on its way into the books.
    answer_filed: Option<tokio::task::JoinHandle<()>>,
    /// Commands and events of the app since the task woke.
    steps: usize,
    /// It is over.
    over: Option<Over>,
}

/// One closed list of the reasons why the task wakes.
enum Wake {
    Input(Option<CallInput>),
    /// The caller's place in a queue changed, or somebody may be free.
    Queue,
    Media(Option<MediaEvent>),
    Sense(Sense),
    Timeout,
}

impl Call {
    /// Lives until the call is over and everything about it is in the books: also when our own code panics on the
    /// way. `false`: it could not even be closed.
    pub(crate) async fn run(mut self: Box<Self>) -> bool {
        if AssertUnwindSafe(self.live()).catch_unwind().await.is_err() {
            tracing::error!(call = %self.id, "the call's task panicked: the call ends");
            metrics::counter!("callwright_call_panics_total").increment(1);
        }
        if AssertUnwindSafe(Box::pin(self.close())).catch_unwind().await.is_err() {
            return false;
        }
        self.leave_tail();
        true
    }

    /// What is done when it wakes is boxed: it is large, and a call sleeps for most of its life.
    async fn live(&mut self) {
        self.show(LiveState::Ringing);
        Box::pin(self.tell(CallEvent::Started)).await;
        while self.over.is_none() {
            self.steps = 0;
            Box::pin(self.follow_recorder()).await;
            let deadline = self.deadline();
            if !self.untold.is_empty() && !self.feeding.holds {
                // An app broke while it was asked for its time.
                Box::pin(self.drain_app()).await;
                continue;
            }
            match self.wake(deadline).await {
                Wake::Input(Some(input)) => Box::pin(self.take(input)).await,
                // The switchboard is gone: the program ends.
                Wake::Input(None) => {
                    self.over = Some(Over { by: HangupParty::System, cause: HangupCause::Interrupted });
                }
                Wake::Media(Some(event)) => Box::pin(self.on_media(event)).await,
                Wake::Media(None) => Box::pin(self.sound_is_gone()).await,
                Wake::Sense(sense) => Box::pin(self.on_sense(sense)).await,
                Wake::Queue => Box::pin(self.queue_moved()).await,
                Wake::Timeout => Box::pin(self.on_timeout()).await,
            }
        }
    }

    async fn wake(&mut self, deadline: Option<Instant>) -> Wake {
        let timeout = async {
            match deadline {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let media = async {
            match &mut self.sound {
                Some(sound) => sound.events.recv().await,
                None => std::future::pending().await,
            }
        };
        let queue = async {
            match self.transfer.as_mut().and_then(Transfer::place) {
                Some(place) => place.changed().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            input = self.inbox.recv() => Wake::Input(input),
            () = queue => Wake::Queue,
            event = media => Wake::Media(event),
            Some(sense) = self.senses.recv() => Wake::Sense(sense),
            () = timeout => Wake::Timeout,
        }
    }

    fn deadline(&mut self) -> Option<Instant> {
        let app = self.app_timeout().and_then(|after| self.started.checked_add(after));
        let longest = self.answered.filter(|_| self.ending.is_none()).map(|at| at + self.house.settings.max_duration);
        let orders = self.sound.as_ref().filter(|sound| sound.orders.flush()).map(|_| Instant::now() + AGAIN);
        let transfer = self.transfer.as_ref().and_then(Transfer::due);
        let handing = self.handing.due();
        let recorder = self.feeding.due(self.ending.is_some());
        [app, handing, recorder, longest, self.give_up, orders, transfer].into_iter().flatten().min()
    }

    fn app_timeout(&mut self) -> Option<std::time::Duration> {
        let mut timeout = None;
        self.with_app(|app| timeout = app.poll_timeout());
        timeout
    }

    async fn on_timeout(&mut self) {
        if self.give_up.is_some_and(|at| at <= Instant::now()) {
            tracing::error!(call = %self.id, "the end of the caller's leg was never heard of");
            self.over = self.ending;
            return;
        }
        let longest = self.house.settings.max_duration;
        if self.answered.is_some_and(|at| at.elapsed() >= longest) && self.ending.is_none() {
            self.hang_up(HangupParty::System, HangupCause::MaxDuration).await;
        }
        if self.transfer.as_ref().and_then(Transfer::due).is_some_and(|at| at <= Instant::now()) {
            self.listeners_due().await;
            self.queue_due().await;
            self.drain_app().await;
        }
        self.handing_due();
        let now = self.moment();
        if self.app_timeout().is_some_and(|at| at <= now.since_start) {
            self.with_app(|app| app.handle_timeout(now));
            self.drain_app().await;
        }
    }

    async fn take(&mut self, input: CallInput) {
        match input {
            CallInput::Sip(event) => self.on_sip(*event).await,
            CallInput::Http(seat, request, result) => {
                self.reply(seat, CallEvent::HttpReplied { request, result }).await;
            }
            CallInput::Warning(serial, sound) => self.warning_made(serial, sound).await,
            CallInput::RecorderNear(near) => self.recorder_near(near).await,
            CallInput::Referred(leg, referral, partner) => self.on_referred(leg, *referral, partner).await,
            CallInput::Ask(ask) => self.on_asked(*ask).await,
            CallInput::Given(given) => self.on_given(given).await,
            CallInput::TakeOver(wanted) => self.on_take_over(*wanted).await,
            CallInput::Control(Control::SpendLimit) => self.hang_up(HangupParty::System, HangupCause::SpendLimit).await,
            CallInput::Control(Control::HangUp) => self.hang_up(HangupParty::Us, HangupCause::Normal).await,
            CallInput::Control(Control::Supervise(order, reply)) => {
                let _ = reply.send(self.on_supervise(order).await);
            }
            CallInput::Control(Control::SipCalls(reply)) => drop(reply.send(self.sip_calls())),
            CallInput::Control(Control::Queue(reply)) => drop(reply.send(self.queue.clone())),
            CallInput::Control(Control::Capture(tap, reply)) => drop(reply.send(self.capture(tap))),
            CallInput::Control(Control::Recording(switch, reply)) => {
                // Whoever asked may be gone by now.
                let _ = reply.send(self.steer_recording(Hand::Outside, switch).await);
            }
        }
    }

    /// Shows the packets of the call to a tap from now on.
    fn capture(&self, tap: Option<Box<dyn PacketTap>>) -> Result<(), ControlError> {
        let sound = self.sound.as_ref().ok_or(ControlError::NoSound)?;
        sound.handle.capture(tap).map_err(|_| ControlError::NoSound)
    }

    fn moment(&self) -> Moment {
        Moment { since_start: self.started.elapsed(), unix_ms: now_ms() }
    }

    /// Tells the app, and does what it asks for, until it asks for nothing more.
    async fn tell(&mut self, event: CallEvent) {
        self.untold.push_back(event);
        self.drain_app().await;
    }

    async fn drain_app(&mut self) {
        // What happens meanwhile is told in its order, once the recorder is there.
        while !self.feeding.holds {
            while let Some(command) = self.next_command() {
                self.count_step();
                // What is done may tell the app more: boxed, since commands and events go round.
                Box::pin(self.execute(command)).await;
            }
            let Some(event) = self.untold.pop_front() else { return };
            self.count_step();
            let now = self.moment();
            self.with_app(|app| app.handle(now, &event));
        }
    }

    /// An app that asks for more and more without ever waiting would hold its thread, and other calls, for ever.
    fn count_step(&mut self) {
        self.steps += 1;
        if self.steps == MAX_STEPS {
            tracing::error!(call = %self.id, "the call's app never waits: the caller hears an apology");
            metrics::counter!("callwright_app_panics_total").increment(1);
            self.apologise();
        }
    }

    fn next_command(&mut self) -> Option<CallCommand> {
        let mut command = None;
        self.with_app(|app| command = app.poll_command());
        command
    }

    /// The Call-IDs of its legs, the first first.
    fn sip_calls(&self) -> Vec<String> {
        let now = self.legs.values().map(|leg| &leg.record);
        let mut legs: Vec<_> = self.past_legs.iter().chain(now).collect();
        legs.sort_by_key(|leg| leg.id);
        legs.into_iter().map(|leg| leg.sip_call_id.clone()).collect()
    }

    /// Shows whoever watches where the call is.
    fn show(&self, state: LiveState) {
        self.house.live.tell(self.id, || LiveKind::State(state));
    }

    /// Ends the call from our side. What is heard of it later comes as the leg's end.
    async fn hang_up(&mut self, by: HangupParty, cause: HangupCause) {
        if self.ending.is_some() || self.over.is_some() {
            return;
        }
        let over = Over { by, cause };
        self.ending = Some(over);
        self.give_up = Some(Instant::now() + HANG_UP_PATIENCE);
        let caller = self.legs.get(&LegSlot::CALLER).filter(|leg| leg.state != LegState::Ended);
        match caller.and_then(|leg| leg.handle.map(|handle| (handle, leg.state))) {
            Some((handle, LegState::Ringing)) if self.offer_is_theirs() => {
                let status = signalling::refusal(cause);
                let sip = &self.house.parts.sip;
                let extra = if cause == HangupCause::Overload { self.house.retry_after() } else { Vec::new() };
                if sip.reject(handle, status, extra).await.is_err() {
                    sip.hangup_soon(handle);
                }
            }
            Some((handle, _)) => self.house.parts.sip.hangup_soon(handle),
            None => self.over = Some(over),
        }
    }

    async fn notice_leg(&mut self, handle: LegHandle) {
        // The switchboard only ends with the program.
        let _ = self.house.notices.send(crate::house::Notice::Leg(handle, self.id)).await;
    }
}
