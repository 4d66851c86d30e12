//! Tickets: made for the caller, and looked up if they are his.

use call_model::{ToolFailure, ToolRequest, ToolSpec};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use store::{NewTicket, PageRequest, TicketFilter, TicketPriority, TicketRecord};

use crate::Tool;
use crate::caller::{self, Right, failed, needs_pin, refused, text};
use crate::house::House;

/// Tickets that are told at once.
const LISTED: u32 = 5;
const MAX_SUBJECT: usize = 200;
const MAX_TEXT: usize = 4_000;

/// Makes a ticket.
pub struct CreateTicket(pub House);

impl Tool for CreateTicket {
    fn spec(&self, _language: &str) -> ToolSpec {
        let text = |about: &str| json!({ "type": "string", "description": about });
        let parameters = json!({ "type": "object", "required": ["subject", "text"], "additionalProperties": false,
            "properties": {
                "subject": text("What it is about, in a few words"),
                "text": text("All that the caller said of it that helps whoever works on it"),
                "category": text("A word for the kind of matter, if the instructions name some"),
                "priority": { "type": "string", "enum": ["low", "normal", "high", "urgent"],
                    "description": "How soon it is wanted; normal if not said" },
                "name": text("The caller's name"),
                "phone": text("A number to reach the caller by, if it is another one than he calls from"),
            } });
        let about = "Makes a ticket for a matter that somebody has to work on. Tell the caller its number.";
        ToolSpec { name: "create_ticket".to_owned(), description: about.to_owned(), parameters }
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let me = caller::contact(self.0.store(), &request).await?;
            let clip = |text: String, most: usize| text.chars().take(most).collect::<String>();
            let new = NewTicket {
                subject: clip(text(&request, "subject").unwrap_or_default(), MAX_SUBJECT),
                text: clip(text(&request, "text").unwrap_or_default(), MAX_TEXT),
                category: text(&request, "category").map(|category| clip(category, MAX_SUBJECT)),
                priority: text(&request, "priority")
                    .and_then(|word| TicketPriority::from_word(&word))
                    .unwrap_or(TicketPriority::Normal),
                contact: me.map(|me| me.id),
                call: Some(request.call),
                name: text(&request, "name").map(|name| clip(name, MAX_SUBJECT)),
                phone: text(&request, "phone").map(|phone| clip(phone, MAX_SUBJECT)),
                once: Some(request.once.clone()),
            };
            let ticket = self.0.store().add_ticket(new, self.0.now_ms()).await.map_err(|error| failed(&error))?;
            Ok(json!({ "ticket": ticket.number, "created": true }))
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        true
    }

    fn repeats_safely(&self) -> bool {
        true
    }

    /// A confirmation of the last ticket was one of another.
    fn undoes(&self) -> &[&str] {
        &["send_confirmation"]
    }
}

/// Looks a ticket of the caller up.
pub struct LookUpTicket(pub House);

impl Tool for LookUpTicket {
    fn spec(&self, _language: &str) -> ToolSpec {
        let parameters = json!({ "type": "object", "additionalProperties": false, "properties": {
            "ticket": { "type": "integer", "description": "Its number; left out: the caller's last ones" } } });
        let about = "Tells how it stands with the caller's own tickets.";
        ToolSpec { name: "look_up_ticket".to_owned(), description: about.to_owned(), parameters }
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let number = match request.arguments.get("ticket").and_then(Value::as_u64) {
                Some(number) => Some(u32::try_from(number).map_err(|_| unknown())?),
                None => None,
            };
            let mine = mine(&self.0, &request, number).await?;
            if number.is_some() && mine.is_empty() {
                return Err(unknown());
            }
            let local = |ms| self.0.business().local(ms).date().to_string();
            let told: Vec<Value> = mine
                .iter()
                .map(|ticket| {
                    json!({ "ticket": ticket.number, "subject": ticket.subject, "state": ticket.state,
                        "answer": ticket.answer, "made_on": local(ticket.created_ms),
                        "changed_on": local(ticket.updated_ms) })
                })
                .collect();
            Ok(json!({ "tickets": told }))
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        false
    }
}

/// Whether there is one of somebody else's is not told.
fn unknown() -> ToolFailure {
    refused("the caller has no ticket of this number: ask for the number again, or make a new ticket")
}

/// The caller's own tickets, newest first; with a number only that one.
pub(crate) async fn mine(
    house: &House,
    request: &ToolRequest,
    number: Option<u32>,
) -> Result<Vec<TicketRecord>, ToolFailure> {
    let me = caller::contact(house.store(), request).await?;
    let list = async |filter: TicketFilter| {
        let page = house.store().tickets(&filter, &PageRequest::first(LISTED)).await;
        page.map(|page| page.data).map_err(|error| failed(&error))
    };
    let mut found = list(TicketFilter { call: Some(request.call), number, ..Default::default() }).await?;
    if let Some(me) = &me {
        found.extend(list(TicketFilter { contact: Some(me.id), number, ..Default::default() }).await?);
    }
    found.sort_by_key(|ticket| std::cmp::Reverse(ticket.number));
    found.dedup_by_key(|ticket| ticket.number);
    let needs_pin_for_these = house.business().privacy.tickets_need_pin;
    let mut mine = Vec::new();
    let mut locked = false;
    for ticket in found {
        match caller::right(request, me.as_ref(), ticket.contact, ticket.call, needs_pin_for_these) {
            Right::Yes => mine.push(ticket),
            Right::NeedsPin => locked = true,
            Right::No => {}
        }
    }
    if mine.is_empty() && locked { Err(needs_pin()) } else { Ok(mine) }
}
