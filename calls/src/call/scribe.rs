//! What was said, on its way into the books and to whoever watches. The call never waits for it.

use std::sync::Arc;

use call_model::{CallId, ToolReport, TranscriptLine, TurnReport};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use crate::house::{House, now_ms};
use crate::live::{LiveKind, LiveState};

enum Entry {
    Line(TranscriptLine),
    Turn(TurnReport),
    Tool(ToolReport),
}

/// The way into the books, and the task behind it.
struct Desk {
    entries: mpsc::Sender<Entry>,
    writing: JoinHandle<()>,
}

/// Writes one call's transcript down.
pub(super) struct Scribe {
    call: CallId,
    house: Arc<House>,
    /// The call is transcribed.
    on: bool,
    /// Spans of the call of which nothing may be written down, in ms; the last may be open.
    quiet: Vec<(u64, Option<u64>)>,
    desk: Option<Desk>,
}

impl Scribe {
    /// `quiet`: nothing may be written down until [`speak`](Self::speak).
    pub(super) fn new(call: CallId, house: Arc<House>, on: bool, quiet: bool) -> Self {
        Self { call, house, on, quiet: if quiet { vec![(0, None)] } else { Vec::new() }, desk: None }
    }

    /// Whether what is said now is written down.
    pub(super) fn writes(&self) -> bool {
        self.on && self.quiet.last().is_none_or(|(_, to)| to.is_some())
    }

    /// Whether anything was or may yet be written down.
    pub(super) const fn is_on(&self) -> bool {
        self.on
    }

    /// From now on nothing may be written down.
    pub(super) fn hush(&mut self, at_ms: u64) {
        if self.writes() {
            self.quiet.push((at_ms, None));
        }
    }

    /// From now on it may.
    pub(super) fn speak(&mut self, at_ms: u64) {
        if let Some((_, to @ None)) = self.quiet.last_mut() {
            *to = Some(at_ms);
        }
    }

    fn may_keep(&self, line: &TranscriptLine) -> bool {
        let overlaps = |(from, to): &(u64, Option<u64>)| line.to_ms > *from && to.is_none_or(|to| line.from_ms < to);
        self.on && !line.text.is_empty() && !self.quiet.iter().any(overlaps)
    }

    /// A line is final.
    pub(super) fn line(&mut self, line: &TranscriptLine) {
        if self.may_keep(line) {
            self.house.live.tell(self.call, || LiveKind::Line(line.clone()));
            self.put(Entry::Line(line.clone()));
        }
    }

    /// An agent's turn is over.
    pub(super) fn turn(&mut self, report: TurnReport) {
        super::measure::turn(&report);
        self.house.live.tell(self.call, || LiveKind::TurnReport(report.clone()));
        self.put(Entry::Turn(report));
    }

    /// A tool was used. Where nothing may be written down it is said that it was, not with what.
    pub(super) fn tool(&mut self, mut report: ToolReport) {
        if !self.writes() {
            report.arguments = Value::Null;
            report.result = report.result.map(|_| Value::Null);
        }
        self.house.live.tell(self.call, || LiveKind::ToolUsed(report.clone()));
        self.put(Entry::Tool(report));
    }

    fn put(&mut self, entry: Entry) {
        let (call, house) = (self.call, &self.house);
        let desk = self.desk.get_or_insert_with(|| {
            let (entries, coming) = mpsc::channel(house.settings.transcript_backlog.max(1));
            let writing = tokio::spawn(write(call, house.clone(), coming).in_current_span());
            Desk { entries, writing }
        });
        if desk.entries.try_send(entry).is_err() {
            metrics::counter!("callwright_transcript_entries_lost_total").increment(1);
            tracing::error!(%call, "the books do not keep up: a line of the transcript is lost");
        }
    }

    /// Nothing more was said: once the last line is in the books they are told so.
    pub(super) async fn finish(self) {
        if let Some(Desk { entries, writing }) = self.desk {
            drop(entries);
            let _ = writing.await;
            if let Err(error) = self.house.parts.store.transcript_ready(self.call, now_ms()).await {
                tracing::error!(call = %self.call, %error, "the end of a transcript is missing in the books");
            }
        }
        self.house.live.tell(self.call, || LiveKind::State(LiveState::Filed));
    }
}

async fn write(call: CallId, house: Arc<House>, mut coming: mpsc::Receiver<Entry>) {
    let store = &house.parts.store;
    while let Some(entry) = coming.recv().await {
        let written = match entry {
            Entry::Line(line) => store.append_line(line).await.map(drop),
            Entry::Turn(report) => store.append_turn(call, report).await,
            Entry::Tool(report) => store.append_tool_use(call, report).await,
        };
        if let Err(error) = written {
            metrics::counter!("callwright_transcript_entries_lost_total").increment(1);
            tracing::error!(%call, %error, "a line of the transcript is missing in the books");
        }
    }
}
