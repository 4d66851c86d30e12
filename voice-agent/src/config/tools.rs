//! What the agent can do besides talking.

use std::time::Duration;

use super::fields::{self, Fields};
use super::read::Reader;
use super::yaml::{Entry, Value, Yaml};
use super::{
    AgentTool, AskedKeys, Faults, FlowTool, HouseTool, MessageTool, Place, Tools, TransferTool, clip, handover,
};

/// The tools that an agent has of its own.
const OWN: [&str; 6] = ["take_message", "transfer", "run_flow", "hang_up", "mcp", "hand_to_agent"];
const MIN_KEY_WAIT: Duration = Duration::from_secs(2);
const MAX_KEY_WAIT: Duration = Duration::from_mins(1);
const KEY_WAIT: Duration = Duration::from_secs(10);
const MAX_KEYS: usize = 32;
/// The tool for which a PIN is typed, also where the file does not say so.
const VERIFY: &str = "verify";
const PIN: (usize, usize) = (4, 12);

const MIN_RING: Duration = Duration::from_secs(5);
const MAX_RING: Duration = Duration::from_mins(2);
const RING: Duration = Duration::from_secs(25);

/// Reads `tools`. Without the key there is only the end of the call. What is not one of the agent's own tools is one of
/// the house, by its name there.
pub(super) fn read(yaml: Option<&Yaml>, reader: &mut Reader<'_>) -> Tools {
    let mut tools = Tools { hang_up: true, ..Tools::default() };
    let entries = yaml.and_then(|yaml| fields::entries(yaml, "`tools`", reader.faults)).unwrap_or_default();
    for Entry { key, place, value } in entries {
        let each =
            |what: &str, faults: &mut Faults| -> &[Entry] { fields::entries(value, what, faults).unwrap_or_default() };
        match key.as_str() {
            "take_message" => tools.message = message(value, reader.faults),
            "transfer" => {
                let all = each("`transfer`", reader.faults);
                tools.transfers.extend(all.iter().filter_map(|entry| transfer(entry, reader.faults)));
            }
            "hand_to_agent" => {
                let all = each("`hand_to_agent`", reader.faults);
                tools.agents.extend(all.iter().filter_map(|entry| agent(entry, reader.faults)));
            }
            "run_flow" => {
                let all = each("`run_flow`", reader.faults);
                tools.flows.extend(all.iter().filter_map(|entry| flow(entry, reader.faults)));
            }
            "hang_up" => tools.hang_up = fields::flag(value, reader.faults).unwrap_or(true),
            "mcp" => {
                let servers = fields::texts(value, "the name of an MCP server", reader.faults);
                tools.mcp.extend(servers.into_iter().map(|(name, _)| name));
            }
            _ if OWN.iter().any(|own| strsim::damerau_levenshtein(own, key) == 1) => {
                reader.faults.unknown(*place, "in `tools`, the key", key, OWN);
            }
            _ => tools.house.extend(house_tool(key, *place, value, reader)),
        }
    }
    tools
}

/// A tool of the house, with what the caller types for it.
fn house_tool(name: &str, place: Place, yaml: &Yaml, reader: &mut Reader<'_>) -> Option<HouseTool> {
    is_name(name, place, reader.faults);
    let mut fields = Fields::open(yaml, "a tool", reader.faults)?;
    let asked = match fields.take("ask_keys") {
        Some(yaml) => match &yaml.value {
            Value::List(items) => items.iter().filter_map(|item| asked_keys(item, reader)).collect(),
            _ => asked_keys(yaml, reader).into_iter().collect(),
        },
        None if name == VERIFY => {
            vec![AskedKeys { name: "pin".to_owned(), digits: PIN, timeout: KEY_WAIT, say: None }]
        }
        None => Vec::new(),
    };
    fields.close(reader.faults);
    Some(HouseTool { name: name.to_owned(), keys: asked })
}

fn asked_keys(yaml: &Yaml, reader: &mut Reader<'_>) -> Option<AskedKeys> {
    let mut fields = Fields::open(yaml, "`ask_keys`", reader.faults)?;
    let name = fields.need("name", reader.faults).and_then(|yaml| fields::text(yaml, "the name", reader.faults));
    let digits = fields.need("digits", reader.faults).and_then(|yaml| digits(yaml, reader.faults));
    let timeout = fields.take("timeout");
    let timeout = timeout.and_then(|yaml| fields::duration(yaml, MIN_KEY_WAIT, MAX_KEY_WAIT, reader.faults));
    let say = fields.take("say").and_then(|yaml| reader.local(yaml, "what is said"));
    fields.close(reader.faults);
    Some(AskedKeys { name: name?, digits: digits?, timeout: timeout.unwrap_or(KEY_WAIT), say })
}

/// How many digits: `4`, or `12-19`.
fn digits(yaml: &Yaml, faults: &mut Faults) -> Option<(usize, usize)> {
    let text = yaml.scalar().unwrap_or_default();
    let (min, max) = text.split_once('-').unwrap_or((text, text));
    let read = |text: &str| text.trim().parse::<usize>().ok().filter(|count| (1..=MAX_KEYS).contains(count));
    match (read(min), read(max)) {
        (Some(min), Some(max)) if min <= max => Some((min, max)),
        _ => {
            let message = format!("`{}` is no number of digits", clip(text));
            faults.error_with(yaml.place, message, "write it as `4` or `12-19`, at most 32");
            None
        }
    }
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
    let always = fields.take("always").and_then(|yaml| fields::flag(yaml, faults)).unwrap_or(false);
    let way = handover::way(&mut fields, faults);
    fields.close(faults);
    let to = to.into_iter().map(|(text, _)| text).collect();
    Some(TransferTool { name: entry.key.clone(), to, ring: ring.unwrap_or(RING), when, always, way })
}

fn flow(entry: &Entry, faults: &mut Faults) -> Option<FlowTool> {
    named(entry, faults);
    let mut fields = Fields::open(&entry.value, "a `run_flow`", faults)?;
    let when = fields.need("when", faults).and_then(|yaml| fields::text(yaml, "`when`", faults)).unwrap_or_default();
    fields.close(faults);
    Some(FlowTool { flow: entry.key.clone(), when })
}

fn agent(entry: &Entry, faults: &mut Faults) -> Option<AgentTool> {
    named(entry, faults);
    let mut fields = Fields::open(&entry.value, "a `hand_to_agent`", faults)?;
    let when = fields.need("when", faults).and_then(|yaml| fields::text(yaml, "`when`", faults)).unwrap_or_default();
    fields.close(faults);
    Some(AgentTool { agent: entry.key.clone(), when })
}

fn named(entry: &Entry, faults: &mut Faults) {
    is_name(&entry.key, entry.place, faults);
}

/// A name that a model can repeat without a mistake.
fn is_name(name: &str, place: Place, faults: &mut Faults) {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        let message = format!("`{}` cannot be a name here", clip(name));
        faults.error_with(place, message, "use up to 64 letters, digits, `_` and `-`");
    }
}
