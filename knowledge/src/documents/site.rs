//! A web site: its own pages only, as its `robots.txt` (RFC 9309) lets us, slowly.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::Url;
use robotxt::Robots;
use tokio::time::Instant;

use super::{Format, Limits, links, read, text};
use crate::Passage;

/// What we are called in `robots.txt`.
pub const AGENT: &str = "callwright";
/// As much of `robots.txt` as is read (RFC 9309 section 2.5).
const ROBOTS_BYTES: usize = 512 << 10;
/// How often an address may lead to another.
const REDIRECTS: usize = 5;
/// The longest address.
const ADDRESS: usize = 2_000;
/// The most addresses of a site that are remembered; further ones are not read.
const ADDRESSES: usize = 10_000;

/// How much of a site is read.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteSettings {
    /// The most pages. Default 300.
    pub pages: usize,
    /// How many links lead from the first page to the last. Default 6.
    pub depth: usize,
    /// The least time between two requests. Default 500 ms; the site may ask for more, up to 10 s.
    pub pause: Duration,
    /// The longest reading. Default 20 minutes.
    pub longest: Duration,
    /// No further page is read once there are so many passages. Default 20,000.
    pub passages: usize,
    /// What each page may cost.
    pub limits: Limits,
}

impl Default for SiteSettings {
    fn default() -> Self {
        Self {
            pages: 300,
            depth: 6,
            pause: Duration::from_millis(500),
            longest: Duration::from_mins(20),
            passages: 20_000,
            limits: Limits { bytes: 4 << 20, ..Limits::default() },
        }
    }
}

/// What a server answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// HTTP status.
    pub status: u16,
    /// Media type.
    pub media_type: String,
    /// Where it is now, for 3xx.
    pub location: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Fetches one address; redirects are not followed, and no more than `most` bytes read.
pub trait Fetch: Send + Sync {
    /// `None`: there was no answer.
    fn get<'a>(&'a self, address: &'a Url, most: usize) -> BoxFuture<'a, Option<Fetched>>;
}

/// A page that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SitePage {
    /// Its address.
    pub address: String,
    /// What it says.
    pub passages: Vec<Passage>,
}

/// What came of reading a site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Site {
    /// The pages with text, in the order in which they were found.
    pub pages: Vec<SitePage>,
    /// Pages that there are and that could not be read.
    pub failed: usize,
    /// Pages that `robots.txt` keeps for itself.
    pub kept: usize,
    /// A limit was reached: there may be more pages.
    pub cut: bool,
}

/// A site cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    /// Not an address of a web site.
    #[error("`{0}` is no address of a web site: it begins with https:// or http://, and names no user")]
    Address(String),
    /// `robots.txt` could not be asked for: then nothing may be read (RFC 9309 section 2.3.1.4).
    #[error("its robots.txt could not be fetched (no answer, or an error of the server): nothing was read")]
    Robots,
    /// `robots.txt` keeps even the first page for itself.
    #[error("its robots.txt does not let `callwright` read this address")]
    Forbidden,
    /// The first page is not there.
    #[error("the first page could not be read")]
    First,
}

/// Reads a site from this address on. What was said in its first path is kept: `https://example.org/help/` reads what
/// lies below `/help/`.
pub async fn site(address: &str, fetch: &dyn Fetch, settings: &SiteSettings) -> Result<Site, SiteError> {
    let start = start(address)?;
    let mut pace = Pace { next: Instant::now(), pause: settings.pause };
    let robots = robots(&start, fetch, &mut pace).await?;
    if let Some(delay) = robots.crawl_delay() {
        pace.pause = pace.pause.max(delay.min(Duration::from_secs(10)));
    }
    if !is_allowed(&robots, &start) {
        return Err(SiteError::Forbidden);
    }
    let until = Instant::now() + settings.longest;
    let mut site = Site::default();
    let mut room = settings.passages;
    let mut frontier = Frontier::new(start);
    while let Some((address, depth)) = frontier.waiting.pop_front() {
        if site.pages.len() >= settings.pages || room == 0 || Instant::now() >= until {
            site.cut = true;
            break;
        }
        if !is_allowed(&robots, &address) {
            site.kept += 1;
            continue;
        }
        pace.wait().await;
        let Some(answer) = fetch.get(&address, settings.limits.bytes).await else {
            site.failed += 1;
            continue;
        };
        if let Some(location) = answer.location.filter(|_| (300..400).contains(&answer.status)) {
            frontier.add(&address, &location, depth);
            continue;
        }
        let format = Format::of_media_type(&answer.media_type).or_else(|| Format::of_name(address.path()));
        let (200, Some(format)) = (answer.status, format) else {
            site.failed += usize::from(answer.status != 200);
            continue;
        };
        let (name, limits) = (address.to_string(), settings.limits);
        let leads_on = format == Format::Html && depth < settings.depth;
        let page = tokio::task::spawn_blocking(move || {
            let links = leads_on.then(|| links(&text::decode(&answer.body)));
            (links.unwrap_or_default(), read(&name, format, &answer.body, &limits))
        });
        let Ok(((base, found), read)) = page.await else {
            site.failed += 1;
            continue;
        };
        let base = base.and_then(|base| address.join(&base).ok()).unwrap_or_else(|| address.clone());
        for link in found {
            frontier.add(&base, &link, depth + 1);
        }
        match read {
            Ok(passages) => {
                room = room.saturating_sub(passages.len());
                site.pages.push(SitePage { address: address.to_string(), passages });
            }
            Err(_) => site.failed += 1,
        }
    }
    site.cut |= frontier.full;
    if site.pages.is_empty() { Err(SiteError::First) } else { Ok(site) }
}

/// Whether this may be the address of a site.
pub fn check(address: &str) -> Result<(), SiteError> {
    start(address).map(drop)
}

fn start(address: &str) -> Result<Url, SiteError> {
    let wrong = || SiteError::Address(address.chars().take(200).collect());
    let mut url = Url::parse(address.trim()).map_err(|_| wrong())?;
    url.set_fragment(None);
    let is_web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some() && address.len() <= ADDRESS;
    if is_web && url.username().is_empty() && url.password().is_none() { Ok(url) } else { Err(wrong()) }
}

async fn robots(start: &Url, fetch: &dyn Fetch, pace: &mut Pace) -> Result<Robots, SiteError> {
    let mut address = start.join("/robots.txt").map_err(|_| SiteError::Robots)?;
    for _ in 0..=REDIRECTS {
        pace.wait().await;
        let answer = fetch.get(&address, ROBOTS_BYTES).await.ok_or(SiteError::Robots)?;
        match (answer.status, answer.location) {
            (200..300, _) => return Ok(Robots::from_bytes(&answer.body, AGENT)),
            (300..400, Some(location)) => {
                let next = address.join(&location).ok().filter(|next| matches!(next.scheme(), "http" | "https"));
                address = next.ok_or(SiteError::Robots)?;
            }
            // It is not there: everything may be read (RFC 9309 section 2.3.1.3).
            (400..500, _) => break,
            _ => return Err(SiteError::Robots),
        }
    }
    Ok(Robots::from_bytes(b"", AGENT))
}

fn is_allowed(robots: &Robots, address: &Url) -> bool {
    let query = address.query().map(|query| format!("?{query}")).unwrap_or_default();
    robots.is_relative_allowed(&format!("{}{query}", address.path()))
}

/// Pages that are known and wait to be read.
struct Frontier {
    origin: (String, Option<String>, Option<u16>),
    /// What the path of every page begins with.
    below: String,
    known: HashSet<String>,
    /// There are more addresses than are remembered.
    full: bool,
    waiting: VecDeque<(Url, usize)>,
}

impl Frontier {
    fn new(start: Url) -> Self {
        let below = start.path().rsplit_once('/').map_or("/", |(folder, _)| folder);
        let below = format!("{}/", below.trim_end_matches('/'));
        let known = HashSet::from([start.to_string()]);
        Self { origin: origin(&start), below, known, full: false, waiting: VecDeque::from([(start, 0)]) }
    }

    /// A link of a page, if it leads to another page of the same site.
    fn add(&mut self, base: &Url, link: &str, depth: usize) {
        let Ok(mut address) = base.join(link.trim()) else { return };
        address.set_fragment(None);
        let ours = origin(&address) == self.origin && address.path().starts_with(&self.below);
        let text = address.to_string();
        // Endless calendars and searches are made by queries.
        let plain = address.query().is_none_or(|query| query.len() <= 100 && query.matches('&').count() < 3);
        if !(ours && plain && text.len() <= ADDRESS) || self.known.contains(&text) {
            return;
        }
        self.full = self.known.len() >= ADDRESSES;
        if !self.full {
            self.known.insert(text);
            self.waiting.push_back((address, depth));
        }
    }
}

/// `http` and `https` of a host are one site.
fn origin(address: &Url) -> (String, Option<String>, Option<u16>) {
    let host = address.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host).to_owned());
    let port = address.port();
    ("web".to_owned(), host.filter(|_| matches!(address.scheme(), "http" | "https")), port)
}

/// Not faster than this.
struct Pace {
    next: Instant,
    pause: Duration,
}

impl Pace {
    async fn wait(&mut self) {
        tokio::time::sleep_until(self.next).await;
        self.next = Instant::now() + self.pause;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Web {
        pages: HashMap<String, Fetched>,
        asked: Mutex<Vec<(String, Instant)>>,
    }

    impl Web {
        fn with(mut self, path: &str, body: &str) -> Self {
            let (status, media_type) = (200, if path.ends_with("txt") { "text/plain" } else { "text/html" }.to_owned());
            let page = Fetched { status, media_type, location: None, body: body.into() };
            self.pages.insert(format!("https://example.org{path}"), page);
            self
        }

        fn asked(&self) -> Vec<String> {
            let asked = self.asked.lock().expect("asked");
            asked.iter().map(|(address, _)| address.trim_start_matches("https://example.org").to_owned()).collect()
        }
    }

    impl Fetch for Web {
        fn get<'a>(&'a self, address: &'a Url, _: usize) -> BoxFuture<'a, Option<Fetched>> {
            self.asked.lock().expect("asked").push((address.to_string(), Instant::now()));
            let missing = || Fetched { status: 404, ..Fetched::default() };
            Box::pin(async move { Some(self.pages.get(address.as_str()).cloned().unwrap_or_else(missing)) })
        }
    }

    fn page(links: &[&str]) -> String {
        let links: Vec<String> = links.iter().map(|link| format!("<a href='{link}'>x</a>")).collect();
        format!("<title>T</title><p>Some text.{}</p>", links.join(""))
    }

    #[tokio::test(start_paused = true)]
    async fn the_sites_own_pages_are_read_once_and_slowly() {
        let web = Web::default()
            .with("/robots.txt", "User-agent: *\nDisallow: /private\nCrawl-delay: 2\n")
            .with("/", &page(&["a", "/a#part", "/private/b", "https://other.org/", "mailto:x@y.org", "/gone"]))
            .with("/a", &page(&["/", "/c"]))
            .with("/c", &page(&[]));
        let read = site("https://example.org", &web, &SiteSettings::default()).await.expect("a site");
        assert_eq!(web.asked(), ["/robots.txt", "/", "/a", "/gone", "/c"]);
        assert_eq!((read.pages.len(), read.failed, read.kept, read.cut), (3, 1, 1, false));
        assert_eq!(read.pages[0].passages[0].id, "https://example.org/#1");
        let asked = web.asked.lock().expect("asked");
        assert!(asked.windows(2).skip(1).all(|pair| pair[1].1 - pair[0].1 >= Duration::from_secs(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn limits_hold() {
        let links: Vec<String> = (0..50).map(|at| format!("/{at}")).collect();
        let mut web = Web::default().with("/", &page(&links.iter().map(String::as_str).collect::<Vec<_>>()));
        for link in &links {
            web = web.with(link, &page(&[]));
        }
        let settings = SiteSettings { pages: 10, ..SiteSettings::default() };
        let read = site("https://example.org/", &web, &settings).await.expect("a site");
        assert_eq!((read.pages.len(), read.cut), (10, true));
        let settings = SiteSettings { longest: Duration::from_secs(5), ..SiteSettings::default() };
        assert!(site("https://example.org/", &web, &settings).await.expect("a site").pages.len() <= 11);
    }

    #[tokio::test(start_paused = true)]
    async fn a_site_without_end_is_left() {
        let links: Vec<String> = (0..ADDRESSES + 5).map(|at| format!("/{at}")).collect();
        let first = page(&links.iter().map(String::as_str).collect::<Vec<_>>());
        let web = Web::default().with("/", &first).with("/0", &page(&[])).with("/1", &page(&[]));
        let settings = SiteSettings { longest: Duration::from_secs(5), ..SiteSettings::default() };
        let read = site("https://example.org/", &web, &settings).await.expect("a site");
        assert!(read.cut && read.pages.len() == 3);
        let settings = SiteSettings { passages: 2, ..settings };
        let web = web.with("/", &page(&["/0", "/1"]));
        let read = site("https://example.org/", &web, &settings).await.expect("a site");
        assert!(read.cut && read.pages.len() == 2, "enough is known");
        let mut frontier = Frontier::new(start("https://example.org/").expect("an address"));
        for link in &links {
            frontier.add(&start("https://example.org/").expect("an address"), link, 1);
        }
        assert!(frontier.full && frontier.known.len() == ADDRESSES);
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_lies_below_the_first_path_is_read() {
        let web = Web::default().with("/help/index.html", &page(&["a.html", "../shop", "/help/b"]));
        let web = web.with("/help/a.html", &page(&[])).with("/help/b", &page(&[])).with("/shop", &page(&[]));
        let read = site("https://example.org/help/index.html", &web, &SiteSettings::default()).await.expect("a site");
        assert_eq!(read.pages.len(), 3);
        assert!(!web.asked().contains(&"/shop".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_redirect_leads_on_within_the_site_only() {
        let moved = |to: &str| Fetched { status: 301, location: Some(to.to_owned()), ..Fetched::default() };
        let mut web = Web::default().with("/de/", &page(&["/away"]));
        web.pages.insert("https://example.org/".into(), moved("/de/"));
        web.pages.insert("https://example.org/away".into(), moved("https://other.org/x"));
        let read = site("https://example.org/", &web, &SiteSettings::default()).await.expect("a site");
        assert_eq!(read.pages.len(), 1);
        assert!(!web.asked().iter().any(|address| address.contains("other")));
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_not_be_read_is_not() {
        let broken = Fetched { status: 503, ..Fetched::default() };
        let mut web = Web::default().with("/", &page(&[]));
        web.pages.insert("https://example.org/robots.txt".into(), broken);
        assert_eq!(site("https://example.org/", &web, &SiteSettings::default()).await, Err(SiteError::Robots));
        let web = web.with("/robots.txt", "User-agent: callwright\nDisallow: /\n");
        assert_eq!(site("https://example.org/", &web, &SiteSettings::default()).await, Err(SiteError::Forbidden));
        let odd = site("ftp://example.org/", &web, &SiteSettings::default()).await;
        assert!(matches!(odd, Err(SiteError::Address(_))));
        assert_eq!(site("https://nobody.org/", &web, &SiteSettings::default()).await, Err(SiteError::First));
    }
}
