//! Every reason why a call's task wakes, and what is asked of it from outside.

use std::sync::Arc;

use call_model::{HttpFailure, HttpReply, RecordingSwitch, RequestId};
use media::prompt::Prompt;
use sip_core::{Event, LegHandle, Referral};
use tokio::sync::{mpsc, oneshot};
use transport::rtp::PacketTap;

use super::handing::{Ask, Given, TakeOver};
use crate::error::ControlError;
use crate::supervision::{SuperviseError, SuperviseOrder};

/// What reaches a call's task by its inbox. Its media events and its timeouts come beside it.
#[derive(Debug)]
pub(crate) enum CallInput {
    /// Signalling of one of its legs.
    Sip(Box<Event>),
    /// A system of the business answered what the app of that seat asked.
    Http(u32, RequestId, Result<HttpReply, HttpFailure>),
    /// What a member is to hear of the caller was spoken; `None`: it could not be. With the number of the announcement.
    Warning(u32, Option<Vec<Arc<Prompt>>>),
    /// Our address towards the recorder; `None`: its name could not be looked up.
    RecorderNear(Option<std::net::IpAddr>),
    /// A phone in the call asks to be replaced, with the call that has the leg which is to be taken over.
    Referred(LegHandle, Box<Referral>, Option<mpsc::Sender<CallInput>>),
    /// Another call wants a leg of this one.
    Ask(Box<Ask>),
    /// What it got.
    Given(Given),
    /// An INVITE wants the place of a leg.
    TakeOver(Box<TakeOver>),
    /// Somebody outside wants something.
    Control(Control),
}

/// What the API may ask of a running call.
#[derive(Debug)]
pub(crate) enum Control {
    /// End it.
    HangUp,
    /// End it: what it costs has reached a limit.
    SpendLimit,
    /// Tell the Call-IDs of its legs.
    SipCalls(oneshot::Sender<Vec<String>>),
    /// Tell the queue that it came to last.
    Queue(oneshot::Sender<Option<String>>),
    /// Show its packets to a tap from now on, or to nobody.
    Capture(Option<Box<dyn PacketTap>>, oneshot::Sender<Result<(), ControlError>>),
    /// Let somebody of the house take part, otherwise, or no more.
    Supervise(SuperviseOrder, oneshot::Sender<Result<(), SuperviseError>>),
    /// Steer its recording.
    Recording(RecordingSwitch, oneshot::Sender<Result<(), ControlError>>),
}
