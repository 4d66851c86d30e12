//! `callwright models`: which models there are to hear with, and fetching one.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Subcommand;
use speech::models::{self, CATALOGUE, FetchSettings, ModelInfo, Progress};

use super::Failure;
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum ModelsCommand {
    /// List the whisper models that can be fetched, and those that are here
    List,
    /// Fetch a whisper model; one that was cut off is gone on with
    Fetch {
        /// Its name, such as `base.en`
        name: String,
        /// Where from, instead of its makers' page
        #[arg(long, value_name = "URL", default_value = models::DEFAULT_BASE_URL)]
        from: String,
    },
}

/// The folder of models, below the data.
pub(crate) fn folder(config: &Config) -> PathBuf {
    config.data.join("models")
}

pub(super) fn run(command: ModelsCommand, config: &Config) -> Result<(), Failure> {
    let folder = folder(config);
    match command {
        // Whoever reads may have seen enough.
        ModelsCommand::List => drop(std::io::stdout().write_all(list(&folder).as_bytes())),
        ModelsCommand::Fetch { name, from } => fetch(&name, from, folder)?,
    }
    Ok(())
}

fn list(folder: &Path) -> String {
    let mut lines = vec![
        format!("{:<22} {:>9}  LANGUAGES", "NAME", "SIZE"),
        format!("{:<22} {:>9}  {:<9}part of the program: the demo's words only", "builtin", "", "English"),
    ];
    for model in CATALOGUE {
        let languages = if model.english_only() { "English" } else { "many" };
        let here = if folder.join(model.file_name()).exists() { "here" } else { "" };
        let line = format!("{:<22} {:>5} MiB  {languages:<9}{here}", model.name, model.mebibytes);
        lines.push(line.trim_end().to_owned());
    }
    lines.push("\ncallwright models fetch NAME gets one; then, in callwright.toml:".into());
    lines.push("[transcription]\nengine = \"whisper\"\nmodel = \"NAME\"\n".into());
    lines.join("\n")
}

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
fn fetch(name: &str, base_url: String, folder: PathBuf) -> Result<(), Failure> {
    let model = models::find(name).ok_or_else(|| unknown(name))?;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .user_agent(concat!("Callwright/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(20))
        .build()?;
    let settings = FetchSettings { base_url, ..FetchSettings::new(folder) };
    let mut bar = Bar::new(model);
    let fetched = super::runtime()?.block_on(models::fetch(&client, model, &settings, &mut |it| bar.show(it)));
    bar.end();
    println!("{}", fetched?.display());
    Ok(())
}

fn unknown(name: &str) -> Failure {
    let nearest = CATALOGUE.iter().map(|model| model.name).min_by_key(|known| strsim::damerau_levenshtein(known, name));
    format!("there is no model `{name}`; is `{}` meant? (`callwright models list`)", nearest.unwrap_or("base")).into()
}

/// A line on the terminal that grows; nothing where there is no terminal.
struct Bar {
    name: &'static str,
    since: Instant,
    begun_at: Option<u64>,
    shown: Option<Instant>,
    terminal: bool,
}

impl Bar {
    fn new(model: &ModelInfo) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self { name: model.name, since: Instant::now(), begun_at: None, shown: None, terminal }
    }

    fn show(&mut self, progress: Progress) {
        let begun_at = *self.begun_at.get_or_insert(progress.done);
        let whole = progress.total == Some(progress.done);
        let lately = self.shown.is_some_and(|shown| shown.elapsed() < Duration::from_millis(100));
        if !self.terminal || (lately && !whole) {
            return;
        }
        self.shown = Some(Instant::now());
        let line = line(self.name, progress, begun_at, self.since.elapsed());
        // A terminal that is gone is no reason to stop.
        let _ = write!(std::io::stderr(), "\r{line}\x1b[K");
    }

    fn end(&self) {
        if self.shown.is_some() {
            let _ = writeln!(std::io::stderr());
        }
    }
}

const BAR_WIDTH: u64 = 30;

/// `base.en [#####.....] 50 %  71 of 142 MiB  5.1 MiB/s  14 s left`
fn line(name: &str, progress: Progress, begun_at: u64, elapsed: Duration) -> String {
    let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let speed = progress.done.saturating_sub(begun_at) as f64 / elapsed.as_secs_f64().max(0.001);
    let pace = format!("{:.1} MiB/s", speed / f64::from(1 << 20));
    let Some(total) = progress.total.filter(|total| *total > 0) else {
        return format!("{name} {:.0} MiB  {pace}", mebibytes(progress.done));
    };
    let done = progress.done.min(total);
    let filled = done * BAR_WIDTH / total;
    let bar: String = (0..BAR_WIDTH).map(|place| if place < filled { '#' } else { '.' }).collect();
    let left = if speed >= 1.0 { format!("  {:.0} s left", (total - done) as f64 / speed) } else { String::new() };
    let (percent, have, all) = (done * 100 / total, mebibytes(done), mebibytes(total));
    format!("{name} [{bar}] {percent} %  {have:.0} of {all:.0} MiB  {pace}{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_tells_how_far_it_is() {
        let progress = Progress { done: 75 << 20, total: Some(100 << 20) };
        let line = line("base", progress, 25 << 20, Duration::from_secs(10));
        let bar = format!("{}{}", "#".repeat(22), ".".repeat(8));
        assert_eq!(line, format!("base [{bar}] 75 %  75 of 100 MiB  5.0 MiB/s  5 s left"));
    }

    #[test]
    fn the_list_tells_what_is_here() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ggml-base.en.bin"), []).unwrap();
        let list = list(folder.path());
        let here: Vec<_> = list.lines().filter(|line| line.ends_with("here")).collect();
        assert_eq!(here, ["base.en                  142 MiB  English  here"]);
    }

    #[test]
    fn a_wrong_name_gets_the_nearest_right_one() {
        assert!(unknown("basen").to_string().contains("`base`"), "{}", unknown("basen"));
    }
}
