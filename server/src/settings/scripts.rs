//! What members follow who talk with the callers of a queue: scripts, by queue.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use campaigns::script::Script;
use serde_json::Value;

use super::FieldFault;

const MOST_QUEUES: usize = 200;
/// The longest name of a queue, characters.
const LONGEST_NAME: usize = 100;

/// The scripts of queues, as they hold now. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Scripts(Arc<RwLock<BTreeMap<String, Script>>>);

impl Scripts {
    /// That of this queue.
    pub fn of(&self, queue: &str) -> Option<Script> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(queue).cloned()
    }

    pub(super) fn set(&self, scripts: BTreeMap<String, Script>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = scripts;
    }
}

/// Reads them: texts by the names of queues.
pub(super) fn check(value: &Value) -> Result<BTreeMap<String, Script>, Vec<FieldFault>> {
    let Value::Object(queues) = value else {
        return Err(vec![FieldFault::new("", "write the scripts by queue, such as {\"desk\": \"Hello {{ name }}\"}")]);
    };
    if queues.len() > MOST_QUEUES {
        return Err(vec![FieldFault::new("", format!("there are at most {MOST_QUEUES}"))]);
    }
    let (mut scripts, mut faults) = (BTreeMap::new(), Vec::new());
    for (queue, text) in queues {
        let plain = queue.trim() == queue && !queue.is_empty() && !queue.chars().any(char::is_control);
        if !plain || queue.chars().count() > LONGEST_NAME {
            let message = format!("the name of a queue has 1 to {LONGEST_NAME} characters, and no space around it");
            faults.push(FieldFault::new(queue, message));
        }
        match text.as_str().map(Script::check) {
            Some(Ok(script)) if !script.text().trim().is_empty() => _ = scripts.insert(queue.clone(), script),
            Some(Ok(_)) => faults.push(FieldFault::new(queue, "it is empty: leave the queue out")),
            Some(Err(wrong)) => faults.extend(wrong.into_iter().map(|message| FieldFault::new(queue, message))),
            None => faults.push(FieldFault::new(queue, "a script is text")),
        }
    }
    if faults.is_empty() { Ok(scripts) } else { Err(faults) }
}
