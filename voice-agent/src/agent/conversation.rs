//! The conversation as both sides know it: what the caller said, and what he heard of us.

use call_model::{ChatMessage, ToolCall};

/// The most entries that are kept; the oldest go first.
const MAX_ENTRIES: usize = 400;

/// Names an entry for as long as the call lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EntryId(u64);

struct Entry {
    id: EntryId,
    message: ChatMessage,
}

/// What was said so far.
#[derive(Default)]
pub(super) struct Conversation {
    entries: Vec<Entry>,
    last: u64,
}

impl Conversation {
    fn push(&mut self, message: ChatMessage) -> EntryId {
        self.last += 1;
        let id = EntryId(self.last);
        if self.entries.len() == MAX_ENTRIES {
            self.entries.remove(0);
        }
        self.entries.push(Entry { id, message });
        id
    }

    /// The caller said this.
    pub fn caller(&mut self, text: &str) {
        self.push(ChatMessage::Caller { text: text.to_owned() });
    }

    /// Something else happened.
    pub fn note(&mut self, text: String) {
        self.push(ChatMessage::Note { text });
    }

    /// The last note is forgotten.
    pub fn forget_note(&mut self) {
        self.drop_empty_end();
        if let Some(ChatMessage::Note { .. }) = self.entries.last().map(|entry| &entry.message) {
            self.entries.pop();
        }
    }

    /// What the caller said and what tools gave back: where numbers in an answer may come from.
    pub fn heard_of(&self) -> impl Iterator<Item = String> {
        self.entries.iter().filter_map(|entry| match &entry.message {
            ChatMessage::Caller { text } | ChatMessage::Tool { result: text, .. } => Some(text.clone()),
            ChatMessage::Agent { .. } | ChatMessage::Note { .. } => None,
        })
    }

    /// A tool gave this back.
    pub fn result(&mut self, id: String, result: String) {
        self.push(ChatMessage::Tool { id, result });
    }

    /// We begin to say something: it is in the conversation as far as it is heard.
    pub fn begin(&mut self) -> EntryId {
        self.push(ChatMessage::Agent { text: String::new(), calls: Vec::new() })
    }

    /// The caller heard more of that.
    pub fn heard(&mut self, id: EntryId, more: &str) {
        if let Some((text, _)) = self.agent(id) {
            if !text.is_empty() && !more.is_empty() {
                text.push(' ');
            }
            text.push_str(more);
        }
    }

    /// Tools were called with it.
    pub fn called(&mut self, id: EntryId, made: Vec<ToolCall>) {
        if let Some((_, calls)) = self.agent(id) {
            *calls = made;
        }
    }

    fn agent(&mut self, id: EntryId) -> Option<(&mut String, &mut Vec<ToolCall>)> {
        match &mut self.entries.iter_mut().rev().find(|entry| entry.id == id)?.message {
            ChatMessage::Agent { text, calls } => Some((text, calls)),
            _ => None,
        }
    }

    /// Takes the caller's last words back, if nothing came of them.
    pub fn take_back(&mut self) {
        self.drop_empty_end();
        if let Some(ChatMessage::Caller { .. }) = self.entries.last().map(|entry| &entry.message) {
            self.entries.pop();
        }
    }

    /// Puts other words in the place of the caller's last ones.
    pub fn correct(&mut self, text: &str) {
        let last = self.entries.iter_mut().rev().find_map(|entry| match &mut entry.message {
            ChatMessage::Caller { text } => Some(text),
            _ => None,
        });
        if let Some(last) = last {
            text.clone_into(last);
        }
    }

    /// What the caller said last that says most: the longest of the last few things, if it is more than a word or two.
    pub fn weightiest(&self) -> Option<&str> {
        const LAST: usize = 6;
        const LEAST: usize = 3;
        let said = self.entries.iter().rev().filter_map(|entry| match &entry.message {
            ChatMessage::Caller { text } => Some(text.as_str()),
            _ => None,
        });
        let weighty = said.take(LAST).filter(|text| text.split_whitespace().count() >= LEAST);
        weighty.max_by_key(|text| text.len())
    }

    fn drop_empty_end(&mut self) {
        while self.entries.last().is_some_and(|entry| is_empty(&entry.message)) {
            self.entries.pop();
        }
    }

    /// The conversation for a brain, with `next` as the caller's last words. What nobody heard is not in it; two
    /// messages of the same side in a row are one.
    pub fn messages(&self, next: Option<&str>) -> Vec<ChatMessage> {
        let next = next.map(|text| ChatMessage::Caller { text: text.to_owned() });
        let all = self.entries.iter().map(|entry| &entry.message).filter(|message| !is_empty(message)).chain(&next);
        let mut messages: Vec<ChatMessage> = Vec::with_capacity(self.entries.len() + 1);
        for message in all {
            match (messages.last_mut(), message) {
                (Some(ChatMessage::Caller { text: before }), ChatMessage::Caller { text }) => {
                    before.push(' ');
                    before.push_str(text);
                }
                (Some(ChatMessage::Agent { text: before, calls: made }), ChatMessage::Agent { text, calls })
                    if made.is_empty() && calls.is_empty() =>
                {
                    before.push(' ');
                    before.push_str(text);
                }
                _ => messages.push(message.clone()),
            }
        }
        messages
    }
}

fn is_empty(message: &ChatMessage) -> bool {
    matches!(message, ChatMessage::Agent { text, calls } if text.is_empty() && calls.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_heard_is_not_there_and_what_came_late_is_in_its_place() {
        let mut talk = Conversation::default();
        talk.caller("When are you open?");
        let answer = talk.begin();
        talk.caller("Stop.");
        talk.heard(answer, "We are");
        let unheard = talk.begin();
        assert_eq!(
            talk.messages(Some("On Monday?")),
            [
                ChatMessage::Caller { text: "When are you open?".into() },
                ChatMessage::Agent { text: "We are".into(), calls: vec![] },
                ChatMessage::Caller { text: "Stop. On Monday?".into() },
            ]
        );
        talk.take_back();
        talk.heard(unheard, "lost");
        assert_eq!(talk.messages(None).len(), 2);
    }
}
