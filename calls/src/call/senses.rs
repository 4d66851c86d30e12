//! What a call's own helpers tell it: its ears and its thoughts. What comes in after its end still finds the books.

use call_model::{Hearing, Speaker, ThinkEvent, ThinkId, TranscriptLine};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::opting_out::LateNo;
use super::scribe::Scribe;
use super::tools::ToolEnd;

/// Senses that may wait for the call's task; its helpers wait when there are more.
pub(super) const SENSES: usize = 64;

/// Something that a helper tells.
pub(super) enum Sense {
    /// A step in hearing somebody.
    Heard(Speaker, Hearing),
    /// Somebody has said something.
    Said(Box<TranscriptLine>),
    /// A piece of an answer, to the thought of that serial number.
    Thought(ThinkId, u32, Box<ThinkEvent>),
    /// A tool is done.
    Tool(Box<ToolEnd>),
}

/// What is left of a call that is over: lines that are not final yet, tools that are not done.
pub(super) struct Tail {
    pub senses: mpsc::Receiver<Sense>,
    pub scribe: Scribe,
    /// Who was called may still be understood to have said no.
    pub late_no: Option<LateNo>,
    /// Tools under way.
    pub tools: usize,
    /// How long to wait for them.
    pub patience: std::time::Duration,
}

impl Tail {
    /// Files the last lines. Ends when every ear has said its last, or its time is over.
    pub(super) async fn file(mut self) {
        let deadline = Instant::now() + self.patience;
        while self.scribe.is_on() || self.late_no.is_some() || self.tools > 0 {
            match timeout_at(deadline, self.senses.recv()).await {
                Ok(Some(Sense::Said(line))) => {
                    self.scribe.line(&line);
                    if line.speaker == Speaker::Caller
                        && let Some(late_no) = self.late_no.take_if(|it| it.is_said(&line.text))
                    {
                        late_no.file(&line.text).await;
                    }
                }
                Ok(Some(Sense::Tool(end))) => {
                    self.tools = self.tools.saturating_sub(1);
                    self.scribe.tool(end.report);
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => {
                    metrics::counter!("callwright_late_lines_given_up_total").increment(1);
                    break;
                }
            }
        }
        self.scribe.finish().await;
    }
}
