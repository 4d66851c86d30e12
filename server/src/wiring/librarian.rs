//! Keeps what agents know up to date: reads web sites when they are due, asks for missing vectors, and has the agents
//! learn of it.

use std::sync::Arc;
use std::time::Duration;

use knowledge::documents::site::{SiteSettings, site};
use knowledge::embed::{EmbedError, Embedder, OpenAiEmbedder, OpenAiEmbedderSettings, Vectors};
use knowledge::{Passage, PassageHash};
use store::{PassageRecord, SourceRecord, Store, StoreError};
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;
use voice_agent::Agent;

use super::agents::Shelves;
use super::papers::Papers;
use super::web::Web;
use crate::config::{KnowledgeSection, SecretError};

/// How often it is looked whether a web site is due.
const LOOK: Duration = Duration::from_secs(30);

/// Documents cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LibrarianFailure {
    /// The embeddings cannot be asked for.
    #[error("`knowledge.embeddings` cannot be used")]
    Embeddings(#[source] EmbedError),
    /// Their key is not where the configuration says.
    #[error("the key of `knowledge.embeddings` is missing")]
    Secret(#[from] SecretError),
    /// The client for web sites cannot be made.
    #[error("web sites cannot be read")]
    Client(#[from] reqwest::Error),
}

/// Reads and keeps what agents know.
pub(super) struct Librarian {
    store: Store,
    shelves: Arc<Shelves>,
    embedder: Option<Arc<dyn Embedder>>,
    site: SiteSettings,
    web: Web,
    changed: Notify,
    /// Held while the books are read for the agents: what was read first must not come last.
    opening: Mutex<()>,
}

impl Librarian {
    pub(super) fn new(
        store: Store,
        shelves: Arc<Shelves>,
        config: &KnowledgeSection,
    ) -> Result<Self, LibrarianFailure> {
        let embedder = match &config.embeddings {
            None => None,
            Some(embeddings) => {
                let key = embeddings.resolve_key()?;
                let settings = OpenAiEmbedderSettings {
                    key,
                    ..OpenAiEmbedderSettings::new(embeddings.url.as_str(), embeddings.model.as_str())
                };
                let embedder = OpenAiEmbedder::new(settings).map_err(LibrarianFailure::Embeddings)?;
                Some(Arc::new(embedder) as Arc<dyn Embedder>)
            }
        };
        Ok(Self {
            store,
            shelves,
            embedder,
            site: config.site(),
            web: Web::new(config.private_sites)?,
            changed: Notify::new(),
            opening: Mutex::new(()),
        })
    }

    /// Has the agents know what is in the books now; vectors that are missing are asked for later.
    pub(super) async fn open(&self) -> Result<(), StoreError> {
        let _turn = self.opening.lock().await;
        let papers = Papers::load(&self.store, self.embedder.clone()).await?;
        self.shelves.agents.brains().set_papers(papers);
        self.shelves.replace_agents(&self.store).await
    }

    /// A source was changed: the agents know it at once, a web site and vectors follow.
    pub(super) async fn changed(&self) -> Result<(), StoreError> {
        self.open().await?;
        self.changed.notify_one();
        Ok(())
    }

    /// Works until it is dropped.
    pub(super) fn start(self: Arc<Self>) -> AbortOnDropHandle<()> {
        let task: JoinHandle<()> = tokio::spawn(async move {
            if self.embedder.is_some() {
                self.learn().await;
            }
            loop {
                tokio::select! {
                    () = self.changed.notified() => if self.embedder.is_some() { self.learn().await },
                    () = tokio::time::sleep(LOOK) => {}
                }
                while self.read_one().await {
                    self.learn().await;
                }
            }
        });
        AbortOnDropHandle::new(task)
    }

    /// Reads a web site that is due. `false`: there is none.
    async fn read_one(&self) -> bool {
        let now = crate::api::now_ms();
        let due = match self.store.due_source(now).await {
            Ok(Some(due)) => due,
            Ok(None) => return false,
            Err(error) => {
                tracing::error!(%error, "the books do not tell which web site is due");
                return false;
            }
        };
        let read = self.read(&due).await;
        if let Err(fault) = &read {
            tracing::warn!(source = %due.name, %fault, "a web site could not be read");
        }
        match self.store.fill_source(&due, read, crate::api::now_ms()).await {
            // It was removed, or something else was put in its place, in the meantime.
            Ok(_) | Err(StoreError::NotFound(_) | StoreError::Conflict(_)) => true,
            Err(error) => {
                tracing::error!(%error, "what a web site says could not be kept");
                false
            }
        }
    }

    async fn read(&self, source: &SourceRecord) -> Result<Vec<PassageRecord>, String> {
        let address = source.address.as_deref().ok_or("it has no address")?;
        if !self.web.may_reach(address).await {
            return Err(
                "it is in a private network: `private_sites = true` under [knowledge] lets such sites be read".into()
            );
        }
        let read = site(address, &self.web, &self.site).await.map_err(|error| error.to_string())?;
        let (pages, failed, kept, cut) = (read.pages.len(), read.failed, read.kept, read.cut);
        tracing::info!(source = %source.name, pages, failed, kept, cut, "a web site was read");
        let passages = read.pages.into_iter().flat_map(|page| page.passages);
        Ok(passages.take(knowledge::MOST_PASSAGES).map(record).collect())
    }

    /// Asks for missing vectors and has the agents know what is in the books.
    async fn learn(&self) {
        if let Err(error) = self.complete().await {
            tracing::warn!(%error, "some passages have no vectors yet: they are found by their words");
        }
        if let Err(error) = self.open().await {
            tracing::error!(%error, "what is in the books could not be read: agents know what they knew");
        }
    }

    async fn complete(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let Some(embedder) = &self.embedder else { return Ok(()) };
        let model = embedder.model();
        let mut vectors = Vectors::new(model);
        for (hash, bytes) in self.store.vectors(model).await? {
            if let Ok(hash) = hash.try_into().map(PassageHash) {
                vectors.import(hash, &bytes)?;
            }
        }
        let passages = self.passages().await?;
        let missing: Vec<Passage> = passages.into_iter().filter(|passage| !vectors.contains(&passage.hash())).collect();
        // In steps: what was paid for is kept.
        for step in missing.chunks(256) {
            let done = vectors.complete(embedder.as_ref(), step).await;
            let made =
                step.iter().map(Passage::hash).filter_map(|hash| Some((hash.0.to_vec(), vectors.export(&hash)?)));
            self.store.keep_vectors(model, made.collect()).await?;
            done?;
        }
        Ok(())
    }

    /// Everything that an agent may know.
    async fn passages(&self) -> Result<Vec<Passage>, StoreError> {
        let papers = Papers::load(&self.store, None).await?;
        let mut passages: Vec<Passage> = papers.passages().cloned().collect();
        let (records, shelves) = (self.store.agents().await?, self.shelves.clone());
        let of_agents = tokio::task::spawn_blocking(move || {
            let agents = records.iter().filter_map(|record| Agent::parse(&record.yaml, &record.name).ok());
            agents.filter_map(|agent| shelves.agents.brains().passages(&agent).ok()).flatten().collect::<Vec<_>>()
        });
        passages.extend(of_agents.await.unwrap_or_default());
        Ok(passages)
    }
}

fn record(passage: Passage) -> PassageRecord {
    PassageRecord { id: passage.id, questions: passage.questions, answer: passage.answer }
}
