//! What the agent can do besides talking.

use std::time::Duration;

use super::fields::{self, Fields};
use super::yaml::{Entry, Yaml};
use super::{Faults, FlowTool, MessageTool, Tools, TransferTool, clip};

const MIN_RING: Duration = Duration::from_secs(5);
const MAX_RING: Duration = Duration::from_mins(2);
const RING: Duration = Duration::from_secs(25);

/// Reads `tools`. Without the key there is only the end of the call.
pub(super) fn read(yaml: Option<&Yaml>, faults: &mut Faults) -> Tools {
    let mut tools = Tools { hang_up: true, ..Tools::default() };
    let Some(yaml) = yaml else { return tools };
    let Some(mut fields) = Fields::open(yaml, "`tools`", faults) else { return tools };
    tools.message = fields.take("take_message").and_then(|yaml| message(yaml, faults));
    let each = |yaml: Option<&Yaml>, what: &str, faults: &mut Faults| -> Vec<Entry> {
        let list = yaml.and_then(|yaml| fields::entries(yaml, what, faults).map(<[Entry]>::to_vec));
        list.unwrap_or_default()
    };
    for entry in each(fields.take("transfer"), "`transfer`", faults) {
        tools.transfers.extend(transfer(&entry, faults));
    }
    for entry in each(fields.take("run_flow"), "`run_flow`", faults) {
        tools.flows.extend(flow(&entry, faults));
    }
    if let Some(yaml) = fields.take("hang_up") {
        tools.hang_up = fields::flag(yaml, faults).unwrap_or(true);
    }
    fields.close(faults);
    tools
}

fn message(yaml: &Yaml, faults: &mut Faults) -> Option<MessageTool> {
    let mut fields = Fields::open(yaml, "`take_message`", faults)?;
    let mailbox = fields.take("mailbox").and_then(|yaml| fields::text(yaml, "a mailbox", faults));
    let voice = fields.take("voice").and_then(|yaml| fields::flag(yaml, faults)).unwrap_or(false);
    fields.close(faults);
    Some(MessageTool { mailbox: mailbox.unwrap_or_else(|| "reception".to_owned()), voice })
}

fn transfer(entry: &Entry, faults: &mut Faults) -> Option<TransferTool> {
    named(entry, faults);
    let mut fields = Fields::open(&entry.value, "a `transfer`", faults)?;
    let to = fields.need("to", faults).map(|yaml| fields::texts(yaml, "whom to ring", faults)).unwrap_or_default();
    let ring = fields.take("ring").and_then(|yaml| fields::duration(yaml, MIN_RING, MAX_RING, faults));
    let when = fields.take("when").and_then(|yaml| fields::text(yaml, "`when`", faults)).unwrap_or_default();
    fields.close(faults);
    let to = to.into_iter().map(|(text, _)| text).collect();
    Some(TransferTool { name: entry.key.clone(), to, ring: ring.unwrap_or(RING), when })
}

fn flow(entry: &Entry, faults: &mut Faults) -> Option<FlowTool> {
    named(entry, faults);
    let mut fields = Fields::open(&entry.value, "a `run_flow`", faults)?;
    let when = fields.need("when", faults).and_then(|yaml| fields::text(yaml, "`when`", faults)).unwrap_or_default();
    fields.close(faults);
    Some(FlowTool { flow: entry.key.clone(), when })
}

/// A name that a model can repeat without a mistake.
fn named(entry: &Entry, faults: &mut Faults) {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if entry.key.is_empty() || entry.key.len() > 64 || !entry.key.chars().all(fits) {
        let message = format!("`{}` cannot be a name here", clip(&entry.key));
        faults.error_with(entry.place, message, "use up to 64 letters, digits, `_` and `-`");
    }
}
