//! A tool for verified callers runs for nobody else.

use crate::support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use agent_tools::{MemoryBook, Tool, Toolbox, ToolboxSettings};
use call_model::{ToolFailure, ToolRequest, ToolSpec, Verified};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use support::request;

struct Balance {
    needs: Verified,
    told: Arc<AtomicU32>,
}

impl Tool for Balance {
    fn spec(&self, _: &str) -> ToolSpec {
        let parameters = json!({"type": "object", "properties": {}});
        ToolSpec { name: "balance".into(), description: "Tells the balance.".into(), parameters }
    }

    fn run(&self, _: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        self.told.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Ok(json!({"balance": 12})) })
    }

    fn has_effect(&self) -> bool {
        false
    }

    fn needs(&self) -> Verified {
        self.needs
    }
}

#[tokio::test]
async fn a_tool_runs_only_for_a_caller_who_is_verified_enough() {
    let levels = [Verified::No, Verified::Number, Verified::Pin];
    for needs in levels {
        let told = Arc::new(AtomicU32::new(0));
        let toolbox = Toolbox::new(Arc::new(MemoryBook::default()), ToolboxSettings::default());
        toolbox.add(Arc::new(Balance { needs, told: told.clone() }));
        for verified in levels {
            let outcome = toolbox.run(ToolRequest { verified, ..request("balance", json!({})) });
            match outcome.await {
                Ok(_) => assert!(verified >= needs),
                Err(ToolFailure::Refused { message }) => {
                    assert!(verified < needs);
                    assert!(message.contains(if needs == Verified::Pin { "PIN" } else { "number" }));
                }
                Err(other) => panic!("{other}"),
            }
        }
        let enough = levels.iter().filter(|level| **level >= needs).count();
        assert_eq!(told.load(Ordering::SeqCst) as usize, enough);
    }
}
