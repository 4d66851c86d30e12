//! Certificates that were fetched. Whoever calls decides on the address: so it is https only, of the public internet
//! only, few at a time, short, and asked once however many calls wait for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use knowledge::documents::site::Fetch;
use reqwest::Url;
use stir::Chain;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Certificates that are kept.
const MAX_KEPT: usize = 256;
/// Fetches at a time; a certificate that would need one more counts as late.
const MAX_FETCHES: usize = 16;
/// The longest that is read, bytes.
const MAX_BYTES: usize = 64 * 1_024;
/// How long a fetch that failed is not tried again.
const FAILED_FOR: Duration = Duration::from_secs(30);

/// What came of asking for a certificate.
#[derive(Debug, Clone)]
pub(super) enum Found {
    /// It is there.
    Chain(Arc<Chain>),
    /// There is none, or it is where we do not ask.
    Nothing,
    /// What is there is no certificate.
    Unreadable,
    /// It has not come yet.
    Late,
}

/// Certificates by their address.
pub(super) struct Cache {
    web: Arc<dyn Fetch>,
    kept_for: Duration,
    fetches: Arc<Semaphore>,
    kept: Mutex<HashMap<String, Kept>>,
}

struct Kept {
    since: Instant,
    found: Shared<BoxFuture<'static, Found>>,
}

impl Kept {
    fn is_good(&self, kept_for: Duration) -> bool {
        let lasts = match self.found.peek() {
            Some(Found::Chain(_)) => kept_for,
            // The fetch under way has its own time limit.
            None => Duration::MAX,
            Some(_) => FAILED_FOR,
        };
        self.since.elapsed() < lasts
    }
}

impl Cache {
    pub(super) fn new(web: Arc<dyn Fetch>, kept_for: Duration) -> Self {
        Self { web, kept_for, fetches: Arc::new(Semaphore::new(MAX_FETCHES)), kept: Mutex::default() }
    }

    /// The certificate at an address. A fetch that nobody waits for any longer goes on, for the next call.
    pub(super) async fn get(&self, address: &str) -> Found {
        let Some(url) = allowed(address) else { return Found::Nothing };
        let found = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(kept) = kept.get(address).filter(|kept| kept.is_good(self.kept_for)) {
                kept.found.clone()
            } else {
                let Some(found) = self.fetch(url) else { return Found::Late };
                make_room(&mut kept);
                kept.insert(address.to_owned(), Kept { since: Instant::now(), found: found.clone() });
                found
            }
        };
        found.await
    }

    fn fetch(&self, url: Url) -> Option<Shared<BoxFuture<'static, Found>>> {
        let permit = self.fetches.clone().try_acquire_owned().ok()?;
        let web = self.web.clone();
        let task = tokio::spawn(async move {
            let fetched = web.get(&url, MAX_BYTES).await;
            drop(permit);
            match fetched {
                Some(page) if page.status == 200 => {
                    Chain::read(&page.body).map_or(Found::Unreadable, |chain| Found::Chain(Arc::new(chain)))
                }
                _ => Found::Nothing,
            }
        });
        let found = task.map(|done| done.unwrap_or(Found::Nothing)).boxed().shared();
        // Whether it is done is seen only by who waits for it, and all may have given up.
        tokio::spawn(found.clone());
        Some(found)
    }
}

/// The oldest goes, so that strangers cannot fill the memory with addresses.
fn make_room(kept: &mut HashMap<String, Kept>) {
    if kept.len() >= MAX_KEPT
        && let Some(oldest) = kept.iter().min_by_key(|(_, it)| it.since).map(|(address, _)| address.clone())
    {
        kept.remove(&oldest);
    }
}

/// https, without credentials, on the standard port or 8443.
fn allowed(address: &str) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    let port = matches!(url.port_or_known_default(), Some(443 | 8443));
    (url.scheme() == "https" && plain && port && address.len() <= 1_024).then_some(url)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use knowledge::documents::site::Fetched;
    use tokio::sync::Notify;

    use super::*;

    /// A server with one certificate, that answers when it is told.
    struct Server {
        asked: AtomicUsize,
        answer: Notify,
        body: Option<Vec<u8>>,
    }

    impl Fetch for Server {
        fn get<'a>(&'a self, _: &'a Url, _: usize) -> BoxFuture<'a, Option<Fetched>> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let answer = async {
                self.answer.notified().await;
                let body = self.body.clone()?;
                Some(Fetched { status: 200, media_type: String::new(), location: None, body })
            };
            answer.boxed()
        }
    }

    fn server(body: Option<&[u8]>) -> (Arc<Server>, Cache) {
        let body = body.map(<[u8]>::to_vec);
        let server = Arc::new(Server { asked: AtomicUsize::new(0), answer: Notify::new(), body });
        let cache = Cache::new(server.clone(), Duration::from_secs(100));
        (server, cache)
    }

    const ADDRESS: &str = "https://cert.example/a.pem";

    #[tokio::test(start_paused = true)]
    async fn many_calls_ask_once_and_the_answer_is_kept_for_its_time() {
        let (server, cache) = server(Some(b"\x30\x00"));
        server.answer.notify_one();
        let (one, two) = tokio::join!(cache.get(ADDRESS), cache.get(ADDRESS));
        assert!(matches!((one, two), (Found::Chain(_), Found::Chain(_))));
        assert_eq!(server.asked.load(Ordering::Relaxed), 1);
        tokio::time::advance(Duration::from_secs(101)).await;
        server.answer.notify_one();
        assert!(matches!(cache.get(ADDRESS).await, Found::Chain(_)));
        assert_eq!(server.asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_answer_serves_the_next_call() {
        let (server, cache) = server(Some(b"\x30\x00"));
        let wait = Duration::from_millis(500);
        assert!(tokio::time::timeout(wait, cache.get(ADDRESS)).await.is_err());
        server.answer.notify_one();
        assert!(matches!(cache.get(ADDRESS).await, Found::Chain(_)));
        assert_eq!(server.asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_answer_grows_old_like_any_other() {
        let (server, cache) = server(Some(b"\x30\x00"));
        let wait = Duration::from_millis(500);
        assert!(tokio::time::timeout(wait, cache.get(ADDRESS)).await.is_err());
        server.answer.notify_one();
        // Nobody waits any longer; it comes all the same, and is too old when the next call wants it.
        tokio::time::sleep(Duration::from_secs(101)).await;
        server.answer.notify_one();
        assert!(matches!(cache.get(ADDRESS).await, Found::Chain(_)));
        assert_eq!(server.asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_failed_is_tried_again_later() {
        let (server, cache) = server(None);
        server.answer.notify_one();
        assert!(matches!(cache.get(ADDRESS).await, Found::Nothing));
        assert!(matches!(cache.get(ADDRESS).await, Found::Nothing));
        assert_eq!(server.asked.load(Ordering::Relaxed), 1);
        tokio::time::advance(FAILED_FOR).await;
        server.answer.notify_one();
        assert!(matches!(cache.get(ADDRESS).await, Found::Nothing));
        assert_eq!(server.asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn strangers_make_us_ask_few_at_a_time_and_keep_few() {
        let (server, cache) = server(Some(b"\x30\x00"));
        for number in 0..MAX_FETCHES {
            let address = format!("https://cert.example/{number}");
            assert!(tokio::time::timeout(Duration::from_millis(1), cache.get(&address)).await.is_err());
        }
        assert!(matches!(cache.get("https://cert.example/more").await, Found::Late));
        let mut kept = HashMap::new();
        for number in 0..1_000 {
            make_room(&mut kept);
            let found = std::future::ready(Found::Nothing).boxed().shared();
            kept.insert(number.to_string(), Kept { since: Instant::now(), found });
        }
        assert_eq!((kept.len(), server.asked.load(Ordering::Relaxed)), (MAX_KEPT, MAX_FETCHES));
    }

    #[tokio::test]
    async fn only_https_is_asked() {
        let (server, cache) = server(Some(b"\x30\x00"));
        for address in
            ["http://cert.example/", "file:///etc/passwd", "https://a:b@cert.example/", "https://c.example:22/", "x"]
        {
            assert!(matches!(cache.get(address).await, Found::Nothing), "{address}");
        }
        assert_eq!(server.asked.load(Ordering::Relaxed), 0);
    }
}
