//! Messages: what a caller wants somebody to know is something to do for a mailbox.

use call_model::{ToolFailure, ToolRequest, ToolSpec};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use store::{FollowUpKind, NewFollowUp};

use crate::Tool;
use crate::caller::{self, failed, invalid, text};
use crate::house::House;

/// The longest message, characters.
pub(crate) const MAX_TEXT: usize = 4_000;
pub(crate) const MAX_NAME: usize = 120;
/// The mailbox of a message that names none.
pub(crate) const MAILBOX: &str = "reception";

/// Passes a message on. `mailbox` of the arguments is the agent's file's word.
pub struct TakeMessage(pub House);

impl Tool for TakeMessage {
    fn spec(&self, _language: &str) -> ToolSpec {
        let text = |about: &str| json!({ "type": "string", "description": about });
        let parameters = json!({ "type": "object", "required": ["message"], "properties": {
            "name": text("The caller's name"),
            "phone": text("A number to call back, if given"),
            "message": text("What the caller wants, in his words"),
        } });
        let about = "Passes a message of the caller on to the business. Ask for the name and what it is about first.";
        ToolSpec { name: "take_message".to_owned(), description: about.to_owned(), parameters }
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let message = text(&request, "message").ok_or_else(|| invalid("`message` is empty: ask what it is"))?;
            let me = caller::contact(self.0.store(), &request).await?;
            let clip = |text: String| text.chars().take(MAX_NAME).collect::<String>();
            let new = NewFollowUp {
                kind: FollowUpKind::Message,
                mailbox: text(&request, "for").or_else(|| text(&request, "mailbox")).unwrap_or_else(|| MAILBOX.into()),
                contact: me.map(|me| me.id),
                call: Some(request.call),
                name: text(&request, "name").map(clip),
                phone: text(&request, "phone").map(clip),
                text: message.chars().take(MAX_TEXT).collect(),
                due_ms: None,
                once: Some(request.once.clone()),
            };
            self.0.store().add_follow_up(new, self.0.now_ms()).await.map_err(|error| failed(&error))?;
            Ok(json!({ "passed_on": true }))
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        true
    }

    fn repeats_safely(&self) -> bool {
        true
    }
}
