//! Nobody takes the call: a message, a ticket or a call back in its place.

use std::collections::BTreeMap;

use call_model::{CallCommand, ToolCall, ToolFailure, ToolReport, ToolRequest, ToolUseId};
use serde_json::{Value, json};
use std::time::Duration;

use super::super::thought::ms;
use super::super::tool_use::once;
use super::super::{AgentApp, Offer, Phrase};
use crate::config::Instead;

/// Errands have names of their own, apart from those of the tools that a brain calls.
const FIRST_ERRAND: u32 = 1 << 30;
/// The longest text that goes with one, in characters.
const MAX_TEXT: usize = 1_000;

/// The house was asked to note something for the caller.
pub(super) struct Errand {
    tool: ToolUseId,
    kind: Kind,
    arguments: Value,
    began: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ticket,
    Callback,
}

impl Kind {
    /// The tool of the house, and the key of what is kept on the call where there is none.
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Ticket => ("create_ticket", "ticket"),
            Self::Callback => ("request_callback", "callback"),
        }
    }

    const fn done(self) -> Phrase {
        match self {
            Self::Ticket => Phrase::TicketMade,
            Self::Callback => Phrase::CallbackNoted,
        }
    }
}

impl AgentApp {
    /// Offers or does what the file wants instead of ringing. Why was said.
    pub(super) fn instead(&mut self, instead: Instead) {
        match instead {
            Instead::Message if self.program.agent.tools.message.is_some() => {
                self.offer_it(Offer::Message, Phrase::OfferMessage);
            }
            // Nobody is promised a call back who cannot be called.
            Instead::Callback if !self.can_be_called_back() => self.instead(Instead::Message),
            Instead::Callback => self.offer_it(Offer::Callback, Phrase::OfferCallback),
            Instead::Ticket => self.run_errand(Kind::Ticket),
            Instead::Message | Instead::Ring => drop(self.phrase(Phrase::AnythingElse)),
        }
    }

    /// Whether there is a number to call the caller back by.
    pub(super) fn can_be_called_back(&self) -> bool {
        self.facts.caller.is_some()
    }

    /// The caller wants to be called back.
    pub(in crate::agent) fn call_back(&mut self) {
        self.run_errand(Kind::Callback);
    }

    fn run_errand(&mut self, kind: Kind) {
        let (name, key) = kind.names();
        let matter = self.talk.weightiest().unwrap_or_default();
        let matter: String = matter.chars().take(MAX_TEXT).collect();
        let subject: String = matter.chars().take(120).collect();
        let name_of_caller = self.facts.contact.get("name").cloned().filter(Value::is_string);
        let mut arguments = match kind {
            Kind::Ticket => json!({ "subject": subject, "text": matter }),
            Kind::Callback => json!({ "reason": matter }),
        };
        if let (Some(fields), Some(name)) = (arguments.as_object_mut(), name_of_caller) {
            fields.insert("name".to_owned(), name);
        }
        if !self.program.has_tool(name) {
            self.command(CallCommand::Remember { key: key.to_owned(), value: arguments });
            return self.noted(kind);
        }
        self.handing.count += 1;
        let tool = ToolUseId(FIRST_ERRAND + self.handing.count);
        // Another agent of the same call may have errands too: what is asked for tells them apart.
        let use_of = ToolCall { id: String::new(), name: name.to_owned(), arguments: arguments.clone() };
        let request = ToolRequest {
            call: self.facts.call,
            agent: self.program.agent.name.clone(),
            language: self.language.clone(),
            name: name.to_owned(),
            arguments: arguments.clone(),
            once: once(&self.facts.call.to_string(), &use_of),
            caller: self.facts.caller.clone(),
            number: self.facts.number.clone(),
            contact: self.facts.contact.clone(),
            verified: self.verified,
            keys: BTreeMap::new(),
        };
        self.handing.errand = Some(Errand { tool, kind, arguments, began: self.at() });
        self.command(CallCommand::UseTool { tool, request: Box::new(request) });
    }

    /// The house is done. Whether it was asked for this.
    pub(super) fn errand_done(&mut self, tool: ToolUseId, result: &Result<Value, ToolFailure>) -> bool {
        let Some(errand) = self.handing.errand.take_if(|errand| errand.tool == tool) else { return false };
        let Errand { kind, arguments, began, .. } = errand;
        let (name, key) = kind.names();
        self.command(CallCommand::ToolReport(ToolReport {
            at_ms: self.transcript_ms(began),
            name: name.to_owned(),
            arguments: arguments.clone(),
            result: result.clone(),
            took_ms: ms(self.at().saturating_sub(began)),
        }));
        if result.is_err() {
            // It is not lost for that.
            self.command(CallCommand::Remember { key: key.to_owned(), value: arguments });
        }
        self.noted(kind);
        true
    }

    fn noted(&mut self, kind: Kind) {
        let (_, key) = kind.names();
        self.talk.note(format!("A {key} was noted for the caller."));
        self.phrase(kind.done());
        self.phrase(Phrase::AnythingElse);
    }
}
