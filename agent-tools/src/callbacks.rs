//! Calls back, at a time if the caller has one.

use call_model::{ToolFailure, ToolRequest, ToolSpec};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::civil::DateTime;
use serde_json::{Value, json};
use store::{FollowUpKind, NewFollowUp};

use crate::Tool;
use crate::caller::{self, failed, invalid, refused, text};
use crate::house::House;
use crate::messages::{MAILBOX, MAX_NAME, MAX_TEXT};

/// How far ahead a call back may be, days.
const FARTHEST_DAYS: i64 = 60;

/// Notes that the caller is to be called back.
pub struct RequestCallback(pub House);

impl Tool for RequestCallback {
    fn spec(&self, _language: &str) -> ToolSpec {
        let text = |about: &str| json!({ "type": "string", "description": about });
        let parameters = json!({ "type": "object", "required": ["reason"], "additionalProperties": false,
            "properties": {
                "reason": text("What it is about, in the caller's words"),
                "at": text("When, as YYYY-MM-DDTHH:MM at the business, within its hours; left out: as soon as possible"),
                "name": text("The caller's name"),
                "phone": text("The number to call, if it is another one than he calls from"),
                "for": text("Name of the member or group who is to call, if the caller wants a certain one"),
            } });
        let about = "Notes that somebody calls the caller back.";
        ToolSpec { name: "request_callback".to_owned(), description: about.to_owned(), parameters }
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let due_ms = self.due(&request)?;
            let phone = text(&request, "phone");
            if phone.is_none() && request.caller.is_none() {
                return Err(invalid("the caller's number is withheld: ask for a number and give it as `phone`"));
            }
            let me = caller::contact(self.0.store(), &request).await?;
            let clip = |text: String| text.chars().take(MAX_NAME).collect::<String>();
            let new = NewFollowUp {
                kind: FollowUpKind::Callback,
                mailbox: text(&request, "for").map_or_else(|| MAILBOX.to_owned(), clip),
                contact: me.map(|me| me.id),
                call: Some(request.call),
                name: text(&request, "name").map(clip),
                phone: phone.map(clip),
                text: text(&request, "reason").unwrap_or_default().chars().take(MAX_TEXT).collect(),
                due_ms,
                once: Some(request.once.clone()),
            };
            let made = self.0.store().add_follow_up(new, self.0.now_ms()).await.map_err(|error| failed(&error))?;
            let at = made.due_ms.map(|ms| self.0.business().local(ms).strftime("%Y-%m-%dT%H:%M").to_string());
            Ok(json!({ "noted": true, "at": at }))
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        true
    }

    fn repeats_safely(&self) -> bool {
        true
    }

    /// A confirmation of the last call back was one of another.
    fn undoes(&self) -> &[&str] {
        &["send_confirmation"]
    }
}

impl RequestCallback {
    /// The time that is wished, ms since the Unix epoch: it is to come, and the business is open then.
    fn due(&self, request: &ToolRequest) -> Result<Option<i64>, ToolFailure> {
        let Some(wished) = text(request, "at") else { return Ok(None) };
        let business = self.0.business();
        let form = || invalid("`at` is a time such as 2026-11-24T14:00, at the business");
        let at: DateTime = wished.parse().map_err(|_| form())?;
        let due_ms = at.to_zoned(business.time_zone.clone()).map_err(|_| form())?.timestamp().as_millisecond();
        let now_ms = self.0.now_ms();
        if due_ms < now_ms {
            return Err(refused("that time is over: ask for a later one"));
        }
        if due_ms > now_ms + FARTHEST_DAYS * 86_400_000 {
            return Err(refused(format!("that is too far ahead: at most {FARTHEST_DAYS} days")));
        }
        let status = business.status(due_ms);
        if !status.open {
            let next = status.next.map_or_else(String::new, |next| {
                format!("; the next opening after it is {} at {}", next.date, next.span.from.strftime("%H:%M"))
            });
            return Err(refused(format!("nobody is there at that time{next}: offer another time")));
        }
        Ok(Some(due_ms))
    }
}
