//! What the tests of the toolbox have in common.

use std::collections::BTreeMap;

use call_model::{CallId, ToolRequest, Verified};
use serde_json::{Map, Value};

/// A request of the test's one call, in English, by a caller who is not verified. The same again is the same effect.
pub fn request(name: &str, arguments: Value) -> ToolRequest {
    let call = CallId::from_parts(1, 1);
    ToolRequest {
        call,
        agent: "desk".into(),
        language: "en".into(),
        once: format!("{call}/{name}/{arguments}"),
        name: name.into(),
        arguments,
        caller: Some("+4930123456".into()),
        number: "+4930999".into(),
        contact: Map::new(),
        verified: Verified::No,
        keys: BTreeMap::new(),
    }
}
