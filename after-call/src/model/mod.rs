//! What a language model makes of a call: one request with a schema, its answer checked field by field, one chance to
//! put it right. Whatever goes wrong, what the rules made stands.

mod prompt;
mod report;

use std::sync::Arc;
use std::time::Duration;

use call_model::{CallId, ChatMessage, ThinkEvent, ThinkRequest};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use voice_agent::brain::Brain;

use crate::rules::RuleSettings;
use crate::{EndedCall, Insights};
use report::Report;

/// The longest answer that is read, in characters.
const LONGEST: usize = 32_000;

/// What a model may take and cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelLimits {
    /// The most characters of a transcript that it is shown; from the middle of a longer one the rest is left out.
    /// Default: 24,000, about 6,000 tokens.
    pub transcript: usize,
    /// The longest answer, in the model's tokens. Default: 900.
    pub answer_tokens: u32,
    /// How long it may take in all, the second chance included. Default: 60 s.
    pub time: Duration,
}

impl Default for ModelLimits {
    fn default() -> Self {
        Self { transcript: 24_000, answer_tokens: 900, time: Duration::from_mins(1) }
    }
}

/// Something that the business wants to know of each call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Name of the field.
    pub name: String,
    /// What it is, for the model.
    pub about: String,
}

/// Why a model's word does not count. Holds nothing of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelFault {
    /// It gave no answer.
    #[error("no brain answered: {reason}")]
    Failed {
        /// Why.
        reason: String,
    },
    /// It took too long.
    #[error("it took longer than {} s", limit.as_secs())]
    TooSlow {
        /// The limit.
        limit: Duration,
    },
    /// Its answer cannot be used, the second time too.
    #[error("its report cannot be used: {what}")]
    Unusable {
        /// What is wrong with it.
        what: &'static str,
    },
}

/// Asks a brain about ended calls.
#[derive(Clone)]
pub struct Analyst {
    brain: Arc<dyn Brain>,
    limits: ModelLimits,
    wanted: Vec<Wanted>,
}

/// An answer, whole.
struct Answer {
    brain: String,
    text: String,
    tokens: u64,
}

impl Analyst {
    /// Asks this brain, which must be a language model, or several in their order.
    pub fn new(brain: Arc<dyn Brain>, limits: ModelLimits, wanted: Vec<Wanted>) -> Self {
        Self { brain, limits, wanted }
    }

    /// What the model makes of a call, on the ground of what the rules made of it (`base`): what was done in the call
    /// stands, whatever the model says. With a fault it is `base` itself; the tokens are counted in any case.
    pub async fn insights(
        &self,
        id: CallId,
        call: &EndedCall,
        mut base: Insights,
        settings: &RuleSettings,
    ) -> (Insights, Option<ModelFault>) {
        let deadline = Instant::now() + self.limits.time;
        let mut messages = vec![ChatMessage::Caller { text: prompt::question(call, &base, self.limits.transcript) }];
        for last in [false, true] {
            let answer = match self.ask(id, call, messages.clone(), settings, deadline).await {
                Ok(answer) => answer,
                Err(fault) => return (base, Some(fault)),
            };
            base.tokens += answer.tokens;
            match Report::read(&answer.text, settings, &self.wanted) {
                Ok(report) => return (report.on(base, settings, answer.brain), None),
                Err(what) if last => return (base, Some(ModelFault::Unusable { what })),
                Err(what) => {
                    messages.push(ChatMessage::Agent { text: answer.text, calls: Vec::new() });
                    messages.push(ChatMessage::Caller { text: prompt::again(what) });
                }
            }
        }
        (base, None)
    }

    async fn ask(
        &self,
        id: CallId,
        call: &EndedCall,
        messages: Vec<ChatMessage>,
        settings: &RuleSettings,
        deadline: Instant,
    ) -> Result<Answer, ModelFault> {
        let mut answers = self.brain.think(ThinkRequest {
            call: id,
            agent: String::new(),
            language: call.language.clone(),
            instructions: prompt::instructions(&call.language),
            messages,
            tools: vec![prompt::tool(settings, &self.wanted)],
            memory: Value::Null,
            speculative: false,
            max_tokens: self.limits.answer_tokens,
        });
        let mut text = String::new();
        loop {
            let event = timeout_at(deadline, answers.recv()).await;
            match event.map_err(|_| ModelFault::TooSlow { limit: self.limits.time })? {
                Some(ThinkEvent::Text { text: more }) if text.len() + more.len() <= LONGEST => text.push_str(&more),
                Some(ThinkEvent::Text { .. }) => return Err(ModelFault::Unusable { what: "it does not end" }),
                Some(ThinkEvent::ToolCall(call)) => text = call.arguments.to_string(),
                Some(ThinkEvent::Finished { brain, usage, .. }) => {
                    let tokens = usage.input_tokens.saturating_add(usage.output_tokens);
                    return Ok(Answer { brain, text, tokens });
                }
                Some(ThinkEvent::Failed { reason }) => return Err(ModelFault::Failed { reason }),
                Some(ThinkEvent::Consulted { .. }) => {}
                None => return Err(ModelFault::Failed { reason: "it broke off".to_owned() }),
            }
        }
    }
}
