//! The books at the start: what the configuration says is put into them, and the first API key is made.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use call_model::AppName;
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use store::{NewMember, NewNumber, NewTrunk, NewWebhook, RecordingRule, Store, StoreConfig, StoreError};

use crate::api::{self, Problem, TrunkSettings};
use crate::config::{Config, SecretError};

/// The store's settings, as the configuration has them.
pub fn store_config(config: &Config) -> StoreConfig {
    let mut store = StoreConfig::new(config.data.join("callwright.db"));
    store.default_country.clone_from(&config.business.country);
    store
}

/// The configuration could not be put into the books.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The books failed.
    #[error("the books failed")]
    Store(#[from] StoreError),
    /// A secret is not where the configuration says.
    #[error("a secret of the configuration is missing")]
    Secret(#[from] SecretError),
    /// A file of the business could not be read.
    #[error("{path} cannot be read")]
    Read {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A flow of the business's folder is wrong.
    #[error("{path} is not valid:\n{faults}")]
    Flow {
        /// Its path.
        path: PathBuf,
        /// What is wrong with it, a line each.
        faults: String,
    },
    /// A webhook without a secret could not be told from a stranger.
    #[error(
        "a webhook of the configuration has no secret: set `secret_env` to the name of a variable that holds whsec_ and 24 to 64 bytes in base 64"
    )]
    NoWebhookSecret,
    /// A number's rule on recording is not one.
    #[error("the number `{number}` has the recording rule `{rule}`: write off, announced or consent")]
    RecordingRule {
        /// The number.
        number: String,
        /// What was written.
        rule: String,
    },
    /// A number has no one answer.
    #[error("the number `{0}` needs either `flow` or `agent`: one says what answers")]
    Answer(String),
    /// An entry of a list is not valid.
    #[error("`{name}` of [[{list}]] is not valid: {fault}")]
    Entry {
        /// The list.
        list: &'static str,
        /// The entry, by its name, number or address.
        name: String,
        /// What is wrong and what to do.
        fault: String,
    },
    /// An agent of the business's folder is wrong.
    #[error("{path} is not valid:\n{faults}")]
    Agent {
        /// Its path.
        path: PathBuf,
        /// What is wrong with it, a line each.
        faults: String,
    },
}

/// Puts trunks, numbers, members and webhooks of the configuration into the books; what is there already by name is
/// brought up to date.
pub(super) async fn seed(store: &Store, config: &Config, now_ms: i64) -> Result<(), SeedError> {
    seed_trunks(store, config, now_ms).await?;
    seed_numbers(store, config, now_ms).await?;
    seed_members(store, config, now_ms).await?;
    let known = store.webhooks().await?;
    for webhook in &config.webhooks {
        let secret = webhook.resolve_secret()?.map(|secret| secret.expose_secret().to_owned());
        let events = if webhook.events.is_empty() { vec!["*".to_owned()] } else { webhook.events.clone() };
        let new = NewWebhook { url: webhook.url.clone(), secret, events, enabled: true };
        api::check_webhook(&new).map_err(entry("webhooks", &webhook.url))?;
        match known.iter().find(|record| record.url == webhook.url && !record.per_call) {
            Some(record) => drop(store.change_webhook(record.id, new, now_ms).await?),
            None if new.secret.is_none() => return Err(SeedError::NoWebhookSecret),
            None => drop(store.add_webhook(new, now_ms).await?),
        }
    }
    Ok(())
}

async fn seed_trunks(store: &Store, config: &Config, now_ms: i64) -> Result<(), SeedError> {
    let known = store.trunks().await?;
    for trunk in &config.trunks {
        let settings = TrunkSettings {
            host: trunk.host.clone(),
            transport: trunk.transport,
            user: trunk.user.clone(),
            auth_user: trunk.auth_user.clone(),
            register: trunk.register,
            addresses: trunk.addresses.clone(),
            caller_id: trunk.caller_id.clone(),
            allowed_prefixes: trunk.allowed_prefixes.clone(),
            denied_prefixes: trunk.denied_prefixes.clone(),
            rates: trunk.rates.clone(),
            spend_limit_day: trunk.spend_limit_day,
            spend_limit_call: trunk.spend_limit_call,
            max_calls: trunk.max_calls,
            srtp: trunk.srtp,
            outbound_proxy: trunk.outbound_proxy.clone(),
            identity: trunk.identity,
            privacy: trunk.privacy,
            diversion: trunk.diversion,
            transfer: trunk.transfer,
            accept_refer: trunk.accept_refer,
            proof: trunk.proof,
            sign: trunk.sign,
            quirks: trunk.quirks.clone(),
        };
        let settings = api::check_trunk(&trunk.name, settings.write()).map_err(entry("trunks", &trunk.name))?;
        let secret = trunk.resolve_password()?.map(|secret| secret.expose_secret().to_owned());
        let new = NewTrunk { name: trunk.name.clone(), config: settings.write(), secret };
        match known.iter().find(|record| record.name == trunk.name) {
            Some(record) => drop(store.change_trunk(record.id, new, now_ms).await?),
            None => drop(store.add_trunk(new, now_ms).await?),
        }
    }
    Ok(())
}

async fn seed_numbers(store: &Store, config: &Config, now_ms: i64) -> Result<(), SeedError> {
    for number in &config.numbers {
        let recording = match number.recording.as_deref() {
            None => None,
            Some(rule) => Some(
                RecordingRule::from_word(rule)
                    .ok_or_else(|| SeedError::RecordingRule { number: number.number.clone(), rule: rule.to_owned() })?,
            ),
        };
        let new = NewNumber {
            number: number.number.clone(),
            app: match (&number.flow, &number.agent) {
                (Some(flow), None) => AppName::Flow(flow.clone()),
                (None, Some(agent)) => AppName::Agent(agent.clone()),
                _ => return Err(SeedError::Answer(number.number.clone())),
            },
            language: number.language.clone(),
            recording,
            trunk: number.trunk.clone(),
            fax: number.fax.clone(),
        };
        let new = api::check_number(store, new).await.map_err(entry("numbers", &number.number))?;
        put_number(store, new, now_ms).await?;
    }
    Ok(())
}

/// What is wrong with an entry of a list, in the words of the API.
fn entry(list: &'static str, name: &str) -> impl FnOnce(Problem) -> SeedError {
    let name = name.to_owned();
    move |problem| SeedError::Entry { list, name, fault: problem.detail().to_owned() }
}

/// Adds a number, or brings it up to date.
pub(super) async fn put_number(store: &Store, new: NewNumber, now_ms: i64) -> Result<(), StoreError> {
    let kept = store.address(&new.number).e164().map_or_else(|| new.number.clone(), str::to_owned);
    let known = store.numbers().await?;
    match known.iter().find(|record| record.number == kept || record.number == new.number) {
        Some(record) => store.change_number(record.id, new, now_ms).await.map(drop),
        None => store.add_number(new, now_ms).await.map(drop),
    }
}

async fn seed_members(store: &Store, config: &Config, now_ms: i64) -> Result<(), SeedError> {
    for member in &config.members {
        let password = member.resolve_password()?;
        let password = password
            .map(|password| crate::api::password_hashes(&member.name, &config.sip.realm, password.expose_secret()));
        let new = NewMember {
            name: member.name.clone(),
            display: member.display.clone(),
            password,
            may_call_from: member.may_call_from.clone(),
            skills: member.skills.clone(),
            languages: member.languages.clone(),
            away: false,
        };
        put_member(store, new, now_ms).await?;
    }
    Ok(())
}

/// Adds a member, or brings it up to date. Whether it is away stays, and what it can where nothing is said of that.
pub(super) async fn put_member(store: &Store, mut new: NewMember, now_ms: i64) -> Result<(), StoreError> {
    let known = store.members().await?;
    let before = known.iter().find(|record| record.name == new.name);
    if let Some(record) = before {
        new.away = record.away;
        if new.skills.is_empty() {
            new.skills.clone_from(&record.skills);
        }
        if new.languages.is_empty() {
            new.languages.clone_from(&record.languages);
        }
    }
    match before {
        Some(record) => store.change_member(record.id, new, now_ms).await.map(drop),
        None => store.add_member(new, now_ms).await.map(drop),
    }
}

/// Puts a flow into the books, unless its active version says the same already.
pub(super) async fn put_flow(store: &Store, name: &str, yaml: &str, now_ms: i64) -> Result<(), StoreError> {
    if store.flow(name).await?.is_some_and(|record| record.yaml == yaml) {
        return Ok(());
    }
    store.put_flow(name, yaml, now_ms).await.map(drop)
}

/// Puts an agent into the books, unless its active version says the same already.
pub(super) async fn put_agent(store: &Store, name: &str, yaml: &str, now_ms: i64) -> Result<(), StoreError> {
    store.put_agent(name, yaml, now_ms).await.map(drop)
}

/// The first API key: made at the first start, kept in a file that only its owner can read. `None`: it was revoked, and
/// there are others.
pub async fn api_key(store: &Store, config: &Config, now_ms: i64) -> Result<Option<String>, SeedError> {
    const NAME: &str = "first";
    let path = config.data.join("api-key");
    let failed = |source| SeedError::Read { path: path.clone(), source };
    let key = match std::fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => text.trim().to_owned(),
        Ok(_) => make_key(&path).map_err(failed)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make_key(&path).map_err(failed)?,
        Err(error) => return Err(failed(error)),
    };
    let known = store.api_keys().await?;
    if !known.is_empty() && !known.iter().any(|record| record.name == NAME) {
        return Ok(None);
    }
    store.put_api_key(NAME, Sha256::digest(key.as_bytes()).into(), now_ms).await?;
    Ok(Some(key))
}

fn make_key(path: &std::path::Path) -> std::io::Result<String> {
    let key = format!("cw_{}", random_text(32));
    write_secret(path, &key)?;
    Ok(key)
}

/// Writes a file that only its owner can read.
pub(super) fn write_secret(path: &std::path::Path, secret: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    writeln!(file, "{secret}")
}

/// So many random letters and digits.
pub(super) fn random_text(length: usize) -> String {
    const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut bytes = vec![0; length];
    // Without the system's generator nothing here would be secret: better no key than a known one.
    getrandom::fill(&mut bytes).expect("the system has a random generator");
    bytes.iter().map(|byte| ALPHABET[usize::from(*byte) % ALPHABET.len()] as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn books() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        store.put_flow("desk", "as checked before", 0).await.unwrap();
        (folder, store)
    }

    #[tokio::test]
    async fn what_the_api_would_refuse_is_refused_at_the_start_too() {
        let (_folder, store) = books().await;
        for (text, hint) in [
            ("[[numbers]]\nnumber = '+4930901820'\n", "either `flow` or `agent`"),
            ("[[numbers]]\nnumber = 'a b'\nflow = 'desk'\n", "`a b` of [[numbers]] is not valid: a number is E.164"),
            ("[[numbers]]\nnumber = 'x'\nflow = 'none'\n", "no flow of this name"),
            ("[[numbers]]\nnumber = 'x'\nagent = 'none'\n", "no agent of this name"),
            ("[[numbers]]\nnumber = 'x'\nflow = 'desk'\ntrunk = 'none'\n", "no trunk of this name"),
            ("[[numbers]]\nnumber = 'x'\nflow = 'desk'\nrecording = 'always'\n", "announced or consent"),
            ("[[trunks]]\nname = 'a b'\nhost = 'sip.example'\n", "`a b` of [[trunks]] is not valid: `name`"),
            ("[[trunks]]\nname = 'a'\nhost = ''\n", "`host`"),
            ("[[trunks]]\nname = 'a'\nhost = 'sip.example'\nregister = true\n", "`user`"),
            ("[[webhooks]]\nurl = 'ftp://x'\nsecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'\n", "absolute URL"),
            ("[[webhooks]]\nurl = 'https://x'\nsecret = 'mine'\n", "whsec_"),
        ] {
            let config: Config = toml::from_str(text).unwrap();
            let fault = seed(&store, &config, 0).await.unwrap_err().to_string();
            assert!(fault.contains(hint), "{fault}");
        }
        let sound =
            "[[trunks]]\nname = 'a'\nhost = 'sip.example'\n[[numbers]]\nnumber = 'x'\nflow = 'desk'\ntrunk = 'a'\n";
        seed(&store, &toml::from_str(sound).unwrap(), 0).await.unwrap();
        assert_eq!(store.numbers().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_first_key_that_was_revoked_stays_so() {
        let (folder, store) = books().await;
        let config = Config { data: folder.path().to_owned(), ..Config::default() };
        let first = api_key(&store, &config, 0).await.unwrap();
        assert_eq!(api_key(&store, &config, 1).await.unwrap(), first, "kept over a restart");
        store.put_api_key("crm", [1; 32], 2).await.unwrap();
        store.delete_api_key("first").await.unwrap();
        assert_eq!(api_key(&store, &config, 3).await.unwrap(), None);
        assert_eq!(store.api_keys().await.unwrap().len(), 1);
    }
}
