//! What the call task asks of its call's media. All of it is plain data.

use std::fmt;
use std::sync::Arc;

use call_model::{PlaybackId, RecordId, RecordSettings, RecordingSwitch, Tone};

use super::supervise::Supervision;
use crate::answering::{Classifier, Clue};
use crate::prompt::Prompt;
use crate::rtp::SessionConfig;
use crate::sdp::Negotiated;
use crate::srtp::SrtpKeys;
use crate::tone::Country;

/// One leg of a call: slot 0 is the caller's, 1 to 8 are those that are brought in (up to 8 phones may ring at once), and
/// two more go to a recorder elsewhere, one for each voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LegSlot(u8);

impl LegSlot {
    /// How many legs a call can have.
    pub const COUNT: usize = Self::PARTIES as usize + 2;
    /// So many of them are of people.
    const PARTIES: u8 = 9;
    /// The caller's leg (or, when we called, the leg of whom we called).
    pub const CALLER: Self = Self(0);
    /// A recorder gets what is heard from the caller: it only sends.
    pub const RECORDER_HEARD: Self = Self(Self::PARTIES);
    /// A recorder gets what the caller hears: it only sends.
    pub const RECORDER_SAID: Self = Self(Self::PARTIES + 1);

    /// The slot of that number, 0 to 8.
    pub const fn new(slot: u8) -> Option<Self> {
        if slot < Self::PARTIES { Some(Self(slot)) } else { None }
    }

    /// Every slot of people, the caller's first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::PARTIES).map(Self)
    }

    /// Every slot, those of a recorder last.
    pub(super) fn every() -> impl Iterator<Item = Self> {
        (0..Self::COUNT as u8).map(Self)
    }

    /// Its number.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for LegSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What happened in a call that is screened besides its sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreeningStep {
    /// It was answered.
    Answered,
    /// A recogniser understood this.
    Understood(Clue),
    /// An assistant has been told who calls and why.
    Announced,
}

/// Something to do, carried out at once; its sound is in the next tick. A command that names a leg, a playback or a
/// record that does not exist (any more) does nothing.
#[derive(Debug, Clone)]
pub enum MediaCommand {
    /// Opens a leg; one that was open in that slot is stopped first.
    StartLeg {
        /// Where.
        leg: LegSlot,
        /// How its RTP session begins.
        session: SessionConfig,
        /// What offer and answer came to.
        negotiated: Negotiated,
    },
    /// Offer and answer came to something new: hold, another address, another codec.
    RenegotiateLeg {
        /// Which.
        leg: LegSlot,
        /// The new outcome.
        negotiated: Negotiated,
    },
    /// A DTLS handshake gave the leg its keys, or failed.
    SecureLeg {
        /// Which.
        leg: LegSlot,
        /// The keys; `None` when there are none.
        keys: Option<SrtpKeys>,
    },
    /// Closes a leg, sends its RTCP BYE and reports its quality. For the caller's leg this also ends every playback
    /// and every record (with [`RecordEnd::HungUp`](call_model::RecordEnd::HungUp)), but not the call's recording.
    StopLeg {
        /// Which.
        leg: LegSlot,
    },
    /// Queues a playback to the caller after those that are queued. It begins when there is a caller's leg.
    Play {
        /// Its name, for the events.
        playback: PlaybackId,
        /// What is ready of it, in order.
        prompts: Vec<Arc<Prompt>>,
        /// More may come by [`Append`](Self::Append): while there is nothing more to play the caller hears silence,
        /// and the playback ends only after [`FinishAppending`](Self::FinishAppending).
        growing: bool,
        /// Repeat from the start until stopped.
        repeat: bool,
    },
    /// One more piece of a growing playback. Each piece begins on a frame of 20 ms: cut where there is a pause or at
    /// whole frames.
    Append {
        /// Which playback.
        playback: PlaybackId,
        /// The piece.
        prompt: Arc<Prompt>,
    },
    /// Nothing more will be appended.
    FinishAppending {
        /// Which playback.
        playback: PlaybackId,
    },
    /// Ends a playback with [`PlaybackEnd::Failed`](call_model::PlaybackEnd::Failed): its sound could not be made.
    FailPlayback {
        /// Which one.
        playback: PlaybackId,
        /// Why, for the log.
        reason: String,
    },
    /// Stops a playback, or all that are queued, at once. Stopping all also lifts
    /// [`PausePlaying`](Self::PausePlaying): what is played next is heard.
    StopPlaying {
        /// Which one; `None` for all.
        playback: Option<PlaybackId>,
    },
    /// Holds all playing where it is, within the next 20 ms: the caller hears silence, and what is queued or comes
    /// later waits too. Nothing of it is lost: [`ResumePlaying`](Self::ResumePlaying) goes on exactly there.
    PausePlaying,
    /// Goes on playing where it was held.
    ResumePlaying,
    /// A tone to the caller until the next `CallTone` (ringback while a transfer rings), while nothing is played or
    /// bridged.
    CallTone {
        /// Which, and as it sounds where; `None` for none.
        tone: Option<(Tone, Country)>,
    },
    /// Connects the caller's leg with another one, both ways, or with none. A playback is mixed into what the caller
    /// hears; keys that come outside the audio are passed on. Ends when that leg is stopped.
    Bridge {
        /// With which.
        with: Option<LegSlot>,
    },
    /// Lets the caller's leg and another one change places: whoever was brought in is whom the call is about from now on.
    /// A bridge between the two stays, what either leg was listened to by ends, and playbacks go on to the new caller.
    SwapCaller {
        /// The other leg.
        with: LegSlot,
    },
    /// Plays these, one after the other, to a leg that is not the caller's and is not bridged: nobody else hears it, and
    /// no recording holds it. It takes the place of what that leg was being told before, and ends when the leg is
    /// bridged. Nothing is told of its end: it lasts as long as its prompts.
    Whisper {
        /// To which leg.
        leg: LegSlot,
        /// What, in order. To be kept by whoever gives them, so that no memory is freed on the media thread.
        prompts: Vec<Arc<Prompt>>,
    },
    /// A leg hears both sides of the call beside them, and is heard as its mode says; `None`: no more. One at a time; it
    /// ends with the leg, or when the leg is bridged.
    Supervise {
        /// Which leg.
        leg: LegSlot,
        /// By whom it is heard.
        mode: Option<Supervision>,
    },
    /// Sends the caller what the caller says, while nothing else is to be heard.
    Echo {
        /// On or off.
        on: bool,
    },
    /// Records what the caller says into a message of its own, from the next tick. A `silence_ms` of 0 never ends it.
    Record {
        /// Its name, for events and taps.
        record: RecordId,
        /// How it ends.
        settings: RecordSettings,
    },
    /// Ends that record now.
    StopRecord {
        /// Which one.
        record: RecordId,
    },
    /// Steers the stereo recording of the call.
    RecordCall(RecordingSwitch),
    /// Gives the legs of a recorder ([`LegSlot::RECORDER_HEARD`], [`LegSlot::RECORDER_SAID`]) the voices, from the next
    /// tick, or silence. Off until it is switched on.
    Fork {
        /// On or off.
        on: bool,
    },
    /// Hands out what is heard on a leg, 20 ms at a time as it is heard ([`CallMedia::poll_ear`]), until it is switched
    /// off or the leg is stopped; nothing before the caller's leg was first started. Switching it on twice changes nothing.
    ///
    /// [`CallMedia::poll_ear`]: super::CallMedia::poll_ear
    Listen {
        /// Which leg.
        leg: LegSlot,
        /// On or off.
        on: bool,
    },
    /// Looks for the tones of fax machines in what is heard on a leg ([`MediaEvent::Fax`](super::MediaEvent::Fax)), from
    /// its next frame on, or no more.
    DetectFax {
        /// Which leg.
        leg: LegSlot,
        /// On or off.
        on: bool,
    },
    /// Finds out who or what answered, by what is heard on the caller's leg
    /// ([`MediaEvent::Answering`](super::MediaEvent::Answering)), from its next frame on; `None`: no more.
    Screen(Option<Box<Classifier>>),
    /// The one who screens is told something.
    Screening(ScreeningStep),
    /// Sends keys to a leg: by RFC 4733 if that was agreed, else as tones.
    SendDigits {
        /// To which.
        leg: LegSlot,
        /// `0`-`9`, `*`, `#`, `A`-`D`, and `,` for a pause of half a second; other characters are left out.
        digits: String,
    },
    /// From here on keys for a leg are not sent with its sound, but told as
    /// [`MediaEvent::KeyToSend`](super::MediaEvent::KeyToSend): for peers that want them by SIP INFO.
    TellKeys {
        /// Which leg, once it is started.
        leg: LegSlot,
    },
    /// A key that reached us outside the audio (SIP INFO): from here on it is treated like any other.
    DigitArrived {
        /// On which leg.
        leg: LegSlot,
        /// The key.
        digit: char,
    },
}
