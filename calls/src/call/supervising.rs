//! Somebody of the house beside a running call: a member's phone rings, and who answers hears both sides, and is heard by
//! nobody, by the member at the desk, by both, or takes the call over.

use std::collections::VecDeque;
use std::time::Duration;

use call_model::{CallApp, CallCommand, CallEvent, HangupCause, Moment, PlaybackId, PromptItem, TransferSettings};
use media::call_media::{LegSlot, MediaCommand, Supervision};
use serde_json::{Map, Value};
use store::{LegRole, NewEvent, event_type};

use super::Call;
use super::transfer::Transfer;
use crate::dialing::{self, Destination, Shown};
use crate::error::PlaceError;
use crate::house::now_ms;
use crate::live::LiveKind;
use crate::supervision::{SuperviseError, SuperviseOrder, SupervisionMode};

/// How long a supervisor's phone rings.
const RING: Duration = Duration::from_secs(30);
/// The name of what the caller is told: no app's.
const NOTICE: PlaybackId = PlaybackId(u32::MAX - 1);
/// The seat that asked for it: nobody's.
const NOBODY: u32 = u32::MAX;

/// Who supervises.
pub(super) struct Supervising {
    member: String,
    mode: SupervisionMode,
    /// Phones that ring.
    ringing: Vec<LegSlot>,
    /// The one that was answered.
    leg: Option<LegSlot>,
}

impl Call {
    pub(super) async fn on_supervise(&mut self, order: SuperviseOrder) -> Result<(), SuperviseError> {
        if self.over.is_some() || self.ending.is_some() {
            return Err(SuperviseError::NotRunning);
        }
        match order {
            SuperviseOrder::Begin { member, mode } => self.begin_supervision(member, mode).await,
            SuperviseOrder::Change(mode) => self.change_supervision(mode).await,
            SuperviseOrder::End => {
                let supervising = self.supervising.as_ref().ok_or(SuperviseError::Nobody)?;
                let legs: Vec<LegSlot> = supervising.ringing.iter().copied().chain(supervising.leg).collect();
                for slot in legs {
                    self.hear_no_more(slot);
                    self.hang_up_leg(slot);
                }
                Ok(())
            }
        }
    }

    async fn begin_supervision(&mut self, member: String, mode: SupervisionMode) -> Result<(), SuperviseError> {
        if self.answered.is_none() {
            return Err(SuperviseError::NotAnswered);
        }
        if let Some(supervising) = &self.supervising {
            return Err(SuperviseError::Occupied(supervising.member.clone()));
        }
        let directory = self.house.directory();
        let member = directory.member(&member).ok_or(SuperviseError::NoSuchMember)?.name.clone();
        let takes_part = |leg: &super::leg::Leg| leg.engaged.as_ref().is_some_and(|it| it.member() == member);
        if self.legs.values().any(takes_part) {
            return Err(SuperviseError::TakesPart);
        }
        self.may_be(mode)?;
        let ringing = self.ring_supervisor(&member).await?;
        self.supervising = Some(Supervising { member, mode, ringing, leg: None });
        Ok(())
    }

    /// Whether somebody may take part in this way as the call stands.
    fn may_be(&self, mode: SupervisionMode) -> Result<(), SuperviseError> {
        match mode {
            SupervisionMode::Whisper if self.desk_leg().is_none() => Err(SuperviseError::NobodyToWhisperTo),
            SupervisionMode::TakeOver
                if self.transfer.as_ref().is_some_and(|it| it.departing || it.is_connecting()) =>
            {
                Err(SuperviseError::BeingTransferred)
            }
            _ => Ok(()),
        }
    }

    /// The leg of who talks with the caller for us.
    fn desk_leg(&self) -> Option<LegSlot> {
        self.transfer.as_ref().and_then(Transfer::connected)
    }

    async fn ring_supervisor(&mut self, member: &str) -> Result<Vec<LegSlot>, SuperviseError> {
        let destination = Destination::Member(member.to_owned());
        let card = &self.caller;
        let shown = Shown { user: card.name.clone(), withheld: card.withheld, ..Shown::default() };
        let plans = dialing::plan(&self.house, &destination, None, &shown, RING).await;
        let plans = plans.map_err(|error| match error {
            PlaceError::NotRegistered(_) => SuperviseError::NoPhone,
            _ => SuperviseError::NotRung,
        })?;
        let mut ringing = Vec::new();
        for plan in plans {
            match self.ring_leg(plan, &destination, LegRole::Supervisor, (None, None)).await {
                Ok(slot) => ringing.push(slot),
                Err(error) => tracing::info!(call = %self.id, %error, "a supervisor's phone could not be rung"),
            }
        }
        if ringing.is_empty() { Err(SuperviseError::NotRung) } else { Ok(ringing) }
    }

    /// A leg was answered: `true` where it is a supervisor's.
    pub(super) async fn supervisor_answered(&mut self, slot: LegSlot) -> bool {
        let Some(supervising) = self.supervising.as_mut().filter(|it| it.ringing.contains(&slot)) else { return false };
        let others = std::mem::take(&mut supervising.ringing);
        for other in others.into_iter().filter(|other| *other != slot) {
            self.hang_up_leg(other);
        }
        if let Some(supervising) = &mut self.supervising {
            supervising.leg = Some(slot);
        }
        self.take_part().await;
        true
    }

    async fn change_supervision(&mut self, mode: SupervisionMode) -> Result<(), SuperviseError> {
        if self.supervising.is_none() {
            return Err(SuperviseError::Nobody);
        }
        self.may_be(mode)?;
        if let Some(supervising) = &mut self.supervising {
            supervising.mode = mode;
            if supervising.leg.is_some() {
                self.take_part().await;
            }
        }
        Ok(())
    }

    /// Lets who has answered take part in the way that is wanted.
    async fn take_part(&mut self) {
        let Some(supervising) = &self.supervising else { return };
        let (member, Some(leg)) = (supervising.member.clone(), supervising.leg) else { return };
        let wanted = supervising.mode;
        // Whoever was at the desk may have left while the phone rang.
        let mode = if self.may_be(wanted).is_ok() { wanted } else { SupervisionMode::Listen };
        if let Some(supervising) = &mut self.supervising {
            supervising.mode = mode;
        }
        let way = match mode {
            SupervisionMode::Listen => Supervision::Listen,
            SupervisionMode::Whisper => Supervision::Whisper,
            SupervisionMode::Join => Supervision::Join,
            SupervisionMode::TakeOver => {
                self.tell_supervised(&member, Some(mode)).await;
                return self.take_over_by(leg, member).await;
            }
        };
        self.media(MediaCommand::Supervise { leg, mode: Some(way) });
        if self.house.settings.announce_supervision && !std::mem::replace(&mut self.supervision_told, true) {
            self.tell_caller();
        }
        self.attend();
        self.tell_supervised(&member, Some(mode)).await;
    }

    /// The caller hears that somebody listens, after whatever is being played.
    fn tell_caller(&mut self) {
        let text = match self.language.get(..2).unwrap_or_default() {
            "de" => "Zur Qualitätssicherung hört jetzt noch jemand aus unserem Haus mit.",
            "es" => "Para asegurar la calidad, otra persona de nuestra empresa escucha ahora esta llamada.",
            "fr" => "Pour assurer la qualité, une autre personne de notre maison écoute maintenant cet appel.",
            "it" => "Per garantire la qualità, un'altra persona della nostra azienda ascolta ora questa chiamata.",
            _ => "For quality, another person of our house is now listening to this call.",
        };
        let items = vec![PromptItem::Say { text: text.into(), language: self.language.clone(), voice: None }];
        self.play_for(NOBODY, NOTICE, items, false);
    }

    /// Whether a leg is that of a supervisor whom the caller hears.
    pub(super) fn supervisor_talks(&self, slot: LegSlot) -> bool {
        let joined = self.supervising.as_ref().filter(|it| it.mode == SupervisionMode::Join);
        joined.is_some_and(|it| it.leg == Some(slot))
    }

    /// The app, or whoever was at the desk, leaves, and this leg talks with the caller.
    async fn take_over_by(&mut self, slot: LegSlot, member: String) {
        self.supervising = None;
        self.hear_no_more(slot);
        self.dismiss_apps(Box::new(TakenOver::default()));
        if let Some(leg) = self.legs.get_mut(&slot) {
            leg.record.role = LegRole::Transfer;
        }
        if let Some(old) = self.desk_leg() {
            self.reconnect(slot);
            self.hang_up_leg(old);
        } else {
            if self.transfer.is_none() {
                let settings = TransferSettings::to(vec![member.clone()], RING.as_millis() as u64);
                self.transfer = Some(Transfer::new(settings));
            }
            self.taken(slot, member).await;
        }
        self.drain_app().await;
    }

    fn hear_no_more(&mut self, leg: LegSlot) {
        self.media(MediaCommand::Supervise { leg, mode: None });
    }

    /// A leg is over: `true` where it is a supervisor's. Nothing changes for the others.
    pub(super) async fn supervisor_left(&mut self, slot: LegSlot) -> bool {
        let Some(supervising) = &mut self.supervising else { return false };
        let rang = supervising.ringing.iter().position(|ringing| *ringing == slot);
        if let Some(at) = rang {
            supervising.ringing.swap_remove(at);
        } else if supervising.leg != Some(slot) {
            return false;
        }
        self.close_ear(slot);
        self.close_leg_media(slot);
        let waits =
            self.supervising.as_ref().is_some_and(|it| it.leg.is_some_and(|leg| leg != slot) || !it.ringing.is_empty());
        if !waits && let Some(left) = self.supervising.take() {
            self.hear_no_more(slot);
            self.tell_supervised(&left.member, None).await;
        }
        true
    }

    /// Tells who watches, and the books, who takes part; `None`: no more.
    async fn tell_supervised(&mut self, member: &str, mode: Option<SupervisionMode>) {
        metrics::counter!("callwright_supervisions_total", "mode" => mode.map_or("left", SupervisionMode::word))
            .increment(1);
        let data = Map::from_iter([
            ("call".to_owned(), Value::from(self.id.to_string())),
            ("member".to_owned(), member.into()),
            ("mode".to_owned(), mode.map(SupervisionMode::word).into()),
        ]);
        let event =
            NewEvent { kind: event_type::CALL_SUPERVISED.to_owned(), call: Some(self.id), at_ms: now_ms(), data };
        if let Err(error) = self.house.parts.store.emit(event).await {
            tracing::error!(call = %self.id, %error, "a supervision is missing among the events");
        }
        self.house.live.tell(self.id, || LiveKind::Supervised { member: member.to_owned(), mode });
    }
}

/// What is left of an app whose call a person has taken over: the call ends with that person.
#[derive(Debug, Default)]
struct TakenOver {
    commands: VecDeque<CallCommand>,
}

impl CallApp for TakenOver {
    fn handle(&mut self, _now: Moment, event: &CallEvent) {
        if matches!(event, CallEvent::TransferEnded { .. }) {
            self.commands.push_back(CallCommand::Hangup { cause: HangupCause::Normal });
        }
    }

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_command(&mut self) -> Option<CallCommand> {
        self.commands.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }
}
