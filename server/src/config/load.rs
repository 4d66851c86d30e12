//! Reading: defaults, then the file, then the environment. A wrong key names the nearest right one.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::Config;

const PREFIX: &str = "CALLWRIGHT_";
/// Variables of ours that are no settings of the server.
const OTHERS: [&str; 3] = ["CALLWRIGHT_BIN", "CALLWRIGHT_DIAL_PASSWORD", "CALLWRIGHT_PICO_VOICES"];

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration {path} cannot be read")]
    Read {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file says something that is not understood.
    #[error("the configuration {path} is not valid: {fault}")]
    File {
        /// Its path.
        path: PathBuf,
        /// What is wrong, where, and what to write instead.
        fault: String,
    },
    /// A variable says something that is not understood.
    #[error("the environment variable {name} is not valid: {fault}")]
    Variable {
        /// Its name.
        name: String,
        /// What is wrong and what to write instead.
        fault: String,
    },
}

/// Reads the file, if there is one, and then `variables`: those that begin with `CALLWRIGHT_` are settings, with `__`
/// between a section and its key.
pub fn load(file: Option<&Path>, variables: impl IntoIterator<Item = (String, String)>) -> Result<Config, ConfigError> {
    let mut table = match file {
        Some(path) => read_file(path)?,
        None => Table::new(),
    };
    for (name, value) in variables {
        let Some(key) = name.strip_prefix(PREFIX).filter(|_| !OTHERS.contains(&name.as_str())) else { continue };
        let keys: Vec<String> = key.split("__").map(str::to_lowercase).collect();
        set(&mut table, &keys, &name, parse_value(&value))?;
        if let Err(error) = Config::deserialize(Value::Table(table.clone())) {
            return Err(ConfigError::Variable { name, fault: explain(&error) });
        }
    }
    Config::deserialize(Value::Table(table)).map_err(|error| ConfigError::File {
        path: file.unwrap_or(Path::new("(defaults)")).to_owned(),
        fault: explain(&error),
    })
}

fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    // Read once as what it must be, so that a fault is shown with its line.
    toml::from_str::<Config>(&text)
        .map_err(|error| ConfigError::File { path: path.to_owned(), fault: explain(&error) })?;
    text.parse::<Table>().map_err(|error| ConfigError::File { path: path.to_owned(), fault: explain(&error) })
}

fn parse_value(text: &str) -> Value {
    format!("v = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut table| table.remove("v"))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

fn set(table: &mut Table, keys: &[String], name: &str, value: Value) -> Result<(), ConfigError> {
    let Some((last, path)) = keys.split_last() else { return Ok(()) };
    let mut place = table;
    for key in path {
        let next = place.entry(key.clone()).or_insert_with(|| Value::Table(Table::new()));
        place = next.as_table_mut().ok_or_else(|| ConfigError::Variable {
            name: name.to_owned(),
            fault: format!("`{key}` is a list: set it as a whole, or in callwright.toml"),
        })?;
    }
    place.insert(last.clone(), value);
    Ok(())
}

/// serde's message, with the nearest right key where a wrong one was given.
fn explain(error: &toml::de::Error) -> String {
    let text = error.to_string();
    let text = text.trim_end();
    match nearest(error.message()) {
        Some(key) => format!("{text}\nDid you mean `{key}`?"),
        None => text.to_owned(),
    }
}

fn nearest(message: &str) -> Option<&str> {
    if !(message.starts_with("unknown field") || message.starts_with("unknown variant")) {
        return None;
    }
    let mut names = message.split('`').skip(1).step_by(2);
    let wrong = names.next()?;
    names.max_by(|a, b| strsim::jaro_winkler(wrong, a).total_cmp(&strsim::jaro_winkler(wrong, b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::BrainConfig;

    fn from(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("callwright.toml");
        std::fs::write(&path, text).unwrap();
        load(Some(&path), variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let config = from("[sip]\nport = 5062\n", &[("CALLWRIGHT_SIP__PORT", "5070"), ("HOME", "/x")]).unwrap();
        assert_eq!(config.sip.port, 5070);
    }

    #[test]
    fn text_needs_no_quotes_in_the_environment() {
        let config = from("", &[("CALLWRIGHT_SIP__REALM", "example.com"), ("CALLWRIGHT_DATA", "/srv/x")]).unwrap();
        assert_eq!((config.sip.realm.as_str(), config.data.to_str()), ("example.com", Some("/srv/x")));
    }

    #[test]
    fn a_wrong_key_names_its_line_and_the_nearest_right_one() {
        let fault = from("[sip]\nrelm = 'x'\n", &[]).unwrap_err().to_string();
        assert!(fault.contains("line 2") && fault.contains("Did you mean `realm`?"), "{fault}");
        let fault = from("", &[("CALLWRIGHT_SIP__PROT", "1")]).unwrap_err().to_string();
        assert!(fault.contains("CALLWRIGHT_SIP__PROT") && fault.contains("Did you mean `port`?"), "{fault}");
    }

    #[test]
    fn a_brain_is_one_table_or_a_list_of_them_and_its_wrong_keys_are_named() {
        let one = from("brain = { url = 'http://x', model = 'm' }\n", &[]).unwrap();
        assert_eq!((one.brain.len(), one.brain[0].name()), (1, "m"));
        let two = from("[[brain]]\nurl = 'http://x'\nmodel = 'm'\n[[brain]]\nkind = 'builtin'\n", &[]).unwrap();
        assert_eq!(two.brain.iter().map(BrainConfig::name).collect::<Vec<_>>(), ["m", "builtin"]);
        let by_variable = from("", &[("CALLWRIGHT_BRAIN", "{ url = \"http://x\", model = \"m\" }")]).unwrap();
        assert_eq!(by_variable.brain[0].model.as_deref(), Some("m"));
        let fault = from("brain = { ulr = 'http://x' }\n", &[]).unwrap_err().to_string();
        assert!(fault.contains("Did you mean `url`?"), "{fault}");
        let fault = from("brain = 'gpt'\n", &[]).unwrap_err().to_string();
        assert!(fault.contains("a table such as"), "{fault}");
    }

    #[test]
    fn trunks_are_read_with_their_secret_elsewhere() {
        let config = from("[[trunks]]\nname='a'\nhost='sip.example'\npassword_env='A_PASSWORD'\n", &[]).unwrap();
        assert_eq!(config.trunks[0].password_env.as_deref(), Some("A_PASSWORD"));
        assert!(config.trunks[0].resolve_password().is_err(), "the variable is not set");
    }

    /// The file at the root that lists every setting.
    const EXAMPLE: &str = include_str!("../../../callwright.example.toml");

    /// The same with its examples, the lines that begin with `#` and a key, in force.
    fn whole_example() -> String {
        let is_key = |c: char| c == '[' || c.is_ascii_lowercase();
        let line = |line: &'static str| line.strip_prefix('#').filter(|rest| rest.starts_with(is_key)).unwrap_or(line);
        EXAMPLE.lines().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_example_sets_what_holds_without_it() {
        let example = from(EXAMPLE, &[]).unwrap();
        assert_eq!(format!("{example:#?}"), format!("{:#?}", Config::default()));
        from(&whole_example(), &[]).unwrap();
    }

    /// serde names the known keys when it is given one that it does not know.
    #[test]
    fn the_example_names_every_key() {
        let example: Table = whole_example().parse().unwrap();
        let mut sections = vec![(String::new(), &example)];
        let lists = |prefix: &str, table: &'_ Table| -> Vec<(String, Table)> {
            let entry = |(name, value): (&String, &Value)| {
                let first = value.as_array()?.first()?.as_table()?.clone();
                Some((format!("[[{prefix}{name}]]\n"), first))
            };
            table.iter().filter_map(entry).collect()
        };
        let mut listed = lists("", &example);
        for (name, value) in &example {
            if let Value::Table(section) = value {
                sections.push((format!("[{name}]\n"), section));
                // Tables within the section that have keys of their own.
                let within = section.iter().filter(|_| name == "sip");
                sections.extend(
                    within.filter_map(|(inner, value)| Some((format!("[{name}.{inner}]\n"), value.as_table()?))),
                );
                listed.extend(lists(&format!("{name}."), section));
            }
        }
        sections.extend(listed.iter().map(|(head, section)| (head.clone(), section)));
        for (head, section) in sections {
            let error = toml::from_str::<Config>(&format!("{head}no_such_key = 1\n")).unwrap_err();
            let mut known: Vec<&str> = error.message().split('`').skip(3).step_by(2).collect();
            let mut named: Vec<&str> = section.keys().map(String::as_str).collect();
            known.sort_unstable();
            named.sort_unstable();
            assert_eq!(named, known, "{head}");
        }
    }
}
