//! A call in text and virtual time: a caller, ears and a mouth around the apps of a [`House`]. Brains and tools take as
//! long as they take; the call's clock does not notice.

mod ears;
mod mouth;
mod obey;

use std::collections::BTreeMap;
use std::time::Duration;

use call_model::{
    AppName, CallApp, CallEvent, CallFacts, DigitSource, HangupCause, HangupParty, Moment, RecordId, ThinkEvent,
    ThinkRequest, ToolFailure, ToolRequest,
};
use futures_util::future::BoxFuture;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::player::{Move, Player};
use crate::record::{Entry, Record, Who};
use crate::spec::{Act, Outcome, Rehearsal};
use mouth::Mouth;

/// What a rehearsed call needs of the house: its apps, brains and tools. One for each call, with books of its own.
pub trait House: Send + Sync {
    /// An agent or a flow that is to talk.
    fn app(&self, name: &AppName, facts: &CallFacts) -> Result<Box<dyn CallApp>, String>;

    /// Asks the brains of an agent; as [`Brain::think`](voice_agent::brain::Brain::think).
    fn think(&self, request: ThinkRequest) -> mpsc::Receiver<ThinkEvent>;

    /// Uses a tool of the house.
    fn use_tool(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>>;

    /// The wall clock of the call moves on, ms since the Unix epoch: brains and tools go by it.
    fn set_time(&self, unix_ms: i64);
}

/// When the call is answered, ms after its beginning.
const ANSWERED: u64 = 1_000;
/// From our last word until a caller begins to speak, ms: the least, and how much chance adds.
const REACTION: (u64, u64) = (700, 600);
/// How long a caller waits for an agent that says nothing, ms.
const PATIENCE: u64 = 25_000;
/// Between two keys, ms.
const KEY: u64 = 250;
/// The most steps of one call.
const STEPS: u32 = 100_000;

/// What is going to happen.
enum Coming {
    Event(CallEvent),
    /// The playback at the front is due to start or to end, if nothing has changed since that round.
    Mouth(u64),
    /// The caller may speak, if nothing has changed since that round.
    Turn(u64),
    /// The caller does this now.
    Act(Act),
    /// A person takes the call.
    Answered,
}

struct World<'a> {
    rehearsal: &'a Rehearsal,
    house: &'a dyn House,
    facts: CallFacts,
    /// The apps that talk, the one that talks now last.
    apps: Vec<Box<dyn CallApp>>,
    player: Player,
    chance: ChaCha8Rng,
    now: u64,
    began_ms: i64,
    seq: u64,
    coming: BTreeMap<(u64, u64), Coming>,
    mouth: Mouth,
    record: Record,
    /// What the caller heard since his last turn.
    heard: String,
    /// When what is being said began to be heard.
    sounding: u64,
    /// The caller speaks until then.
    speaks_until: u64,
    /// Thoughts and tools whose end is to come.
    pending: u32,
    transferring: bool,
    recording: Option<(RecordId, u64, u64)>,
    turn_round: u64,
    turn_due: bool,
    /// The agent has said something since the caller's last turn.
    answered: bool,
    /// An interruption was looked for since the caller's last turn.
    looked: bool,
    over: bool,
}

/// Holds the call, until its end. `began_ms`: the wall clock at its beginning.
pub async fn run(rehearsal: &Rehearsal, house: &dyn House, facts: CallFacts, player: Player, began_ms: i64) -> Record {
    let app = house.app(&AppName::Agent(rehearsal.agent.clone()), &facts);
    let mut world = World {
        rehearsal,
        house,
        facts,
        apps: Vec::new(),
        player,
        chance: ChaCha8Rng::seed_from_u64(rehearsal.seed),
        now: 0,
        began_ms,
        seq: 0,
        coming: BTreeMap::new(),
        mouth: Mouth::default(),
        record: Record::new(),
        heard: String::new(),
        sounding: 0,
        speaks_until: 0,
        pending: 0,
        transferring: false,
        recording: None,
        turn_round: 0,
        turn_due: false,
        answered: false,
        looked: false,
        over: false,
    };
    match app {
        Ok(app) => {
            world.apps.push(app);
            world.hold().await;
        }
        Err(reason) => world.note(format!("the agent cannot talk: {reason}")),
    }
    world.finish()
}

impl World<'_> {
    async fn hold(&mut self) {
        self.house.set_time(self.moment().unix_ms);
        self.tell(&CallEvent::Started).await;
        self.now = ANSWERED;
        self.tell(&CallEvent::Answered).await;
        let limit = ANSWERED + self.rehearsal.duration.as_millis() as u64;
        for _ in 0..STEPS {
            let next = self.coming.keys().next().map(|(at, _)| *at);
            let alarm = self.alarm();
            let Some(at) = next.into_iter().chain(alarm).min().filter(|_| !self.over) else { return };
            if at > limit {
                return self.hang_up(Outcome::Limit).await;
            }
            self.now = at.max(self.now);
            self.house.set_time(self.moment().unix_ms);
            if next == Some(at) {
                if let Some((_, coming)) = self.coming.pop_first() {
                    self.happen(coming).await;
                }
            } else {
                let now = self.moment();
                if let Some(app) = self.apps.last_mut() {
                    app.handle_timeout(now);
                }
                self.drain().await;
            }
        }
        self.note("the call never ended".to_owned());
    }

    fn alarm(&self) -> Option<u64> {
        let at = self.apps.last()?.poll_timeout()?;
        Some((at.as_nanos().div_ceil(1_000_000) as u64).max(self.now))
    }

    async fn happen(&mut self, coming: Coming) {
        match coming {
            Coming::Event(event) => self.tell(&event).await,
            Coming::Mouth(round) => {
                for event in self.mouth.step(round, self.now) {
                    self.told(&event).await;
                }
                self.wake_mouth();
            }
            Coming::Turn(round) if round == self.turn_round => self.caller_turn().await,
            Coming::Turn(_) => {}
            Coming::Act(act) => self.act(act).await,
            Coming::Answered => {
                self.record.outcome = Outcome::Transferred;
                self.note("a person answers and talks with the caller".to_owned());
                self.over = true;
            }
        }
        self.consider();
    }

    fn moment(&self) -> Moment {
        Moment { since_start: Duration::from_millis(self.now), unix_ms: self.began_ms + self.now as i64 }
    }

    fn at(&mut self, at: u64, coming: Coming) {
        self.seq += 1;
        self.coming.insert((at, self.seq), coming);
    }

    fn soon(&mut self, after: u64, event: CallEvent) {
        self.at(self.now + after, Coming::Event(event));
    }

    async fn tell(&mut self, event: &CallEvent) {
        match event {
            CallEvent::Thought { event: ThinkEvent::Finished { .. } | ThinkEvent::Failed { .. }, .. }
            | CallEvent::ToolDone { .. } => self.pending = self.pending.saturating_sub(1),
            CallEvent::TransferEnded { .. } => self.transferring = false,
            CallEvent::RecordEnded { .. } => self.recording = None,
            _ => {}
        }
        self.mouth_tells(event);
        let now = self.moment();
        if let Some(app) = self.apps.last_mut() {
            app.handle(now, event);
        }
        self.drain().await;
    }

    /// The same from within what apps ask for.
    fn told<'a>(&'a mut self, event: &'a CallEvent) -> BoxFuture<'a, ()> {
        Box::pin(self.tell(event))
    }

    async fn drain(&mut self) {
        while let Some(command) = self.apps.last_mut().and_then(|app| app.poll_command()) {
            self.obey(command).await;
        }
    }

    // The record.

    fn at_ms(&self) -> u64 {
        self.now.saturating_sub(ANSWERED)
    }

    fn note(&mut self, text: String) {
        let at_ms = self.at_ms();
        self.record.entries.push(Entry { at_ms, who: Who::House, text, cut: false });
    }

    /// The agent said this, from then on; what follows without a break is the same line.
    fn hears(&mut self, text: &str, cut: bool) {
        let at_ms = self.sounding.saturating_sub(ANSWERED);
        if text.is_empty() {
            return;
        }
        self.heard.push_str(if self.heard.is_empty() { "" } else { " " });
        self.heard.push_str(text);
        let entries = &mut self.record.entries;
        // The caller may have spoken into it.
        let place = entries.partition_point(|entry| entry.at_ms <= at_ms);
        match entries[..place].last_mut().filter(|entry| entry.who == Who::Agent) {
            Some(entry) => {
                entry.text.push(' ');
                entry.text.push_str(text);
                entry.cut = cut;
            }
            None => entries.insert(place, Entry { at_ms, who: Who::Agent, text: text.to_owned(), cut }),
        }
    }

    // The caller.

    /// Lets the caller have his turn when the agent is done.
    fn consider(&mut self) {
        let quiet = self.mouth.is_empty() && self.pending == 0 && !self.transferring;
        if self.over || !quiet || self.now < self.speaks_until {
            self.turn_round += 1;
            self.turn_due = false;
            return;
        }
        if !self.turn_due {
            self.turn_due = true;
            let reaction = REACTION.0 + u64::from(self.chance.next_u32()) % REACTION.1;
            let nothing = !self.answered && self.recording.is_none();
            let after = if nothing { PATIENCE } else { reaction };
            self.at(self.now + after, Coming::Turn(self.turn_round));
        }
    }

    async fn caller_turn(&mut self) {
        if self.record.turns >= self.rehearsal.turns {
            return self.hang_up(Outcome::Limit).await;
        }
        let heard = std::mem::take(&mut self.heard);
        let Move { wait, act } = self.player.turn(&heard).await;
        self.looked = false;
        self.turn_round += 1;
        // He is busy until he has done it.
        self.speaks_until = self.now + wait.as_millis() as u64 + 1;
        self.turn_due = false;
        self.at(self.speaks_until, Coming::Act(act));
    }

    async fn act(&mut self, act: Act) {
        let at_ms = self.at_ms();
        self.answered = false;
        let mut did = |text: String| {
            self.record.entries.push(Entry { at_ms, who: Who::Caller, text, cut: false });
        };
        match act {
            Act::Say(text) | Act::Interrupt { say: text, .. } => {
                did(text.clone());
                self.record.turns += 1;
                self.speak(&text);
            }
            Act::Press(keys) => {
                did(format!("[presses {keys}]"));
                self.record.turns += 1;
                for (at, digit) in keys.chars().enumerate() {
                    self.soon(KEY * at as u64, CallEvent::Digit { digit, source: DigitSource::Rfc4733 });
                }
                self.speaks_until = self.now + KEY * keys.len() as u64;
            }
            Act::Silent(length) => {
                did("[is silent]".to_owned());
                self.turn_round += 1;
                self.turn_due = true;
                self.at(self.now + length.as_millis() as u64, Coming::Turn(self.turn_round));
            }
            Act::HangUp => self.hang_up(Outcome::HungUp).await,
        }
    }

    /// The agent begins to speak: perhaps the caller speaks into it.
    fn look_for_interruption(&mut self) {
        if !std::mem::replace(&mut self.looked, true)
            && let Some((after, say)) = self.player.interruption()
        {
            self.speaks_until = self.now + after.as_millis() as u64;
            self.at(self.speaks_until, Coming::Act(Act::Say(say)));
        }
    }

    async fn hang_up(&mut self, outcome: Outcome) {
        if outcome == Outcome::Limit {
            self.note("the caller gives up: it took too long".to_owned());
        } else {
            self.note("the caller hangs up".to_owned());
        }
        self.record.outcome = outcome;
        let event = CallEvent::HungUp { by: HangupParty::Caller, cause: HangupCause::Normal };
        self.over = true;
        while !self.apps.is_empty() {
            self.told(&event).await;
            self.apps.pop();
        }
    }

    fn finish(mut self) -> Record {
        self.record.duration_ms = self.at_ms();
        self.record.unexpected = self.player.unexpected();
        self.record
    }
}

/// What a call with this rehearsal's caller is known to begin with.
pub fn facts(rehearsal: &Rehearsal, call: call_model::CallId, language: &str) -> CallFacts {
    CallFacts {
        call,
        direction: call_model::Direction::Inbound,
        caller: rehearsal.number.clone(),
        number: rehearsal.agent.clone(),
        trunk: None,
        language: language.to_owned(),
        contact: rehearsal.contact.clone(),
        variables: rehearsal.variables.clone(),
        origin: call_model::CallOrigin::default(),
        answered_by: None,
    }
}
