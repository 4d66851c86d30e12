//! What a person hears of the caller first: by a model where one answers in time, by rules otherwise.

use std::time::Duration;

use call_model::{Announcement, CallCommand, ChatMessage, ThinkEvent, ThinkId, ThinkRequest, TransferSettings};
use serde_json::Value;

use super::super::AgentApp;
use super::super::instructions::name;
use super::super::speakable::{clean, escape};
use super::{Story, texts};

/// How long a model may take: meanwhile the caller hears that he is being put through, and then waits.
const LIMIT: Duration = Duration::from_secs(4);
/// The longest summary, in the model's tokens and in characters.
const MAX_TOKENS: u32 = 120;
const MAX_CHARACTERS: usize = 500;
/// The longest quotation of the caller, in characters.
const MAX_QUOTE: usize = 160;
/// How long to wait for a key, ms.
const WAIT_MS: u64 = 8_000;
/// The brain that needs no model: it cannot sum up.
const BUILT_IN: &str = "builtin";

/// A summary that is being made.
pub(in crate::agent) struct Summing {
    think: ThinkId,
    text: String,
    pub until: Duration,
}

impl AgentApp {
    /// Whether the caller waits for a summary.
    pub(in crate::agent) fn sums_up(&self) -> bool {
        self.handing.summing.is_some()
    }

    /// Asks a model to sum the talk up, where the person is told of it and nobody has done so yet.
    pub(super) fn sum_up(&mut self) {
        let wanted = self.handing.story.as_ref().filter(|story| story.warm && story.summary.is_none());
        let Some(language) = wanted.map(|story| story.language.clone()) else { return };
        if self.program.agent.brain.as_deref() == Some(BUILT_IN) {
            return;
        }
        let think = self.next_think_id();
        let task = format!(
            "You are handing this caller over to a colleague on the telephone. Say in one or two short sentences in {} \
             who calls, what they want and what was settled so far. Write only these sentences, without a greeting.",
            name(&language)
        );
        let mut messages = self.talk.messages(None);
        messages.push(ChatMessage::Note { text: task.clone() });
        let request = ThinkRequest {
            call: self.facts.call,
            agent: self.program.agent.name.clone(),
            language,
            instructions: task,
            messages,
            tools: Vec::new(),
            memory: Value::Null,
            // Nothing with an effect may come of it.
            speculative: true,
            max_tokens: MAX_TOKENS,
        };
        self.handing.summing = Some(Summing { think, text: String::new(), until: self.at() + LIMIT });
        self.command(CallCommand::Think { think, request: Box::new(request) });
    }

    /// A piece of a summary. Whether it was one.
    pub(in crate::agent) fn summary_event(&mut self, think: ThinkId, event: &ThinkEvent) -> bool {
        let Some(summing) = self.handing.summing.as_mut().filter(|summing| summing.think == think) else {
            return false;
        };
        match event {
            ThinkEvent::Text { text } if summing.text.len() < 4 * MAX_CHARACTERS => summing.text.push_str(text),
            ThinkEvent::Finished { brain, usage, .. } => {
                self.usage.input_tokens += usage.input_tokens;
                self.usage.output_tokens += usage.output_tokens;
                let made = Some(summing.text.as_str()).filter(|_| brain != BUILT_IN).map(brief);
                if let (Some(story), Some(made)) = (&mut self.handing.story, made.filter(|text| !text.is_empty())) {
                    story.summary = Some(made);
                }
                self.handing.summing = None;
            }
            ThinkEvent::Failed { .. } => self.handing.summing = None,
            _ => {}
        }
        true
    }

    /// It is not waited for any more.
    pub(in crate::agent) fn give_summary_up(&mut self) {
        if let Some(summing) = self.handing.summing.take() {
            self.command(CallCommand::StopThinking { think: summing.think });
        }
    }

    /// The same transfer, with what is said to whoever answers.
    pub(in crate::agent) fn announced(&mut self, mut settings: TransferSettings) -> TransferSettings {
        self.give_summary_up();
        let Some(story) = self.handing.story.as_ref().filter(|story| story.warm) else { return settings };
        let language = story.language.clone();
        let told = self.told_of(story, &language);
        let who = self.story_of(story).who(&language);
        let text = [who, told, texts::keys(&language).to_owned()].join(" ");
        let voice = self.program.agent.voices.get(&language).cloned();
        settings.announcement =
            Some(Announcement { text: escape(&text), language, voice, accept: '1', decline: '2', wait_ms: WAIT_MS });
        settings
    }

    /// What is to be known of the matter, in this language where no model has put it into words.
    pub(super) fn told_of(&self, story: &Story, language: &str) -> String {
        story.summary.clone().unwrap_or_else(|| self.story_of(story).told(language))
    }

    fn story_of<'a>(&'a self, story: &'a Story) -> texts::Story<'a> {
        let name = self.facts.contact.get("name").and_then(Value::as_str).filter(|name| !name.trim().is_empty());
        texts::Story {
            reason: &story.reason,
            name,
            number: self.facts.caller.as_deref(),
            speaks: &self.language,
            words: self.talk.weightiest().map(|text| clip(text, MAX_QUOTE)),
        }
    }
}

fn brief(text: &str) -> String {
    clip(&clean(text), MAX_CHARACTERS).trim().to_owned()
}

/// Its beginning, cut between words.
fn clip(text: &str, most: usize) -> &str {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(most) else { return text };
    let whole = &text[..end];
    whole.rfind(' ').map_or(whole, |space| whole[..space].trim_end_matches([',', ';', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_words() {
        assert_eq!(clip(" My bill is wrong. ", 100), "My bill is wrong.");
        assert_eq!(clip("Größe, Straße und so weiter", 15), "Größe, Straße");
        assert_eq!(clip("Größe, Straße", 8), "Größe");
        assert_eq!(clip("ununterbrochen", 4), "unun");
    }
}
