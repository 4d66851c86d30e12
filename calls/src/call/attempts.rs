//! What callers tried, told to those who want to know.

use call_model::ATTEMPTS;
use serde_json::{Map, Value};
use store::{NewEvent, event_type};

use super::Call;

impl Call {
    /// An app keeps what was tried in this call: the last of it is an event and is counted.
    pub(super) async fn tell_attempt(&mut self, key: &str, kept: &Value) {
        let Some(last) = kept.as_array().and_then(|all| all.last()).filter(|_| key == ATTEMPTS) else { return };
        let kind = last.get("kind").and_then(Value::as_str).unwrap_or("other").to_owned();
        metrics::counter!("callwright_attempts_refused_total", "kind" => kind).increment(1);
        let data = Map::from_iter([
            ("call".to_owned(), Value::from(self.id.to_string())),
            ("attempt".to_owned(), last.clone()),
            ("count".to_owned(), kept.as_array().map_or(0, Vec::len).into()),
        ]);
        let (kind, at_ms) = (event_type::CALL_ATTEMPT.to_owned(), crate::house::now_ms());
        let event = NewEvent { kind, call: Some(self.id), at_ms, data };
        if let Err(error) = self.house.parts.store.emit(event).await {
            tracing::error!(call = %self.id, %error, "an attempt is missing among the events");
        }
    }
}
