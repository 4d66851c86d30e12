//! Confirmations by e-mail: written in the caller's language, sent by SMTP (RFC 5321) until they are taken.

mod smtp;
mod words;

use call_model::{ToolFailure, ToolRequest, ToolSpec};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use store::{
    ErrandKind, FollowUpFilter, FollowUpKind, FollowUpRecord, NewEvent, PageRequest, TicketRecord, event_type,
};

use crate::Tool;
use crate::calendar::{Desk, ics};
use crate::caller::{self, failed, invalid, refused, text};
use crate::house::House;

pub use smtp::{MailError, MailSettings, MailTls, Mailer};

/// A mail, as it waits in the books.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Letter {
    /// Address.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// An appointment to be put into the receiver's calendar.
    pub ics: Option<String>,
}

/// Sends the caller a confirmation of what was done for him.
pub struct SendConfirmation {
    /// The house.
    pub house: House,
    /// The calendar, where there is one.
    pub desk: Option<Desk>,
    /// A mail server is configured; else webhooks are told, and the business sends it.
    pub by_mail: bool,
}

impl Tool for SendConfirmation {
    fn spec(&self, _language: &str) -> ToolSpec {
        let mut about = vec!["ticket", "callback"];
        if self.desk.is_some() {
            about.insert(0, "appointment");
        }
        let parameters = json!({ "type": "object", "required": ["about"], "additionalProperties": false,
            "properties": {
                "about": { "type": "string", "enum": about, "description": "What is confirmed" },
                "appointment": { "type": "string",
                    "description": "Which appointment; may be left out when the caller has one" },
                "ticket": { "type": "integer", "description": "Number of the ticket; left out: the last one" },
                "email": { "type": "string", "format": "email",
                    "description": "The caller's e-mail address, if he gave one; left out: the one that is known" },
            } });
        let description = "Sends the caller an e-mail that confirms an appointment, a ticket or a call back. Spell \
                           an address that the caller gave back to him before.";
        ToolSpec { name: "send_confirmation".to_owned(), description: description.to_owned(), parameters }
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let to = self.address(&request).await?;
            let letter = self.letter(&request, to).await?;
            let store = self.house.store();
            if self.by_mail {
                let body = serde_json::to_value(&letter).unwrap_or_default();
                let now_ms = self.house.now_ms();
                store.add_errand(ErrandKind::Mail, body, now_ms).await.map_err(|error| failed(&error))?;
            } else {
                let data = json!({ "confirmation": letter });
                let data = data.as_object().cloned().unwrap_or_else(Map::new);
                let kind = event_type::CONFIRMATION_REQUESTED.to_owned();
                let event = NewEvent { kind, call: Some(request.call), at_ms: self.house.now_ms(), data };
                store.emit(event).await.map_err(|error| failed(&error))?;
            }
            Ok(json!({ "sent": true }))
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        true
    }
}

impl SendConfirmation {
    async fn address(&self, request: &ToolRequest) -> Result<String, ToolFailure> {
        let given = text(request, "email");
        let known = caller::contact(self.house.store(), request).await?;
        let known = known.and_then(|me| me.fields.get("email")?.as_str().map(str::to_owned));
        let address = given.or(known).ok_or_else(|| refused("no e-mail address is known: ask the caller for it"))?;
        if smtp::is_address(&address) {
            return Ok(address);
        }
        Err(invalid("this is no e-mail address: ask the caller to spell it"))
    }

    async fn letter(&self, request: &ToolRequest, to: String) -> Result<Letter, ToolFailure> {
        let language = request.language.as_str();
        let business = self.house.business().name.get(language, "en").to_owned();
        match text(request, "about").as_deref() {
            Some("ticket") => {
                let ticket = self.ticket(request).await?;
                Ok(words::ticket(language, &business, to, ticket.number, &ticket.subject))
            }
            Some("callback") => {
                let callback = self.callback(request).await?;
                let when = callback.due_ms.map(|ms| self.house.business().local(ms));
                Ok(words::callback(language, &business, to, when))
            }
            _ => {
                let desk = self.desk.as_ref().ok_or_else(|| refused("there is no calendar here"))?;
                let record = desk.meant(request).await?;
                let plan = desk.plan();
                let service = plan.service(&record.service).ok();
                let what = service.map_or(record.service.as_str(), |service| service.name.get(language, "en"));
                let with = plan.person(&record.person).filter(|_| plan.booking().persons.len() > 1);
                let with = with.map(|person| person.name.get(language, "en"));
                let start = plan.local(record.starts_ms);
                let ics = ics::calendar(plan, "", std::slice::from_ref(&record), language, false);
                Ok(Letter { ics: Some(ics), ..words::appointment(language, &business, to, what, with, start) })
            }
        }
    }

    async fn ticket(&self, request: &ToolRequest) -> Result<TicketRecord, ToolFailure> {
        let number = request.arguments.get("ticket").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        let mine = crate::tickets::mine(&self.house, request, number).await?;
        mine.into_iter().next().ok_or_else(|| refused("the caller has no such ticket"))
    }

    async fn callback(&self, request: &ToolRequest) -> Result<FollowUpRecord, ToolFailure> {
        let filter = FollowUpFilter {
            kind: Some(FollowUpKind::Callback),
            call: Some(request.call),
            ..FollowUpFilter::default()
        };
        let page = self.house.store().follow_ups(&filter, &PageRequest::first(1)).await;
        let found = page.map_err(|error| failed(&error))?.data.into_iter().next();
        found.ok_or_else(|| refused("no call back was asked for in this call: use request_callback first"))
    }
}
