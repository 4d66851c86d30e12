//! Downloads a model: goes on where it was cut, and believes only a file with the right checksum.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{CONTENT_RANGE, RANGE};
use reqwest::{Client, Response, StatusCode};
use sha1::{Digest, Sha1};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};

use super::ModelInfo;

/// Where whisper.cpp's makers publish their models.
pub const DEFAULT_BASE_URL: &str = "https://huggingface.co/ggerganov/whisper.cpp/resolve/main";

/// Where from, where to, and how patiently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchSettings {
    /// The address before the file's name. Default [`DEFAULT_BASE_URL`].
    pub base_url: String,
    /// The folder for the file; made when it does not exist.
    pub folder: PathBuf,
    /// How often it is tried. What was fetched is kept between tries, and between runs. Default 5.
    pub attempts: u32,
    /// The pause between tries. Default 2 s.
    pub retry_after: Duration,
    /// The longest silence of the server. Default 30 s.
    pub stall_limit: Duration,
}

impl FetchSettings {
    /// The defaults, into this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            base_url: DEFAULT_BASE_URL.into(),
            folder: folder.into(),
            attempts: 5,
            retry_after: Duration::from_secs(2),
            stall_limit: Duration::from_secs(30),
        }
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are here.
    pub done: u64,
    /// Bytes in all, where the server tells.
    pub total: Option<u64>,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It cannot be written.
    #[error("{} cannot be written", path.display())]
    File {
        /// The file or its folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The server was not reached, or the connection broke.
    #[error("the download failed")]
    Request(#[source] reqwest::Error),
    /// The server refuses.
    #[error("the server answered {status}")]
    Status {
        /// With this.
        status: StatusCode,
    },
    /// The server sent nothing for too long.
    #[error("the server sent nothing for {limit:?}")]
    Stalled {
        /// The limit.
        limit: Duration,
    },
    /// The file ended too early, or the server went on at another place than asked for.
    #[error("the download was cut after {done} bytes")]
    Cut {
        /// Bytes that are here.
        done: u64,
    },
    /// The file is whole, but not the one that its makers published.
    #[error("the file's checksum is {found}, not {expected}")]
    WrongChecksum {
        /// As published.
        expected: String,
        /// As fetched.
        found: String,
    },
}

impl FetchError {
    /// Whether trying again may help.
    fn passes(&self) -> bool {
        match self {
            Self::Request(_) | Self::Stalled { .. } | Self::Cut { .. } => true,
            Self::Status { status } => {
                status.is_server_error()
                    || matches!(*status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
            }
            Self::File { .. } | Self::WrongChecksum { .. } => false,
        }
    }
}

/// Fetches a model, unless it is there already, and gives its path. A file that was begun before is gone on with.
pub async fn fetch(
    client: &Client,
    model: &ModelInfo,
    settings: &FetchSettings,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<PathBuf, FetchError> {
    let folder = settings.folder.as_path();
    fs::create_dir_all(folder).await.map_err(at(folder))?;
    let whole = folder.join(model.file_name());
    let part = folder.join(format!("{}.part", model.file_name()));
    if hash_file(&whole).await.map_err(at(&whole))?.is_some_and(|begun| hex(begun.hash) == model.sha1) {
        return Ok(whole);
    }
    let url = format!("{}/{}", settings.base_url.trim_end_matches('/'), model.file_name());
    let mut tries = 0;
    loop {
        tries += 1;
        match attempt(client, &url, &part, model.sha1, settings.stall_limit, progress).await {
            Ok(()) => break,
            Err(error) if error.passes() && tries < settings.attempts => sleep(settings.retry_after).await,
            Err(error) => return Err(error),
        }
    }
    fs::rename(&part, &whole).await.map_err(at(&whole))?;
    Ok(whole)
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FetchError + use<'_> {
    move |source| FetchError::File { path: path.to_owned(), source }
}

/// A file that is here, or a part of it.
#[derive(Default)]
struct Begun {
    hash: Sha1,
    bytes: u64,
}

/// One try: fetches what is missing of the part, and checks the whole.
async fn attempt(
    client: &Client,
    url: &str,
    part: &Path,
    sha1: &str,
    stall_limit: Duration,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), FetchError> {
    let begun = hash_file(part).await.map_err(at(part))?.unwrap_or_default();
    if begun.bytes > 0 && hex(begun.hash.clone()) == sha1 {
        return Ok(());
    }
    let mut request = client.get(url);
    if begun.bytes > 0 {
        request = request.header(RANGE, format!("bytes={}-", begun.bytes));
    }
    let answered = timeout(stall_limit, request.send()).await;
    let response = answered.map_err(|_| FetchError::Stalled { limit: stall_limit })?.map_err(FetchError::Request)?;
    let begun = match response.status() {
        StatusCode::OK => Begun::default(),
        StatusCode::PARTIAL_CONTENT if starts_at(&response) == Some(begun.bytes) => begun,
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
            // What is here does not fit to what is there: from the beginning.
            fs::remove_file(part).await.map_err(at(part))?;
            return Err(FetchError::Cut { done: 0 });
        }
        status => return Err(FetchError::Status { status }),
    };
    let resumed = begun.bytes > 0;
    let done = receive(response, part, begun, stall_limit, progress).await?;
    let found = hex(done.hash);
    if found == sha1 {
        return Ok(());
    }
    fs::remove_file(part).await.map_err(at(part))?;
    // The beginning may have been of another file.
    if resumed {
        Err(FetchError::Cut { done: 0 })
    } else {
        Err(FetchError::WrongChecksum { expected: sha1.into(), found })
    }
}

/// The first byte that a partial answer holds.
fn starts_at(response: &Response) -> Option<u64> {
    let range = response.headers().get(CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

/// Writes the body behind what is there.
async fn receive(
    mut response: Response,
    part: &Path,
    mut begun: Begun,
    stall_limit: Duration,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Begun, FetchError> {
    let total = response.content_length().map(|rest| begun.bytes + rest);
    let mut options = OpenOptions::new();
    let options = if begun.bytes > 0 { options.append(true) } else { options.write(true).create(true).truncate(true) };
    let mut file = options.open(part).await.map_err(at(part))?;
    loop {
        progress(Progress { done: begun.bytes, total });
        let chunk = match timeout(stall_limit, response.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => break,
            outcome => {
                file.flush().await.map_err(at(part))?;
                return Err(match outcome {
                    Ok(Err(error)) => FetchError::Request(error),
                    _ => FetchError::Stalled { limit: stall_limit },
                });
            }
        };
        file.write_all(&chunk).await.map_err(at(part))?;
        begun.hash.update(&chunk);
        begun.bytes += chunk.len() as u64;
    }
    file.flush().await.map_err(at(part))?;
    if total.is_some_and(|total| begun.bytes < total) {
        return Err(FetchError::Cut { done: begun.bytes });
    }
    file.sync_all().await.map_err(at(part))?;
    Ok(begun)
}

/// What a file holds; `None` where there is none.
async fn hash_file(path: &Path) -> io::Result<Option<Begun>> {
    let mut file = match File::open(path).await {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut begun = Begun::default();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut buffer).await?;
        if count == 0 {
            return Ok(Some(begun));
        }
        begun.hash.update(&buffer[..count]);
        begun.bytes += count as u64;
    }
}

fn hex(hash: Sha1) -> String {
    use std::fmt::Write as _;
    hash.finalize().iter().fold(String::with_capacity(40), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
