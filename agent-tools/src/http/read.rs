//! A tool by HTTP, from its YAML.

use std::sync::Arc;
use std::time::Duration;

use call_model::{HttpMethod, ToolSpec, Verified};
use serde_json::{Value, json};
use voice_agent::config::fields::{self, Fields};
use voice_agent::config::yaml::{self, Value as Node, Yaml};
use voice_agent::config::{Fault, Faults};

use super::{Body, Exchange, Header, HttpTool, SecretPlace, Secrets, template};

/// A fault in a tool's file.
pub type ToolFault = Fault;

const METHODS: [(&str, HttpMethod); 5] = [
    ("GET", HttpMethod::Get),
    ("POST", HttpMethod::Post),
    ("PUT", HttpMethod::Put),
    ("PATCH", HttpMethod::Patch),
    ("DELETE", HttpMethod::Delete),
];
const LEVELS: [(&str, Verified); 3] = [("no", Verified::No), ("number", Verified::Number), ("pin", Verified::Pin)];
const MIN_TIME: Duration = Duration::from_millis(500);
const MAX_TIME: Duration = Duration::from_secs(30);
const TIME: Duration = Duration::from_secs(10);

/// Reads a tool of that name. `secrets` finds what its headers need; `exchange` sends its requests.
pub fn parse(
    name: &str,
    source: &str,
    secrets: Secrets<'_>,
    exchange: Arc<dyn Exchange>,
) -> Result<HttpTool, Vec<ToolFault>> {
    let mut faults = Faults::new(name);
    let tool =
        yaml::read(source, &mut faults).and_then(|document| read(name, &document, secrets, exchange, &mut faults));
    match tool {
        Some(tool) if !faults.has_errors() => Ok(tool),
        _ => Err(faults.into_sorted()),
    }
}

fn read(
    name: &str,
    document: &Yaml,
    secrets: Secrets<'_>,
    exchange: Arc<dyn Exchange>,
    faults: &mut Faults,
) -> Option<HttpTool> {
    let mut fields = Fields::open(document, "a tool", faults)?;
    let about = fields.need("about", faults).and_then(|yaml| fields::text(yaml, "what it does", faults));
    let parameters = fields.take("parameters").map(json_of);
    let method = fields.take("method").and_then(|yaml| fields::word(yaml, "the method", &METHODS, faults));
    let method = method.unwrap_or(HttpMethod::Get);
    let address = fields.need("url", faults).and_then(|yaml| address(yaml, faults));
    let query = fields.take("query").map(|yaml| pairs(yaml, "`query`", faults)).unwrap_or_default();
    let headers = fields.take("headers").map(|yaml| headers(yaml, secrets, faults)).unwrap_or_default();
    let body = fields.take("body").map_or(Body::None, |yaml| body(yaml, faults));
    let result = fields.take("result").and_then(|yaml| mapping(yaml, faults));
    let answers = fields.take("answers").map(|yaml| answers(yaml, faults)).unwrap_or_default();
    let time_limit = fields.take("time_limit").and_then(|yaml| fields::duration(yaml, MIN_TIME, MAX_TIME, faults));
    let mut flag = |key| fields.take(key).and_then(|yaml| fields::flag(yaml, faults));
    let has_effect = flag("effect").unwrap_or(method != HttpMethod::Get);
    let idempotent = flag("idempotent").unwrap_or(!matches!(method, HttpMethod::Post | HttpMethod::Patch));
    let needs = fields.take("needs").and_then(|yaml| fields::word(yaml, "who may use it", &LEVELS, faults));
    fields.close(faults);
    let parameters = parameters.unwrap_or_else(|| json!({ "type": "object", "properties": {} }));
    if parameters.get("type") != Some(&json!("object")) {
        faults.error_with(
            document.place,
            "`parameters` is no JSON Schema of an object",
            "begin it with `type: object`",
        );
    }
    let (url, origin) = address?;
    Some(HttpTool {
        spec: ToolSpec { name: name.to_owned(), description: about?, parameters },
        method,
        url,
        origin,
        query,
        headers,
        body,
        result,
        answers,
        time_limit: time_limit.unwrap_or(TIME),
        has_effect,
        idempotent,
        needs: needs.unwrap_or_default(),
        exchange,
    })
}

/// The template of the address, with its scheme and host, which are not filled in.
fn address(yaml: &Yaml, faults: &mut Faults) -> Option<(String, String)> {
    let url = fields::text(yaml, "an address", faults)?;
    check(&url, yaml, faults);
    let host = ["https://", "http://"].iter().find_map(|scheme| Some((*scheme, url.strip_prefix(scheme)?)));
    let Some((scheme, rest)) = host else {
        faults.error_with(yaml.place, "this is no http or https address", "write it as `https://shop.example/orders`");
        return None;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.contains(['{', '}', '@', '\\']) {
        faults.error(yaml.place, "the host is written out: nothing is filled in there");
        return None;
    }
    // What follows must not make the host longer.
    if rest.len() == host.len() {
        return Some((format!("{url}/"), format!("{scheme}{host}/")));
    }
    Some((url.clone(), url[..=scheme.len() + host.len()].to_owned()))
}

fn check(text: &str, yaml: &Yaml, faults: &mut Faults) {
    if let Err(message) = template::check(text) {
        faults.error_with(yaml.place, message, "values are filled in as `{{ args.order }}`");
    }
}

fn pairs(yaml: &Yaml, what: &str, faults: &mut Faults) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for entry in fields::entries(yaml, what, faults).unwrap_or_default() {
        if let Some(text) = fields::text(&entry.value, "a value", faults) {
            check(&text, &entry.value, faults);
            pairs.push((entry.key.clone(), text));
        }
    }
    pairs
}

fn headers(yaml: &Yaml, secrets: Secrets<'_>, faults: &mut Faults) -> Vec<Header> {
    let mut headers = Vec::new();
    for entry in fields::entries(yaml, "`headers`", faults).unwrap_or_default() {
        let name = entry.key.clone();
        if let Node::Map(_) = &entry.value.value {
            headers.extend(secret(&entry.value, secrets, faults).map(|value| Header::Secret(name, value)));
        } else if let Some(text) = fields::text(&entry.value, "a header", faults) {
            check(&text, &entry.value, faults);
            headers.push(Header::Text(name, text));
        }
    }
    headers
}

/// `{env: SHOP_TOKEN, prefix: "Bearer "}`, or `file` in place of `env`.
fn secret(yaml: &Yaml, secrets: Secrets<'_>, faults: &mut Faults) -> Option<String> {
    let mut fields = Fields::open(yaml, "a secret", faults)?;
    let env = fields.take("env").and_then(|yaml| fields::text(yaml, "a variable", faults));
    let file = fields.take("file").and_then(|yaml| fields::text(yaml, "a file", faults));
    // Its blank at the end counts.
    let prefix = fields.take("prefix").and_then(Yaml::scalar).unwrap_or_default();
    fields.close(faults);
    let place = match (env, file) {
        (Some(name), None) => SecretPlace::Env(name),
        (None, Some(path)) => SecretPlace::File(path),
        _ => {
            faults.error_with(yaml.place, "a secret is in one place", "write `env: NAME` or `file: PATH`");
            return None;
        }
    };
    match secrets(&place) {
        Ok(secret) => Some(format!("{prefix}{secret}")),
        Err(missing) => {
            faults.error(yaml.place, missing);
            None
        }
    }
}

fn body(yaml: &Yaml, faults: &mut Faults) -> Body {
    match &yaml.value {
        Node::Scalar(Value::String(text), _) => {
            check(text, yaml, faults);
            Body::Text(text.clone())
        }
        _ => mapping(yaml, faults).map_or(Body::None, Body::Json),
    }
}

/// JSON with templates in its texts.
fn mapping(yaml: &Yaml, faults: &mut Faults) -> Option<Value> {
    let value = json_of(yaml);
    if let Err(message) = template::check_all(&value) {
        faults.error_with(yaml.place, message, "values are filled in as `{{ body.name }}`");
        return None;
    }
    Some(value)
}

fn answers(yaml: &Yaml, faults: &mut Faults) -> Vec<(u16, Value)> {
    let mut answers = Vec::new();
    for entry in fields::entries(yaml, "`answers`", faults).unwrap_or_default() {
        match entry.key.parse::<u16>().ok().filter(|status| (100..600).contains(status)) {
            Some(status) => answers.extend(mapping(&entry.value, faults).map(|value| (status, value))),
            None => faults.error_with(entry.place, "this is no HTTP status", "write it as `404:`"),
        }
    }
    answers
}

fn json_of(yaml: &Yaml) -> Value {
    match &yaml.value {
        Node::Scalar(value, _) => value.clone(),
        Node::List(items) => items.iter().map(json_of).collect(),
        Node::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), json_of(&entry.value))).collect(),
    }
}
