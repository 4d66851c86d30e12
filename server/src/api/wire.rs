//! The forms that records have on the wire: times as RFC 3339, ids as text, nothing that is secret.

use call_model::{
    Answered, AnsweredBy, CallId, CallOrigin, CampaignId, ContactId, Direction, EventId, HangupCause, HangupParty,
    LegId, RecordingId, VoicemailId,
};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use store::{
    CallListing, CallRecord, CallState, ContactRecord, EventRecord, LegQuality, LegRecord, LegRole, OtherNumber,
    RecordingRecord, RecordingState, TimelineEntry, TranscriptState, VoicemailRecord,
};
use utoipa::ToSchema;

use super::consents::Consent;
use super::persons::Note;
use super::problem::Problem;
use super::state::ApiState;
use crate::access::Principal;
use crate::access::scopes::Scope;

/// A moment, kept as ms since the Unix epoch, written as RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-03-05T14:30:00.125Z")]
pub(crate) struct Time(pub(crate) i64);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // What lies outside of the years that can be written is no time of ours.
        let time = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        serializer.collect_str(&time)
    }
}

/// A call.
#[derive(Serialize, ToSchema)]
pub(super) struct Call {
    /// Its id.
    #[schema(value_type = String, example = "call_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: CallId,
    /// `inbound` or `outbound`.
    #[schema(value_type = String, example = "inbound")]
    direction: Direction,
    /// Who called: E.164, or an address; null when withheld.
    #[schema(example = "+4930901820")]
    from: Option<String>,
    /// Who was called.
    to: Option<String>,
    /// Our number or address.
    #[schema(example = "reception")]
    number: String,
    /// Name of the trunk that it came or went by.
    trunk: Option<String>,
    /// Name of our member who called.
    member: Option<String>,
    /// The other party's contact.
    #[schema(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// Name of the flow that it ran.
    flow: Option<String>,
    /// And its version.
    flow_version: Option<u32>,
    /// Name of the agent that it ran.
    agent: Option<String>,
    /// And its version.
    agent_version: Option<u32>,
    /// BCP 47 language.
    #[schema(example = "en")]
    language: String,
    /// `ringing`, `active` or `ended`.
    #[schema(value_type = String, example = "ended")]
    state: CallState,
    /// When it began.
    started_at: Time,
    /// When it was answered.
    answered_at: Option<Time>,
    /// When it ended.
    ended_at: Option<Time>,
    /// From the answer to the end, ms.
    duration_ms: Option<i64>,
    /// Why it ended: `normal`, `cancelled`, `busy`, `no_answer`, `declined`, `not_found`, `incompatible`,
    /// `network_failure`, `media_timeout`, `max_duration`, `internal_error`, `interrupted`, `overload` or `spend_limit`.
    #[schema(value_type = Option<String>, example = "normal")]
    cause: Option<HangupCause>,
    /// Who ended it: `caller`, `us` or `system`.
    #[schema(value_type = Option<String>, example = "caller")]
    hung_up_by: Option<HangupParty>,
    /// Where it comes from: `diversions` (who it was for before, `by` whom and for which `reason`, the first one first)
    /// and `verification` of the caller's number (`result`: `none`, `unknown`, `verified` with its `attestation`, or
    /// `failed` with its `reason`).
    #[schema(value_type = Object)]
    origin: CallOrigin,
    /// Who or what answered, where the call was screened (`machine_detection`): `person`, `machine`, `screening`, `fax`,
    /// `unobtainable`, `silence` or `unsure`.
    #[schema(value_type = Option<String>, example = "person")]
    answered_by: Option<AnsweredBy>,
    /// How that was told: `by`, `confidence` (0 to 1), `sign` (`short_greeting`, `long_greeting`, `beep`, `words`,
    /// `fax_tone`, `special_tone`, `busy_tone`, `nothing_heard`, `time_over`) and `after_ms` from the answer.
    #[schema(value_type = Option<Object>)]
    answered_how: Option<Answered>,
    /// Variables handed over when it was placed.
    #[schema(value_type = Object)]
    variables: Map<String, Value>,
    /// Values that its flow kept on it.
    #[schema(value_type = Object)]
    remembered: Map<String, Value>,
    /// Id of its recording.
    #[schema(value_type = Option<String>)]
    recording_id: Option<RecordingId>,
    /// `open` while lines of its transcript come in, `ready` when it is complete; null where nothing was written down.
    #[schema(value_type = Option<String>, example = "ready")]
    transcript: Option<TranscriptState>,
}

/// A call with its legs and its recording.
#[derive(Serialize, ToSchema)]
pub(super) struct CallDetail {
    #[serde(flatten)]
    call: Call,
    /// Its legs, once it is over.
    legs: Vec<Leg>,
    /// Its recording.
    recording: Option<Recording>,
    /// Name of its contact.
    contact_name: Option<String>,
    /// Id of the campaign that it is of.
    #[schema(value_type = Option<String>)]
    campaign: Option<CampaignId>,
    /// And its name.
    campaign_name: Option<String>,
    /// Its tags, in alphabetical order.
    tags: Vec<String>,
}

/// One SIP dialog of a call.
#[derive(Serialize, ToSchema)]
pub(super) struct Leg {
    /// Its id.
    #[schema(value_type = String)]
    id: LegId,
    /// `caller`, or `transfer` for somebody who was brought in.
    #[schema(value_type = String, example = "caller")]
    role: LegRole,
    /// Who is at its end.
    peer: Option<String>,
    /// Its SIP Call-ID, to find it in a carrier's logs.
    sip_call_id: String,
    /// When it began.
    started_at: Time,
    /// When it was answered.
    answered_at: Option<Time>,
    /// When it ended.
    ended_at: Option<Time>,
    /// The last SIP status.
    status: Option<u16>,
    /// How good the sound was, as received by us.
    quality: Option<Quality>,
    /// User-Agent or Server of the other end.
    user_agent: Option<String>,
}

/// How good the sound of a leg was, as received by us.
#[derive(Serialize, ToSchema)]
pub(super) struct Quality {
    /// Encoding name.
    #[schema(example = "PCMA")]
    codec: String,
    /// RTP packets received.
    received: u64,
    /// RTP packets that never came.
    lost: u64,
    /// RTP packets that came too late.
    late: u64,
    /// RTP packets that came twice.
    duplicates: u64,
    /// Interarrival jitter, ms.
    jitter_ms: f64,
    /// Round trip, ms.
    rtt_ms: Option<f64>,
    /// Estimated mean opinion score, 1 to 4.5.
    mos: Option<f64>,
}

/// A stereo recording: the caller on the left, our side on the right.
#[derive(Serialize, ToSchema)]
pub(super) struct Recording {
    /// Its id.
    #[schema(value_type = String)]
    id: RecordingId,
    /// `recording`, `held` (to be silenced in places), `ready`, `cut` (it can be fetched, and lacks what came while the
    /// disk was full) or `failed`.
    #[schema(value_type = String, example = "ready")]
    state: RecordingState,
    /// When it began.
    started_at: Time,
    /// Length, ms; 0 until it is ready.
    duration_ms: u64,
    /// Place of its first sample, in ms from the answer of the call: a line of the transcript is heard at its time less
    /// this; null where it is not known.
    offset_ms: Option<i64>,
    /// Size of the file; 0 until it is ready.
    bytes: u64,
    /// Where it can be fetched.
    #[schema(example = "/v1/calls/call_01k2x3y4z5a6b7c8d9e0f1g2h3/recording")]
    url: String,
}

/// A person whom the business knows.
#[derive(Serialize, ToSchema)]
pub(super) struct Contact {
    /// Its id.
    #[schema(value_type = String, example = "contact_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: ContactId,
    /// Phone number in E.164, where it is known.
    #[schema(example = "+4930901820")]
    number: Option<String>,
    /// What it is found by: the number, or the address of a caller who has none.
    address: String,
    /// Name.
    name: Option<String>,
    /// BCP 47 language.
    language: Option<String>,
    /// IANA name of the time zone, where it was said.
    time_zone: Option<String>,
    /// ISO 3166-1 country, where it was said.
    country: Option<String>,
    /// Part of the country: what follows the hyphen in ISO 3166-2.
    region: Option<String>,
    /// Tags, in alphabetical order.
    tags: Vec<String>,
    /// Further numbers, the one to try first first.
    numbers: Vec<NumberOfContact>,
    /// Further fields.
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    /// Notes of the members.
    notes: String,
    /// When it was made.
    created_at: Time,
    /// When it was last changed.
    updated_at: Time,
}

impl Contact {
    pub(super) fn id(&self) -> ContactId {
        self.id
    }
}

/// A further number of a contact.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NumberOfContact {
    /// The number in E.164, or an address.
    #[schema(example = "+491711234567")]
    number: String,
    /// What it is.
    #[serde(default)]
    #[schema(example = "mobile")]
    label: String,
}

impl NumberOfContact {
    /// As the books keep it.
    pub(super) fn read(self, state: &ApiState) -> Result<OtherNumber, Problem> {
        let address = state.store().address(&self.number);
        let number = address.as_str().map(str::to_owned);
        let number = number.ok_or_else(|| Problem::invalid("a further number is none: write +4930123456"))?;
        Ok(OtherNumber { number, label: self.label })
    }
}

impl From<OtherNumber> for NumberOfContact {
    fn from(other: OtherNumber) -> Self {
        Self { number: other.number, label: other.label }
    }
}

/// A message that a caller left.
#[derive(Serialize, ToSchema)]
pub(super) struct Voicemail {
    /// Its id.
    #[schema(value_type = String, example = "vm_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: VoicemailId,
    /// Name of a member or of a group.
    #[schema(example = "reception")]
    mailbox: String,
    /// Who left it.
    #[schema(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// The call in which it was left.
    #[schema(value_type = String)]
    call: CallId,
    /// Length, ms.
    duration_ms: u64,
    /// Size of the file.
    bytes: u64,
    /// When it was left.
    created_at: Time,
    /// When it was first heard; null: not yet.
    heard_at: Option<Time>,
    /// It is to be silenced in places before it can be fetched: wait for the event `voicemail.received`.
    held: bool,
    /// Where its sound can be fetched.
    url: String,
}

/// One thing that happened with a contact.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Happening {
    /// A call.
    Call {
        /// When.
        at: Time,
        /// The call.
        call: Box<Call>,
    },
    /// A message.
    Voicemail {
        /// When.
        at: Time,
        /// The message.
        voicemail: Box<Voicemail>,
    },
    /// What it agreed to, or did not.
    Consent {
        /// When it was written down.
        at: Time,
        /// The consent.
        consent: Box<Consent>,
    },
    /// What somebody wrote.
    Note {
        /// When.
        at: Time,
        /// The note.
        note: Note,
    },
}

/// What happened, once. Webhooks get the same, under the same id.
#[derive(Serialize, ToSchema)]
pub(crate) struct Event {
    /// Its id: the header `webhook-id` of its deliveries.
    #[schema(value_type = String, example = "evt_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: EventId,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "call.ended")]
    kind: String,
    /// When it happened.
    timestamp: Time,
    /// What is told: `call`, and `recording`, `voicemail` or `transcript` where it is of one.
    #[schema(value_type = Object)]
    data: Value,
}

impl From<CallRecord> for Call {
    fn from(call: CallRecord) -> Self {
        Self {
            id: call.id,
            direction: call.direction,
            from: call.from,
            to: call.to,
            number: call.number,
            trunk: call.trunk,
            member: call.member,
            contact: call.contact,
            flow: call.flow,
            flow_version: call.flow_version,
            agent: call.agent,
            agent_version: call.agent_version,
            language: call.language,
            state: call.state,
            started_at: Time(call.started_ms),
            answered_at: call.answered_ms.map(Time),
            ended_at: call.ended_ms.map(Time),
            duration_ms: call.answered_ms.zip(call.ended_ms).map(|(from, to)| (to - from).max(0)),
            cause: call.cause,
            hung_up_by: call.hung_up_by,
            origin: call.origin,
            answered_by: call.answered_by.map(|answered| answered.by),
            answered_how: call.answered_by,
            variables: call.variables,
            remembered: call.remembered,
            recording_id: call.recording,
            transcript: call.transcript,
        }
    }
}

impl CallDetail {
    pub(super) fn new(listing: CallListing, recording: Option<RecordingRecord>) -> Self {
        let CallListing { mut call, contact_name, campaign, tags, .. } = listing;
        let legs = std::mem::take(&mut call.legs).into_iter().map(Leg::from).collect();
        let (campaign, campaign_name) = campaign.unzip();
        let recording = recording.map(Recording::from);
        Self { call: call.into(), legs, recording, contact_name, campaign, campaign_name, tags }
    }
}

impl From<LegRecord> for Leg {
    fn from(leg: LegRecord) -> Self {
        Self {
            id: leg.id,
            role: leg.role,
            peer: leg.peer,
            sip_call_id: leg.sip_call_id,
            started_at: Time(leg.started_ms),
            answered_at: leg.answered_ms.map(Time),
            ended_at: leg.ended_ms.map(Time),
            status: leg.status,
            quality: leg.quality.map(Quality::from),
            user_agent: leg.user_agent,
        }
    }
}

impl From<LegQuality> for Quality {
    fn from(quality: LegQuality) -> Self {
        let LegQuality { codec, received, lost, late, duplicates, jitter_ms, rtt_ms, mos } = quality;
        Self { codec, received, lost, late, duplicates, jitter_ms, rtt_ms, mos }
    }
}

impl From<RecordingRecord> for Recording {
    fn from(recording: RecordingRecord) -> Self {
        Self {
            id: recording.id,
            // What it lacks is told when it can be fetched.
            state: if recording.state == RecordingState::HeldCut { RecordingState::Held } else { recording.state },
            started_at: Time(recording.started_ms),
            duration_ms: recording.duration_ms,
            offset_ms: recording.offset_ms,
            bytes: recording.bytes,
            url: format!("/v1/calls/{}/recording", recording.call),
        }
    }
}

impl From<ContactRecord> for Contact {
    fn from(contact: ContactRecord) -> Self {
        Self {
            id: contact.id,
            number: contact.number,
            address: contact.address,
            name: contact.name,
            language: contact.language,
            time_zone: contact.time_zone,
            country: contact.country,
            region: contact.region,
            tags: contact.tags,
            numbers: contact.numbers.into_iter().map(NumberOfContact::from).collect(),
            fields: contact.fields,
            notes: contact.notes,
            created_at: Time(contact.created_ms),
            updated_at: Time(contact.updated_ms),
        }
    }
}

impl From<VoicemailRecord> for Voicemail {
    fn from(voicemail: VoicemailRecord) -> Self {
        Self {
            id: voicemail.id,
            mailbox: voicemail.mailbox,
            contact: voicemail.contact,
            call: voicemail.call,
            duration_ms: voicemail.duration_ms,
            bytes: voicemail.bytes,
            created_at: Time(voicemail.created_ms),
            heard_at: voicemail.heard_ms.map(Time),
            held: voicemail.held,
            url: format!("/v1/voicemails/{}/audio", voicemail.id),
        }
    }
}

impl Call {
    /// Without what was found out in it, for somebody whose call it need not be.
    fn veil(&mut self) {
        self.variables.clear();
        self.remembered.clear();
        self.origin = CallOrigin::default();
        (self.answered_by, self.answered_how) = (None, None);
    }
}

impl Happening {
    /// As this one may see it: who may not see all calls is told that there was one.
    pub(super) fn seen_by(who: &Principal, entry: TimelineEntry) -> Self {
        let mut happening = Self::from(entry);
        if let Self::Call { call, .. } = &mut happening
            && (who.only_member().is_some() || !who.may(Scope::CallsRead))
        {
            call.veil();
        }
        happening
    }
}

impl From<TimelineEntry> for Happening {
    fn from(entry: TimelineEntry) -> Self {
        match entry {
            TimelineEntry::Call(call) => Self::Call { at: Time(call.started_ms), call: Box::new((*call).into()) },
            TimelineEntry::Voicemail(voicemail) => {
                Self::Voicemail { at: Time(voicemail.created_ms), voicemail: Box::new(voicemail.into()) }
            }
            TimelineEntry::Consent(consent) => {
                Self::Consent { at: Time(consent.created_ms), consent: Box::new(consent.into()) }
            }
            TimelineEntry::Note(note) => Self::Note { at: Time(note.at_ms), note: note.into() },
        }
    }
}

impl From<EventRecord> for Event {
    fn from(event: EventRecord) -> Self {
        let data = event.data.into_iter().map(|(key, value)| (key, with_times(value))).collect();
        Self { id: event.id, kind: event.kind, timestamp: Time(event.at_ms), data: Value::Object(data) }
    }
}

/// The books' times of a record as RFC 3339: the same names and forms as in the rest of the API.
fn with_times(record: Value) -> Value {
    const TIMES: [(&str, &str); 9] = [
        ("started_ms", "started_at"),
        ("answered_ms", "answered_at"),
        ("ended_ms", "ended_at"),
        ("created_ms", "created_at"),
        ("heard_ms", "heard_at"),
        ("starts_ms", "starts_at"),
        ("ends_ms", "ends_at"),
        ("due_ms", "due_at"),
        ("updated_ms", "updated_at"),
    ];
    let Value::Object(fields) = record else { return record };
    let field = |(key, value): (String, Value)| match TIMES.iter().find(|(name, _)| *name == key) {
        Some((_, name)) => {
            let time = value.as_i64().and_then(|ms| serde_json::to_value(Time(ms)).ok());
            ((*name).to_owned(), time.unwrap_or(Value::Null))
        }
        None => (key, value),
    };
    Value::Object(fields.into_iter().map(field).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_written_as_rfc_3339_also_in_events() {
        let event = EventRecord {
            id: EventId::from_parts(1, 2),
            kind: "call.ended".to_owned(),
            call: None,
            at_ms: 1_750_000_000_125,
            data: json!({"call": {"started_ms": 0, "answered_ms": null, "variables": {"started_ms": 5}}})
                .as_object()
                .unwrap()
                .clone(),
        };
        let written = serde_json::to_value(Event::from(event)).unwrap();
        assert_eq!(written["timestamp"], "2025-06-15T15:06:40.125Z");
        let call = &written["data"]["call"];
        assert_eq!(call["started_at"], "1970-01-01T00:00:00Z");
        assert_eq!(call["answered_at"], Value::Null);
        assert_eq!(call["variables"], json!({"started_ms": 5}), "what is others' stays as it is");
    }
}
