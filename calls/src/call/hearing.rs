//! Who is heard: which legs have an ear, and what is done with what they hear.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use call_model::{CallEvent, Hearing, ListenSettings, SampleRate, Speaker};
use media::call_media::{LegSlot, MediaCommand};
use tokio::sync::{mpsc, watch};
use tracing::Instrument as _;

use super::Call;
use super::ear::{Ear, EarWish};
use super::leg::{Leg, LegState};
use super::senses::Sense;
use super::taps::EarWay;
use crate::live::LiveKind;

/// The legs that are listened to, each with the way to its ear: dropping that stops it.
#[derive(Default)]
pub(super) struct Ears(HashMap<LegSlot, OpenEar>);

struct OpenEar {
    wish: watch::Sender<EarWish>,
    /// Somebody answers what is heard.
    hurry: Arc<AtomicBool>,
    /// The leg's when it was opened.
    rate: SampleRate,
}

impl Call {
    /// Lets those be heard who should be, and no other. To be called whenever that may have changed: it does nothing
    /// when it has not.
    pub(super) fn attend(&mut self) {
        for slot in LegSlot::all() {
            match (self.ear_wish(slot), self.ears.0.get_mut(&slot)) {
                (Some((wish, rate)), Some(ear)) => {
                    ear.hurry.store(self.seats.top().listen.is_some(), Ordering::Relaxed);
                    ear.wish.send_if_modified(|old| {
                        let changed = *old != wish;
                        *old = wish;
                        changed
                    });
                    if std::mem::replace(&mut ear.rate, rate) != rate {
                        // The media thread keeps the rate of an ear: a new one is at the new codec's.
                        self.media(MediaCommand::Listen { leg: slot, on: false });
                        self.media(MediaCommand::Listen { leg: slot, on: true });
                    }
                }
                (Some((wish, rate)), None) => self.open_ear(slot, wish, rate),
                (None, Some(_)) => self.close_ear(slot),
                (None, None) => {}
            }
        }
    }

    /// How a leg is to be heard, and at which rate; `None`: not at all.
    fn ear_wish(&self, slot: LegSlot) -> Option<(EarWish, SampleRate)> {
        let leg = self.legs.get(&slot).filter(|leg| leg.started && leg.state != LegState::Ended)?;
        let rate = leg.rate();
        // On hold there is music, or nothing.
        if self.answered.is_none() || self.over.is_some() || leg.is_held() {
            return None;
        }
        let written = self.scribe.writes();
        let own = || EarWish { language: Some(self.language.clone()), ..EarWish::default() };
        if slot != LegSlot::CALLER {
            let talks = self.transfer.as_ref().is_some_and(|transfer| transfer.connected() == Some(slot));
            let talks = talks || self.supervisor_talks(slot);
            return (talks && written).then(|| (own(), rate));
        }
        let wish = match &self.seats.top().listen {
            Some(ListenSettings { language, hints, partials }) => {
                Some(EarWish { language: language.clone(), hints: hints.clone(), partials: *partials })
            }
            None => written.then(own),
        };
        wish.map(|wish| (wish, rate))
    }

    fn open_ear(&mut self, slot: LegSlot, wish: EarWish, rate: SampleRate) {
        let (Some(sound), Some(transcriber), Some(told)) = (&self.sound, &self.house.parts.transcriber, &self.told)
        else {
            return;
        };
        let (sender, blocks) = mpsc::channel(self.house.settings.ear_blocks.max(1));
        let hurry = Arc::new(AtomicBool::new(self.seats.top().listen.is_some()));
        if !sound.routes.add_ear(slot, EarWay::new(sender, hurry.clone())) {
            tracing::warn!(call = %self.id, "too much waits for the media thread: a leg is not heard");
            return;
        }
        let (wishes, wish) = watch::channel(wish);
        let ear = Ear {
            call: self.id,
            speaker: if slot == LegSlot::CALLER { Speaker::Caller } else { Speaker::Us },
            transcriber: transcriber.clone(),
            blocks,
            spares: sound.routes.spares(),
            wish,
            told: told.clone(),
            retry: self.house.settings.ear_retry,
            patience: self.house.settings.late_lines,
        };
        tokio::spawn(ear.run().in_current_span());
        self.ears.0.insert(slot, OpenEar { wish: wishes, hurry, rate });
        self.media(MediaCommand::Listen { leg: slot, on: true });
    }

    pub(super) fn close_ear(&mut self, slot: LegSlot) {
        if self.ears.0.remove(&slot).is_some() {
            self.media(MediaCommand::Listen { leg: slot, on: false });
        }
    }

    /// Every ear stops; what it has heard so far may still become final.
    pub(super) fn close_ears(&mut self) {
        self.ears.0.clear();
    }

    pub(super) fn listen(&mut self, settings: Option<ListenSettings>) {
        if settings.is_some() && self.house.parts.transcriber.is_none() {
            self.untold.push_back(CallEvent::Hearing(Hearing::Lost));
        }
        self.seats.top_mut().listen = settings;
        self.attend();
    }

    /// What a helper tells.
    pub(super) async fn on_sense(&mut self, sense: Sense) {
        match sense {
            Sense::Heard(speaker, hearing) => self.on_hearing(speaker, hearing).await,
            Sense::Said(line) => {
                self.scribe.line(&line);
                if line.speaker == Speaker::Caller {
                    self.screen_words(&line.text);
                    self.opts_out_by_voice(&line.text).await;
                }
                if self.seats.top().listen.is_some() {
                    self.tell(CallEvent::Line(*line)).await;
                }
            }
            Sense::Thought(think, serial, event) => self.on_thought(think, serial, *event).await,
            Sense::Tool(end) => self.on_tool(*end).await,
        }
    }

    async fn on_hearing(&mut self, speaker: Speaker, hearing: Hearing) {
        if let Hearing::Partial { text } = &hearing
            && self.scribe.writes()
        {
            self.house.live.tell(self.id, || LiveKind::Partial { speaker, text: text.clone() });
        }
        if let (
            Speaker::Caller,
            Hearing::Partial { text } | Hearing::TurnLikely { text } | Hearing::TurnEnded { text },
        ) = (speaker, &hearing)
        {
            self.screen_words(text);
        }
        // Of the second leg an app is only told lines.
        let lost_or_back = matches!(hearing, Hearing::Lost | Hearing::Back);
        let wanted = self.seats.top().listen.as_ref().is_some_and(|listen| listen.partials || lost_or_back);
        if wanted && speaker == Speaker::Caller {
            self.tell(CallEvent::Hearing(hearing)).await;
        }
    }

    /// Whether what is said from now on is written down.
    pub(super) fn write_down(&mut self, on: bool) {
        let now = self.clock_ms();
        if on {
            self.scribe.speak(now);
        } else {
            self.scribe.hush(now);
        }
        self.attend();
    }

    /// The call's media clock, to a frame or two.
    fn clock_ms(&self) -> u64 {
        self.sounding_since.map_or(0, |since| since.elapsed().as_millis() as u64)
    }

    /// Whether the caller holds us, or we them.
    pub(super) fn is_held(&self) -> bool {
        self.legs.get(&LegSlot::CALLER).is_some_and(Leg::is_held)
    }
}
