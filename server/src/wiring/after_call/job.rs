//! One job: the steps in their order, each of which may be done again.

use std::time::Duration;

use after_call::rules::{self, Background};
use after_call::{EndedCall, FollowUp, FollowUpKind, Insights};
use call_model::{CallId, Speaker};
use jiff::Timestamp;
use jiff::civil::Time;
use recordings::{FolderError, RecordingPath, Span};
use serde_json::{Map, Value, json};
use store::{
    CallRecord, JobRecord, LegRole, NewFollowUp, NewInsights, NewTicket, PageRequest, RecordingState, Silence,
    StoreError, TicketPriority, VoicemailFilter, VoicemailRecord,
};

use super::AfterCall;
use crate::api::now_ms;

/// Fewer words of a caller than this tell a model nothing.
const FEWEST_WORDS: usize = 3;

/// The most messages of a call that are gone through.
const MESSAGES: u32 = 200;

/// When a follow-up is due on a day without a time.
const MORNING: Time = Time::constant(9, 0, 0, 0);

/// Why a try failed. The texts hold nothing of the conversation.
#[derive(Debug, thiserror::Error)]
pub(super) enum JobError {
    #[error("the books failed")]
    Store(#[from] StoreError),
    #[error("the recording cannot be silenced")]
    Sound(#[from] FolderError),
    #[error("the recording is still being written")]
    StillRecording,
    #[error("the sound has no place on the call's time: what is to be silent cannot be found")]
    NoPlace,
    #[error("it took longer than {} s", limit.as_secs())]
    TooSlow { limit: Duration },
    #[error("it failed within the program: please report it")]
    Panicked,
}

/// Whether a caller said enough to ask a model about it.
pub(super) fn says_something(call: &EndedCall) -> bool {
    let caller = call.lines.iter().filter(|line| line.speaker == Speaker::Caller);
    caller.map(|line| line.text.split_whitespace().count()).sum::<usize>() >= FEWEST_WORDS
}

impl AfterCall {
    /// Does everything that is left to do.
    pub(super) async fn work(&self, job: &JobRecord) -> Result<(), JobError> {
        let silences = self.store.redact(job.call, now_ms()).await?;
        self.silence(job.call, &silences).await?;
        let Some(record) = self.store.call(job.call).await?.filter(|_| self.section.enabled) else {
            return Ok(self.store.finish_job(job.call, now_ms()).await?);
        };
        let call = self.ended(&record).await?;
        let terms = rules::terms(&call);
        let background = if terms.is_empty() {
            Background::default()
        } else {
            let counts = self.store.term_counts(&terms).await?;
            Background { lines: counts.lines, terms: counts.terms }
        };
        let base = rules::insights(&call, &background, &self.rules);
        let insights = self.by_model(record.id, &call, base).await?;
        self.note(&record, &insights).await?;
        Ok(self.store.file_insights(self.filed(&record, insights), now_ms()).await?)
    }

    /// Silences the recordings and messages of a call, and lets them be fetched.
    async fn silence(&self, call: CallId, silences: &[Silence]) -> Result<(), JobError> {
        // What was held under other settings is let go all the same.
        let sound = self.store.scrubber().get().is_some_and(store::Scrub::sound);
        for recording in self.store.call_recordings(call).await? {
            match recording.state {
                RecordingState::Recording if sound => return Err(JobError::StillRecording),
                RecordingState::Failed | RecordingState::Recording => continue,
                RecordingState::Held | RecordingState::HeldCut | RecordingState::Ready | RecordingState::Cut => {}
            }
            if sound && !silences.is_empty() {
                self.silence_file(&recording.path, recording.offset_ms, silences).await?;
            }
            self.store.release_recording(recording.id, now_ms()).await?;
        }
        for voicemail in self.messages(call).await? {
            if sound {
                // Nothing but the caller is heard in it.
                let own: Vec<Silence> =
                    silences.iter().filter(|silence| silence.speaker == Speaker::Caller).copied().collect();
                self.silence_message(&voicemail, &own).await?;
            }
            self.store.release_voicemail(voicemail.id, now_ms()).await?;
        }
        if !silences.is_empty() {
            self.store.silenced(call).await?;
        }
        Ok(())
    }

    /// Silences a message, unless the caller said nothing in it that must not be heard. One that was thrown away by now
    /// has no file.
    async fn silence_message(&self, voicemail: &VoicemailRecord, silences: &[Silence]) -> Result<(), JobError> {
        if silences.is_empty() {
            return Ok(());
        }
        let silenced = self.silence_file(&voicemail.path, voicemail.offset_ms, silences).await;
        let no_file = matches!(silenced, Err(JobError::Sound(FolderError::NotFound)));
        if no_file && self.store.voicemail(voicemail.id).await?.is_none() {
            return Ok(());
        }
        silenced
    }

    /// Silences a file whose first sample is at `offset` ms from the answer.
    async fn silence_file(&self, path: &str, offset: Option<i64>, silences: &[Silence]) -> Result<(), JobError> {
        let offset = offset.ok_or(JobError::NoPlace)?;
        let path = RecordingPath::parse(path).ok_or(FolderError::NotFound)?;
        let spans: Vec<Span> = silences.iter().filter_map(|silence| span(*silence, offset)).collect();
        let folder = self.recordings.clone();
        let silenced = tokio::task::spawn_blocking(move || folder.silence(&path, &spans)).await;
        Ok(silenced.map_err(|_| JobError::Panicked)??)
    }

    /// The messages that were left in a call: a caller leaves fewer than a page of them.
    async fn messages(&self, call: CallId) -> Result<Vec<VoicemailRecord>, StoreError> {
        let filter = VoicemailFilter { call: Some(call), ..VoicemailFilter::default() };
        Ok(self.store.voicemails(&filter, &PageRequest::first(MESSAGES)).await?.data)
    }

    async fn ended(&self, record: &CallRecord) -> Result<EndedCall, StoreError> {
        let contact = match record.contact {
            Some(id) => self.store.contact(id).await?,
            None => None,
        };
        let voicemails = self.messages(record.id).await?;
        let lines = self.store.transcript(record.id).await?.lines;
        let zone = self.business.time_zone.clone();
        let began = Timestamp::from_millisecond(record.started_ms).unwrap_or_default();
        let transferred = |leg: &store::LegRecord| leg.role == LegRole::Transfer && leg.answered_ms.is_some();
        Ok(EndedCall {
            direction: record.direction,
            language: record.language.clone(),
            end: record.cause.zip(record.hung_up_by),
            talked_ms: record.answered_ms.zip(record.ended_ms).map(|(from, to)| (to - from).max(0) as u64),
            day: began.to_zoned(zone).date(),
            name: contact.and_then(|contact| contact.name),
            lines: lines.into_iter().map(|record| record.line).collect(),
            tools: self.store.tool_uses(record.id).await?,
            remembered: record.remembered.clone(),
            transferred: record.legs.iter().any(transferred),
            voicemails: voicemails.len(),
            flow: record.flow.clone(),
        })
    }

    /// Leaves what a person has to do, each once for a call.
    async fn note(&self, record: &CallRecord, insights: &Insights) -> Result<(), StoreError> {
        let name = insights.fields.get("name").and_then(Value::as_str).map(str::to_owned);
        let phone = insights.fields.get("phone").and_then(Value::as_str).map(str::to_owned);
        let follow_ups = insights.follow_ups.iter().filter(|_| self.section.follow_ups);
        for (at, follow_up) in follow_ups.enumerate() {
            let new = NewFollowUp {
                kind: match follow_up.kind {
                    FollowUpKind::Callback => store::FollowUpKind::Callback,
                    FollowUpKind::Task => store::FollowUpKind::Task,
                },
                mailbox: self.section.mailbox.clone(),
                contact: record.contact,
                call: Some(record.id),
                name: name.clone(),
                phone: phone.clone(),
                text: follow_up.text.clone(),
                due_ms: self.due(record, follow_up),
                once: Some(format!("after_call/{}/{at}", record.id)),
            };
            self.store.add_follow_up(new, now_ms()).await?;
        }
        if let Some(ticket) = &insights.ticket {
            let new = NewTicket {
                subject: ticket.subject.clone(),
                text: ticket.text.clone(),
                category: None,
                priority: if ticket.urgent { TicketPriority::High } else { TicketPriority::Normal },
                contact: record.contact,
                call: Some(record.id),
                name,
                phone,
                once: Some(format!("after_call/{}/ticket", record.id)),
            };
            self.store.add_ticket(new, now_ms()).await?;
        }
        Ok(())
    }

    /// When a follow-up is due, ms since the Unix epoch: at a time without a day the next time that it is so late.
    fn due(&self, record: &CallRecord, follow_up: &FollowUp) -> Option<i64> {
        let zone = self.business.time_zone.clone();
        let began = Timestamp::from_millisecond(record.started_ms).ok()?.to_zoned(zone.clone());
        let at = match (follow_up.date, follow_up.time) {
            (Some(date), time) => date.to_datetime(time.unwrap_or(MORNING)),
            (None, Some(time)) if time > began.time() => began.date().to_datetime(time),
            (None, Some(time)) => began.date().tomorrow().ok()?.to_datetime(time),
            (None, None) => return None,
        };
        Some(at.to_zoned(zone).ok()?.timestamp().as_millisecond())
    }

    fn filed(&self, record: &CallRecord, insights: Insights) -> NewInsights {
        let mut contact = Map::new();
        for (field, place) in &self.section.contact {
            if let Some(value) = insights.fields.get(field) {
                contact.insert(place.clone(), value.clone());
            }
        }
        if let (Some(lead), Some(place)) = (&insights.lead, self.section.contact.get("score")) {
            contact.insert(place.clone(), lead.score.into());
        }
        let data = json!({
            "sentiment_curve": insights.sentiment.curve,
            "fields": insights.fields,
            "lead": insights.lead,
            "follow_ups": insights.follow_ups,
        });
        let mut data = match data {
            Value::Object(data) => data,
            _ => Map::new(),
        };
        // Places on the time of the call are no texts.
        for (_, value) in data.iter_mut().filter(|(name, _)| *name != "sentiment_curve") {
            self.store.scrubber().clean_value(value);
        }
        NewInsights {
            call: record.id,
            outcome: insights.outcome.as_str().to_owned(),
            sentiment: insights.sentiment.overall,
            score: insights.lead.map(|lead| lead.score),
            summary: self.store.scrubber().clean(insights.summary),
            topics: insights.topics.into_iter().map(|topic| self.store.scrubber().clean(topic)).collect(),
            data,
            made_by: insights.made_by,
            tokens: insights.tokens,
            contact,
        }
    }
}

/// A silence on the time of a recording whose first sample is at `offset` ms from the answer.
fn span(silence: Silence, offset: i64) -> Option<Span> {
    let place = |ms: u64| u64::try_from(i64::try_from(ms).unwrap_or(i64::MAX).saturating_sub(offset)).unwrap_or(0);
    let channel = match silence.speaker {
        Speaker::Caller => 0,
        Speaker::Us => 1,
    };
    let span = Span { channel: Some(channel), from_ms: place(silence.from_ms), to_ms: place(silence.to_ms) };
    (span.from_ms < span.to_ms).then_some(span)
}
