//! One sentence for whoever asks: from the cache, from somebody who asks for the same at this moment, or from a worker.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::PicoCounters;
use super::cache::{Cache, Key};
use super::frame::Request;
use super::pool::{Pool, Spoken};
use crate::SpeakError;

#[derive(Debug, Default)]
struct Counts {
    spoken: AtomicU64,
    cached: AtomicU64,
    shared: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

type Coming = watch::Receiver<Option<Spoken>>;

#[derive(Debug)]
pub(super) struct Sentences {
    pool: Pool,
    cache: Option<Arc<Cache>>,
    /// Being made now. At most as many as there are streams.
    coming: Mutex<HashMap<Key, Coming>>,
    counts: Counts,
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Sentences {
    pub(super) fn new(pool: Pool, cache: Option<Cache>) -> Self {
        Self { pool, cache: cache.map(Arc::new), coming: Mutex::default(), counts: Counts::default() }
    }

    pub(super) const fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(super) fn counters(&self) -> PicoCounters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        PicoCounters {
            spoken: read(&self.counts.spoken),
            cached: read(&self.counts.cached),
            shared: read(&self.counts.shared),
            refused: read(&self.counts.refused),
            failed: read(&self.counts.failed),
            workers_started: self.pool.started(),
        }
    }

    fn coming(&self) -> MutexGuard<'_, HashMap<Key, Coming>> {
        self.coming.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sentence's samples; with `keep` they go to the disk too. It is made in a task of its own, because others may come to wait for it as well.
    pub(super) async fn get(self: &Arc<Self>, request: Request, keep: bool) -> Spoken {
        let mut coming = self.follow(request, keep);
        let spoken = coming.wait_for(Option::is_some).await;
        spoken.ok().and_then(|spoken| spoken.clone()).unwrap_or(Err(SpeakError::WorkerDied))
    }

    fn follow(self: &Arc<Self>, request: Request, keep: bool) -> Coming {
        let key = Key::of(&request);
        let mut all = self.coming();
        if let Some(coming) = all.get(&key).filter(|coming| coming.has_changed().is_ok()) {
            add(&self.counts.shared);
            return coming.clone();
        }
        let (sender, receiver) = watch::channel(None);
        all.insert(key, receiver.clone());
        drop(all);
        let this = Arc::clone(self);
        tokio::spawn(async move {
            let spoken = this.make(key, request, keep).await;
            this.coming().remove(&key);
            // Whoever waited may be gone.
            let _ = sender.send(Some(spoken));
        });
        receiver
    }

    async fn make(&self, key: Key, request: Request, keep: bool) -> Spoken {
        if let Some(samples) = self.find(key).await {
            add(&self.counts.cached);
            return Ok(samples);
        }
        let spoken = self.pool.speak(request).await;
        match &spoken {
            Ok(samples) => {
                add(&self.counts.spoken);
                if keep {
                    self.keep(key, samples);
                }
            }
            Err(SpeakError::Overloaded) => add(&self.counts.refused),
            Err(_) => add(&self.counts.failed),
        }
        spoken
    }

    async fn find(&self, key: Key) -> Option<Arc<[i16]>> {
        let cache = Arc::clone(self.cache.as_ref()?);
        let found = tokio::task::spawn_blocking(move || cache.get(key)).await;
        found.ok().flatten().map(Arc::from)
    }

    /// Writes it down without anybody waiting for that.
    fn keep(&self, key: Key, samples: &Arc<[i16]>) {
        let Some(cache) = self.cache.clone() else { return };
        let samples = Arc::clone(samples);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = cache.put(key, &samples) {
                tracing::warn!(%error, "a sentence cannot be kept in the voice's cache");
            }
        });
    }
}
