//! Verbs that think: branch, hours, set, remember, contact, opt_out, http, language, call, return, and sending keys.

use std::time::Duration;

use call_model::HttpMethod;

use super::{Fields, Reader};
use crate::fault::{Place, clip};
use crate::flow::{Body, Data, Http, Target, Tool, Verb};
use crate::yaml::{Value, Yaml};

const METHODS: [(&str, HttpMethod); 5] = [
    ("get", HttpMethod::Get),
    ("post", HttpMethod::Post),
    ("put", HttpMethod::Put),
    ("patch", HttpMethod::Patch),
    ("delete", HttpMethod::Delete),
];
/// What calls may be for.
const PURPOSES: [&str; 9] =
    ["reminder", "delivery", "payment", "survey", "marketing", "code", "emergency", "callback", "service"];
const MAX_REQUEST: Duration = Duration::from_mins(1);

impl Reader<'_> {
    pub(super) fn logic(&mut self, verb: &str, yaml: &Yaml, next: Target) -> Option<Verb> {
        match verb {
            "branch" => self.branch(yaml),
            "hours" => self.hours(yaml),
            "set" => Some(Verb::Set { values: self.values(yaml, "`set`", true), next }),
            "remember" => Some(Verb::Remember { values: self.values(yaml, "`remember`", false), next }),
            "contact" => Some(Verb::Contact { values: self.values(yaml, "`contact`", false), next }),
            "opt_out" => Some(self.opt_out(yaml, next)),
            "http" => self.http(yaml, next),
            "tool" => self.tool(yaml, next),
            "language" => Some(self.language(yaml, next)),
            "call" => self.call(yaml, next),
            "agent" => self.agent(yaml, next),
            "return" => {
                let value = (yaml.value != Value::Null).then(|| self.data(yaml));
                Some(Verb::Return { value })
            }
            "send_digits" => self.send_digits(yaml, next),
            "answer" => {
                self.nothing(yaml, "answer");
                Some(Verb::Answer { next })
            }
            _ => None,
        }
    }

    fn nothing(&mut self, yaml: &Yaml, verb: &str) {
        if !matches!(&yaml.value, Value::Null) && !matches!(&yaml.value, Value::Map(entries) if entries.is_empty()) {
            self.faults.error_with(yaml.place, format!("`{verb}` has no settings"), format!("write `{verb}:` alone"));
        }
    }

    fn branch(&mut self, yaml: &Yaml) -> Option<Verb> {
        let Value::List(items) = &yaml.value else {
            let suggestion = "write `- when: vars.age > 17` with `next: adult`, and at the end `- else: child`";
            self.faults.error_with(
                yaml.place,
                format!("a branch is a list of cases, and here is {}", yaml.kind()),
                suggestion,
            );
            return None;
        };
        let (mut cases, mut otherwise) = (Vec::new(), None);
        for item in items {
            let Some(mut fields) = Fields::open(item, "a case", self) else { continue };
            if otherwise.is_some() {
                self.faults.error(item.place, "no case is looked at after `else`");
            }
            if fields.has("else") {
                otherwise = fields.take("else").map(|yaml| self.target(yaml));
            } else {
                let when = fields.need("when", self).map(|yaml| self.expression(yaml));
                let next = fields.need("next", self).map(|yaml| self.target(yaml));
                cases.extend(when.zip(next));
            }
            fields.close(self);
        }
        if otherwise.is_none() {
            self.faults.error_with(yaml.place, "a branch needs an end for all other cases", "add `- else: some_node`");
        }
        Some(Verb::Branch { cases, otherwise: otherwise.unwrap_or(Target::Hangup) })
    }

    fn hours(&mut self, yaml: &Yaml) -> Option<Verb> {
        let mut fields = Fields::open(yaml, "`hours`", self)?;
        let open = fields.need("open", self).map(|yaml| self.target(yaml));
        let closed = fields.need("closed", self).map_or(Target::Hangup, |yaml| self.target(yaml));
        let holiday = fields.take("holiday").map_or(closed, |yaml| self.target(yaml));
        fields.close(self);
        Some(Verb::Hours { open: open?, closed, holiday })
    }

    fn values(&mut self, yaml: &Yaml, what: &'static str, variables: bool) -> Vec<(String, Data)> {
        let Value::Map(entries) = &yaml.value else {
            let message = format!("{what} is a mapping of names to values, and here is {}", yaml.kind());
            self.faults.error(yaml.place, message);
            return Vec::new();
        };
        if entries.is_empty() {
            self.faults.error(yaml.place, format!("{what} has no values"));
        }
        let values = entries.iter().map(|entry| {
            let name = if variables { self.variable(&entry.key, entry.key_place) } else { entry.key.clone() };
            (name, self.data(&entry.value))
        });
        values.collect()
    }

    /// `opt_out:` alone, or with the purpose that it is for.
    fn opt_out(&mut self, yaml: &Yaml, next: Target) -> Verb {
        let given = yaml.scalar().filter(|purpose| !purpose.is_empty());
        let purpose = given.and_then(|given| {
            let known = PURPOSES.contains(&given.as_str());
            if !known {
                let message = format!("there is no purpose `{}`", clip(&given));
                let suggestion = format!("write `opt_out:` alone for all calls, or one of: {}", PURPOSES.join(", "));
                self.faults.error_with(yaml.place, message, suggestion);
            }
            known.then_some(given)
        });
        Verb::OptOut { purpose, next }
    }

    fn tool(&mut self, yaml: &Yaml, next: Target) -> Option<Verb> {
        let mut fields = Fields::open(yaml, "`tool`", self)?;
        let say = self.optional_prompt(fields.take("say"));
        let name = fields.need("name", self).and_then(|yaml| self.plain(yaml, "the name of a tool"));
        let arguments = fields.take("with").map(|yaml| self.values(yaml, "`with`", false)).unwrap_or_default();
        let timeout = self.duration(fields.take("timeout"), Duration::from_secs(10), MAX_REQUEST);
        let into = fields.take("into").map(|yaml| self.variable(&yaml.scalar().unwrap_or_default(), yaml.place));
        let failed = fields.need("failed", self).map(|yaml| self.target(yaml));
        fields.close(self);
        Some(Verb::Tool(Box::new(Tool { say, name: name?, arguments, timeout, into, failed: failed?, next })))
    }

    fn http(&mut self, yaml: &Yaml, next: Target) -> Option<Verb> {
        let mut fields = Fields::open(yaml, "`http`", self)?;
        let say = self.optional_prompt(fields.take("say"));
        let method = fields.take("method").and_then(|yaml| {
            let lower = yaml.scalar().unwrap_or_default().to_ascii_lowercase();
            let lower = Yaml { place: yaml.place, value: Value::Text(lower) };
            self.word(&lower, "the method", &METHODS)
        });
        let url = fields.need("url", self).map(|yaml| {
            let text = yaml.scalar().unwrap_or_default();
            if !text.starts_with("https://") && !text.starts_with("http://") {
                let message = format!("`{}` is no address", clip(&text));
                self.faults.error_with(yaml.place, message, "begin it with `https://`");
            }
            self.template(yaml, "an address")
        });
        let headers = self.headers(fields.take("headers"));
        let body = self.body(&mut fields, yaml.place);
        let timeout = self.duration(fields.take("timeout"), Duration::from_secs(5), MAX_REQUEST);
        let into = fields.take("into").map(|yaml| self.variable(&yaml.scalar().unwrap_or_default(), yaml.place));
        let fallback = fields.take("fallback").map(Yaml::to_json);
        let failed = fields.take("failed").map(|yaml| self.target(yaml));
        if fallback.is_none() && failed.is_none() {
            let suggestion = "add `failed:` with a node, or `fallback:` with a value for the variable";
            self.faults.error_with(yaml.place, "`http` does not say what happens when there is no answer", suggestion);
        }
        fields.close(self);
        let method = method.unwrap_or(if matches!(body, Body::None) { HttpMethod::Get } else { HttpMethod::Post });
        Some(Verb::Http(Box::new(Http {
            say,
            method,
            url: url?,
            headers,
            body,
            timeout,
            into,
            fallback,
            failed,
            next,
        })))
    }

    fn headers(&mut self, yaml: Option<&Yaml>) -> Vec<(String, crate::template::Template)> {
        match yaml.map(|yaml| (&yaml.value, yaml)) {
            None => Vec::new(),
            Some((Value::Map(entries), _)) => {
                let mut headers = Vec::new();
                for entry in entries {
                    if entry.key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
                        headers.push((entry.key.clone(), self.template(&entry.value, "a header")));
                    } else {
                        self.faults.error(entry.key_place, format!("`{}` is no name of a header", clip(&entry.key)));
                    }
                }
                headers
            }
            Some((_, yaml)) => {
                self.faults.error(yaml.place, format!("headers are a mapping, and here is {}", yaml.kind()));
                Vec::new()
            }
        }
    }

    fn body(&mut self, fields: &mut Fields<'_>, place: Place) -> Body {
        match (fields.take("json"), fields.take("body")) {
            (None, None) => Body::None,
            (Some(json), None) => Body::Json(self.data(json)),
            (None, Some(text)) => Body::Text(self.template(text, "a body")),
            (Some(_), Some(_)) => {
                self.faults.error(place, "either `json` or `body`");
                Body::None
            }
        }
    }

    fn language(&mut self, yaml: &Yaml, next: Target) -> Verb {
        let language = self.template(yaml, "a language");
        let tag = language.source();
        if !tag.contains("{{") && !self.languages.iter().any(|known| known == tag) {
            let languages = self.languages.clone();
            self.faults.unknown(yaml.place, "the language", tag, languages.iter().map(String::as_str));
        }
        Verb::Language { language, next }
    }

    fn call(&mut self, yaml: &Yaml, next: Target) -> Option<Verb> {
        if let Value::Text(text) = &yaml.value {
            self.known_flow(text, yaml.place);
            return Some(Verb::Call { flow: text.clone(), arguments: Vec::new(), into: None, next });
        }
        let mut fields = Fields::open(yaml, "`call`", self)?;
        let flow = fields.need("flow", self).and_then(|yaml| {
            let name = self.plain(yaml, "the name of a flow")?;
            self.known_flow(&name, yaml.place);
            Some(name)
        });
        let arguments = fields.take("with").map(|yaml| self.values(yaml, "`with`", false)).unwrap_or_default();
        let into = fields.take("into").map(|yaml| self.variable(&yaml.scalar().unwrap_or_default(), yaml.place));
        fields.close(self);
        Some(Verb::Call { flow: flow?, arguments, into, next })
    }

    fn agent(&mut self, yaml: &Yaml, next: Target) -> Option<Verb> {
        if let Value::Text(text) = &yaml.value {
            return Some(Verb::Agent { agent: text.clone(), arguments: Vec::new(), into: None, failed: None, next });
        }
        let mut fields = Fields::open(yaml, "`agent`", self)?;
        let agent = fields.need("agent", self).and_then(|yaml| self.plain(yaml, "the name of an agent"));
        let arguments = fields.take("with").map(|yaml| self.values(yaml, "`with`", false)).unwrap_or_default();
        let into = fields.take("into").map(|yaml| self.variable(&yaml.scalar().unwrap_or_default(), yaml.place));
        let failed = fields.take("failed").map(|yaml| self.target(yaml));
        fields.close(self);
        Some(Verb::Agent { agent: agent?, arguments, into, failed, next })
    }

    fn known_flow(&mut self, name: &str, place: Place) {
        if name == self.context.name {
            self.faults.error_with(place, "a flow cannot call itself", "go to its first node by `next`");
        } else if let Some(flows) = self.context.flows.as_ref().filter(|flows| !flows.contains(name)) {
            self.faults.unknown(place, "the flow", name, flows.iter().map(String::as_str));
        }
    }

    fn send_digits(&mut self, yaml: &Yaml, next: Target) -> Option<Verb> {
        let digits = self.template(yaml, "keys");
        if !digits.source().contains("{{") {
            for c in digits.source().chars() {
                self.key(&c.to_string(), yaml.place)?;
            }
        }
        Some(Verb::SendDigits { digits, next })
    }
}
