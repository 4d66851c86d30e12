//! What may not be kept, where it is easily overlooked.

use std::sync::Arc;

use call_model::{ToolFailure, ToolReport};
use serde_json::json;
use store::{LineRecord, NewAppointment, Scrub, Scrubber, Silence, Store, StoreConfig, TimeSpan};

use crate::support::{Books, CALLER, NOW};

const CARD: &str = "4111111111111111";

/// Takes one number out.
struct Card;

impl Scrub for Card {
    fn text(&self, text: &str, _: Option<&str>) -> Option<String> {
        text.contains(CARD).then(|| text.replace(CARD, "[card number]"))
    }

    fn lines(&self, _: &mut [LineRecord]) -> Vec<Silence> {
        Vec::new()
    }

    fn sound(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn failures_of_tools_and_notes_of_appointments_are_kept_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = StoreConfig::new(folder.path().join("data/books.db"));
    config.scrubber = Scrubber::new(Arc::new(Card));
    let books = Books { store: Store::open(config).await.unwrap(), folder };
    let call = books.ended_call(CALLER, NOW).await;
    let message = format!("`order` is no order: {CARD}");
    for failure in [
        ToolFailure::Invalid { message: message.clone() },
        ToolFailure::Refused { message: message.clone() },
        ToolFailure::Failed { message },
    ] {
        let arguments = json!({ "order": CARD });
        let report = ToolReport { at_ms: 1, name: "find".into(), arguments, result: Err(failure), took_ms: 2 };
        books.store.append_tool_use(call, report).await.unwrap();
    }
    let uses = json!(books.store.tool_uses(call).await.unwrap()).to_string();
    assert!(!uses.contains(CARD) && uses.contains("no order: [card number]"), "{uses}");
    let time = TimeSpan { from_ms: NOW + 1_000, until_ms: NOW + 2_000 };
    let new = NewAppointment {
        service: "cleaning".into(),
        persons: vec!["weber".into()],
        time,
        busy: time,
        contact: None,
        call: Some(call),
        name: None,
        phone: None,
        language: None,
        note: format!("Card {CARD}"),
        once: None,
        mirrored: Vec::new(),
    };
    assert_eq!(books.store.book(new, NOW).await.unwrap().unwrap().note, "Card [card number]");
}
