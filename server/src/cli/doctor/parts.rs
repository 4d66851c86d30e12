//! What Callwright is made of here: secrets, books, voices and ears.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use speech::{PicoPool, PicoSettings, Synthesizer as _, Utterance, WorkerCommand};

use crate::cli::models_folder;
use crate::config::{Config, HearingEngine};
use crate::doctor::{Finding, show};

/// Whether files with secrets can be read by others on this machine.
pub(super) fn secrets(config: &Config, file: Option<&Path>) -> Vec<Finding> {
    let mut places: Vec<PathBuf> = vec![config.data.join("api-key"), config.data.join("demo-phone-password")];
    let mut inline = false;
    for trunk in &config.trunks {
        places.extend(trunk.password_file.clone());
        inline |= trunk.password.is_some();
    }
    for member in &config.members {
        places.extend(member.password_file.clone());
        inline |= member.password.is_some();
    }
    for webhook in &config.webhooks {
        places.extend(webhook.secret_file.clone());
        inline |= webhook.secret.is_some();
    }
    places.extend(config.telemetry.otlp_secret_file.clone());
    places.extend(config.telemetry.hep_password_file.clone());
    if inline {
        places.extend(file.map(Path::to_owned));
    }
    let mut findings = Vec::new();
    for place in places {
        match std::fs::metadata(&place) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && place.starts_with(&config.data) => {}
            Err(error) => findings.push(Finding::fault(
                "secrets",
                format!("{} cannot be read ({error})", show(&place)),
                "make it readable by the user that Callwright runs as, or name another place",
            )),
            Ok(meta) if meta.permissions().mode() & 0o077 != 0 => findings.push(Finding::warning(
                "secrets",
                format!("{} can be read by others on this machine", show(&place)),
                format!("chmod 600 {}", show(&place)),
            )),
            Ok(_) => {}
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok("secrets", "nobody else on this machine can read them"));
    }
    findings
}

/// Whether the books are whole.
pub(super) async fn books(config: &Config) -> Vec<Finding> {
    let path = crate::wiring::store_config(config).path;
    vec![match store::examine(&path).await {
        Ok(None) => Finding::ok("books", "there are none yet: the first start makes them"),
        Err(error) => Finding::fault(
            "books",
            format!("{} cannot be opened ({error})", show(&path)),
            "look at its permissions and its disk; a backup is put back by copying it there while nothing runs",
        ),
        Ok(Some(seen)) if !seen.damage.is_empty() => Finding::fault(
            "books",
            format!("{} is damaged: {}", show(&path), seen.damage.join("; ")),
            "stop Callwright, keep the file, put the last backup in its place (docs/operations.md), and look at the disk",
        ),
        Ok(Some(seen)) if seen.step > seen.known => Finding::fault(
            "books",
            format!("they were written by a newer Callwright (step {}, this one knows {})", seen.step, seen.known),
            "use that version, or put back a backup from before the upgrade",
        ),
        Ok(Some(seen)) if seen.step < seen.known => Finding::ok(
            "books",
            format!("whole, at step {} of {}: the next start brings them up to date", seen.step, seen.known),
        ),
        Ok(Some(_)) => Finding::ok("books", "whole and up to date"),
    }]
}

/// How long the built-in voice may take to start and speak a word.
const PATIENCE: Duration = Duration::from_secs(15);

/// Whether the voice speaks, and what hears is there.
pub(super) async fn speech(config: &Config) -> Vec<Finding> {
    let mut findings = vec![match tokio::time::timeout(PATIENCE, speak()).await {
        Ok(Ok(())) => Finding::ok("voice", "the built-in voice speaks"),
        Ok(Err(error)) => Finding::fault(
            "voice",
            format!("the built-in voice does not speak ({error})"),
            "the program must be able to start itself: look at `noexec` and at limits on processes",
        ),
        Err(_) => Finding::fault(
            "voice",
            format!("the built-in voice said nothing within {PATIENCE:?}"),
            "is the machine too busy?",
        ),
    }];
    if matches!(config.transcription.engine, HearingEngine::Whisper) {
        findings.push(match &config.transcription.model {
            None => {
                Finding::fault("hearing", "`transcription.model` is not set", "name one of `callwright models list`")
            }
            Some(name) => {
                let by_name = speech::models::find(name).map(|model| models_folder(config).join(model.file_name()));
                let path = by_name.unwrap_or_else(|| PathBuf::from(name));
                if path.exists() {
                    Finding::ok("hearing", format!("the model {name} is there"))
                } else {
                    let advice = format!("`callwright models fetch {name}`");
                    Finding::fault("hearing", format!("the model {} is not there", show(&path)), advice)
                }
            }
        });
    }
    findings
}

async fn speak() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let program = std::env::current_exe()?;
    let worker = WorkerCommand { program, arguments: vec![speech::pico::WORKER_ARGUMENT.into()] };
    let voice = PicoPool::start(PicoSettings { workers: 1, ..PicoSettings::new(worker) }).await?;
    let word = Utterance { text: "ready".into(), language: "en".into(), voice: None, keep: false };
    let mut stream = voice.speak(word);
    while let Some(chunk) = stream.next().await {
        chunk?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Weight;

    #[test]
    fn a_secret_that_others_can_read_is_told_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { data: folder.path().to_owned(), ..Config::default() };
        assert_eq!(secrets(&config, None)[0].weight, Weight::Ok);
        let secret = folder.path().join("carrier");
        std::fs::write(&secret, "x").unwrap();
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
        config.telemetry.otlp_secret_file = Some(secret.clone());
        let findings = secrets(&config, None);
        assert_eq!((findings.len(), findings[0].weight), (1, Weight::Warning));
        assert!(findings[0].advice.as_ref().unwrap().starts_with("chmod 600"));
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(secrets(&config, None)[0].weight, Weight::Ok);
    }

    #[tokio::test]
    async fn books_that_are_none_are_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data: folder.path().to_owned(), ..Config::default() };
        assert_eq!(books(&config).await[0].weight, Weight::Ok, "there are none yet");
        std::fs::write(crate::wiring::store_config(&config).path, "this is no database at all, but long enough")
            .unwrap();
        let finding = books(&config).await.remove(0);
        assert_eq!(finding.weight, Weight::Fault, "{finding:?}");
    }
}
