//! The switchboard: takes what SIP tells, finds out what answers, and hands each call to a task of its own.

mod desk;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use call_model::{CallId, HangupCause, MemberId, RecordingSwitch};
use futures_util::FutureExt;
use sip_core::Event;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tracing::Instrument as _;
use transport::rtp::PacketTap;

use crate::call::{Call, CallInput, Control, INBOX, Placement};
use crate::directory::Directory;
use crate::error::{ControlError, PlaceError};
use crate::house::{CallSettings, House, Notice, Parts, now_ms};
use crate::live::LiveHub;
use crate::presence::{MemberPresence, Presence};
use crate::queue::QueueState;
use crate::staff::Attendance;
use crate::supervision::{SuperviseError, SuperviseOrder};
use crate::trunks::{TrunkState, Trunks};
use desk::Desk;
pub(crate) use desk::leg_of;

/// Notices that may wait for the switchboard.
const NOTICES: usize = 4_096;

/// The way to the switchboard. Cheap to clone.
#[derive(Clone)]
pub struct Switchboard {
    shared: Arc<Shared>,
}

struct Shared {
    house: Arc<House>,
    /// Where running calls take what is for them.
    calls: Mutex<HashMap<CallId, mpsc::Sender<CallInput>>>,
    live: AtomicUsize,
    draining: AtomicBool,
    trunk_states: watch::Receiver<Vec<TrunkState>>,
    directory_changed: mpsc::Sender<()>,
    empty: tokio::sync::Notify,
}

impl Switchboard {
    /// Starts it. `events` are those of the SIP task that `parts` names.
    pub fn start(
        parts: Parts,
        settings: CallSettings,
        directory: Arc<Directory>,
        events: mpsc::Receiver<Event>,
    ) -> Self {
        let (notices, notices_in) = mpsc::channel(NOTICES);
        let (states, trunk_states) = watch::channel(Vec::new());
        let (directory_changed, changes) = mpsc::channel(1);
        let trunks = Trunks::new(parts.sip.clone(), settings.trunk_check, states);
        let house = Arc::new(House::new(parts, settings, directory, notices));
        let shared = Arc::new(Shared {
            house,
            calls: Mutex::default(),
            live: AtomicUsize::new(0),
            draining: AtomicBool::new(false),
            trunk_states,
            directory_changed,
            empty: tokio::sync::Notify::new(),
        });
        let desk = Desk::new(shared.clone(), trunks);
        tokio::spawn(desk.run(events, notices_in, changes));
        tokio::spawn(count_today(shared.house.clone()));
        tokio::spawn(tell_presence(Arc::downgrade(&shared.house), shared.house.presence.clone()));
        Self { shared }
    }

    /// Replaces what routing works on. Running calls keep what they began with.
    #[expect(clippy::unused_async, reason = "it may come to wait for the desk")]
    pub async fn set_directory(&self, directory: Arc<Directory>) {
        self.shared.house.set_directory(directory);
        // Somebody may be back, or have learned something.
        self.shared.house.queues.stir();
        self.shared.house.presence.stir();
        // Full: a change is already on its way, and will see this one too.
        let _ = self.shared.directory_changed.try_send(());
    }

    /// Places a call under an id that is new. When this returns it is in the books and its INVITE on its way.
    pub async fn place(&self, id: CallId, placement: Placement) -> Result<(), PlaceError> {
        let shared = &self.shared;
        if shared.draining.load(Ordering::Relaxed) {
            return Err(PlaceError::Draining);
        }
        if !shared.admit() {
            return Err(PlaceError::Full);
        }
        let (outbox, inbox) = mpsc::channel(INBOX);
        if !shared.enter(id, outbox.clone()) {
            shared.give_place_back();
            return Err(PlaceError::Books(store::StoreError::Conflict("there is a call with this id already")));
        }
        // By a task of its own: whoever asked may stop waiting at any time, and the call must not be left half made.
        let dialling = tokio::spawn(shared.clone().dial(id, placement, inbox, outbox));
        dialling.await.unwrap_or(Err(PlaceError::Ended))
    }

    /// Ends a call: with a BYE, a CANCEL or a refusal, as its state needs.
    pub async fn hang_up(&self, call: CallId) -> Result<(), ControlError> {
        self.control(call, Control::HangUp).await
    }

    /// Steers the recording of a call.
    pub async fn switch_recording(&self, call: CallId, switch: RecordingSwitch) -> Result<(), ControlError> {
        let (reply, done) = oneshot::channel();
        self.control(call, Control::Recording(switch, reply)).await?;
        done.await.unwrap_or(Err(ControlError::NotRunning))
    }

    /// Lets somebody of the house take part in a running call, in another way, or no more.
    pub async fn supervise(&self, call: CallId, order: SuperviseOrder) -> Result<(), SuperviseError> {
        let (reply, done) = oneshot::channel();
        let asked = self.control(call, Control::Supervise(order, reply)).await;
        asked.map_err(|_| SuperviseError::NotRunning)?;
        done.await.unwrap_or(Err(SuperviseError::NotRunning))
    }

    async fn control(&self, call: CallId, control: Control) -> Result<(), ControlError> {
        let inbox = self.shared.inbox(call).ok_or(ControlError::NotRunning)?;
        inbox.send(CallInput::Control(control)).await.map_err(|_| ControlError::NotRunning)
    }

    /// Calls that run now.
    pub fn live(&self) -> usize {
        self.shared.live.load(Ordering::Relaxed)
    }

    /// Calls that this trunk carries now.
    pub fn trunk_calls(&self, trunk: &str) -> usize {
        self.shared.house.lines.used(trunk)
    }

    /// The way to signalling.
    pub fn sip(&self) -> &transport::sip::SipHandle {
        &self.shared.house.parts.sip
    }

    /// How the queues stand, by name: those that somebody came to since the program began.
    pub fn queues(&self) -> Vec<QueueState> {
        self.shared.house.queues.states()
    }

    /// All members and whether they can be reached, by name.
    pub fn presence(&self) -> Vec<MemberPresence> {
        self.shared.house.presence.all(&self.shared.house.directory())
    }

    /// Whether a phone of this member rings or talks in a call.
    pub fn takes_part(&self, member: MemberId, call: CallId) -> bool {
        let directory = self.directory();
        let member = directory.members().find(|known| known.id == member);
        member.is_some_and(|member| self.shared.house.presence.takes_part(&member.name, call))
    }

    /// What of it changes from now on.
    pub fn watch_presence(&self) -> broadcast::Receiver<MemberPresence> {
        self.shared.house.presence.watch()
    }

    /// Members who talk on the phone now.
    pub fn members_talking(&self) -> usize {
        self.shared.house.staff.talking()
    }

    /// How many of these members are free: they have a phone that is registered, and are not away.
    pub async fn attendance_of(&self, members: &[String]) -> Attendance {
        let (house, directory) = (&self.shared.house, self.directory());
        let mut there = Vec::new();
        for member in members.iter().filter_map(|name| directory.member(name)).filter(|member| !member.away) {
            let phones = house.parts.sip.bindings(member.name.clone()).await.unwrap_or_default();
            if !phones.is_empty() {
                there.push(member.name.as_str());
            }
        }
        house.staff.attendance(there.into_iter())
    }

    /// What happens in the calls from now on.
    pub fn hub(&self) -> &LiveHub {
        &self.shared.house.live
    }

    /// Whether it takes no new calls because the program ends.
    pub fn is_draining(&self) -> bool {
        self.shared.draining.load(Ordering::Relaxed)
    }

    /// How the trunks are.
    pub fn trunk_states(&self) -> Vec<TrunkState> {
        self.shared.trunk_states.borrow().clone()
    }

    /// The directory as it stands.
    pub fn directory(&self) -> Arc<Directory> {
        self.shared.house.directory()
    }

    /// Takes no new calls (they get 503) and waits until the running ones are over, or until `limit` has passed; those
    /// that still run are then hung up.
    pub async fn drain(&self, limit: std::time::Duration) {
        self.shared.draining.store(true, Ordering::Relaxed);
        let house = &self.shared.house;
        // Who watches us by OPTIONS, and where we are registered, sends new calls elsewhere from now on.
        let _ = house.parts.sip.drain().await;
        let _ = house.notices.send(Notice::Draining).await;
        if tokio::time::timeout(limit, self.wait_empty()).await.is_ok() {
            return self.wait_tails().await;
        }
        self.end_all().await;
        let _ = tokio::time::timeout(std::time::Duration::from_secs(5), self.wait_empty()).await;
        self.wait_tails().await;
    }

    /// Ends every call now.
    pub async fn end_all(&self) {
        let inboxes: Vec<_> = self.shared.lock().values().cloned().collect();
        for inbox in inboxes {
            let _ = inbox.send(CallInput::Control(Control::HangUp)).await;
        }
    }

    /// The Call-IDs of a running call's legs; none when it does not run.
    pub async fn sip_calls(&self, call: CallId) -> Vec<String> {
        let (reply, told) = oneshot::channel();
        match self.control(call, Control::SipCalls(reply)).await {
            Ok(()) => told.await.unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    }

    /// The queue that a running call came to last; `None` where it came to none, or does not run.
    pub async fn queue_of(&self, call: CallId) -> Option<String> {
        let (reply, told) = oneshot::channel();
        self.control(call, Control::Queue(reply)).await.ok()?;
        told.await.ok()?
    }

    /// Shows the packets of a call to a tap from now on, in place of the one before; `None`: to nobody. Keys that are
    /// pressed are blanked, and what is said while the recording is paused is left out.
    pub async fn capture(&self, call: CallId, tap: Option<Box<dyn PacketTap>>) -> Result<(), ControlError> {
        let (reply, done) = oneshot::channel();
        self.control(call, Control::Capture(tap, reply)).await?;
        done.await.map_err(|_| ControlError::NotRunning)?
    }

    /// What signalling has counted and holds; `None` when it is stopped.
    pub async fn signalling(&self) -> Option<transport::sip::SipStatus> {
        self.shared.house.parts.sip.status().await.ok()
    }

    /// What the media threads have counted.
    pub fn sound(&self) -> transport::rtp::RtpCounters {
        self.shared.house.parts.rtp.counters()
    }

    /// Transcripts of calls that are over wait for their last lines, each for a bounded time, and then for the books.
    async fn wait_tails(&self) {
        let house = &self.shared.house;
        house.tails.close();
        let limit = house.settings.late_lines + std::time::Duration::from_secs(5);
        if tokio::time::timeout(limit, house.tails.wait()).await.is_err() {
            tracing::error!("the books do not keep up: transcripts are left open");
        }
    }

    async fn wait_empty(&self) {
        loop {
            let notified = self.shared.empty.notified();
            if self.live() == 0 {
                return;
            }
            notified.await;
        }
    }
}

/// Tells whoever watches of members who come, go or talk.
async fn tell_presence(house: Weak<House>, presence: Presence) {
    loop {
        presence.stirred().await;
        let Some(house) = house.upgrade() else { return };
        presence.tell(&house.directory());
    }
}

/// How many callers each had today before the program began.
async fn count_today(house: Arc<House>) {
    let now_ms = now_ms();
    match house.parts.store.put_through_since(house.staff.day_began(now_ms)).await {
        Ok(counts) => house.staff.learn(counts, now_ms),
        Err(error) => tracing::warn!(%error, "the day's calls could not be counted: counting begins now"),
    }
    match house.parts.store.trunk_spending(house.spending.day(now_ms)).await {
        Ok(records) => house.spending.learn(records, now_ms),
        Err(error) => tracing::error!(%error, "what calls have cost today is not known: counting begins now"),
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<CallId, mpsc::Sender<CallInput>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place among the calls that may run; `false` when there is none.
    fn admit(&self) -> bool {
        let most = self.house.settings.max_calls;
        let took =
            self.live.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |live| (live < most).then_some(live + 1));
        if took.is_err() {
            metrics::counter!("callwright_calls_refused_total").increment(1);
        }
        took.is_ok()
    }

    /// `false`: there is a call with this id.
    fn enter(&self, id: CallId, inbox: mpsc::Sender<CallInput>) -> bool {
        match self.lock().entry(id) {
            Entry::Occupied(_) => return false,
            Entry::Vacant(place) => drop(place.insert(inbox)),
        }
        metrics::gauge!("callwright_calls_live").set(self.live.load(Ordering::Relaxed) as f64);
        true
    }

    fn leave(&self, id: CallId) {
        if self.lock().remove(&id).is_some() {
            self.give_place_back();
        }
    }

    fn give_place_back(&self) {
        let before = self.live.fetch_sub(1, Ordering::Relaxed);
        metrics::gauge!("callwright_calls_live").set((before - 1) as f64);
        if before == 1 {
            self.empty.notify_waiters();
        }
    }

    fn inbox(&self, id: CallId) -> Option<mpsc::Sender<CallInput>> {
        self.lock().get(&id).cloned()
    }

    async fn dial(
        self: Arc<Self>,
        id: CallId,
        placement: Placement,
        inbox: mpsc::Receiver<CallInput>,
        outbox: mpsc::Sender<CallInput>,
    ) -> Result<(), PlaceError> {
        let dialled =
            AssertUnwindSafe(Box::pin(placement.dial(id, self.house.clone(), inbox, outbox))).catch_unwind().await;
        match dialled {
            Ok(Ok(call)) => {
                self.spawn(id, Box::new(call));
                Ok(())
            }
            Ok(Err(error)) => {
                self.leave(id);
                Err(error)
            }
            Err(_) => {
                tracing::error!(call = %id, "placing a call panicked");
                self.close_by_force(id).await;
                self.leave(id);
                Err(PlaceError::Ended)
            }
        }
    }

    /// Lets a call live. Whatever happens to its task, the call leaves the switchboard.
    fn spawn(self: Arc<Self>, id: CallId, call: Box<Call>) {
        let span = tracing::error_span!("call", call = %id);
        let life = async move {
            if !call.run().await {
                tracing::error!(call = %id, "closing a call panicked: it is closed by force");
                self.close_by_force(id).await;
            }
            self.leave(id);
        };
        tokio::spawn(life.instrument(span));
    }

    async fn close_by_force(&self, id: CallId) {
        self.house.file_failure(id, HangupCause::InternalError).await;
        let _ = self.house.notices.send(Notice::Over(id)).await;
    }
}
