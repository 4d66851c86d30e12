//! Spoken sentences on disk, bounded in size. A file's name is the hash of what it says and how; it holds a head, the
//! samples, and their hash, so that one that is cut or changed is found out and spoken anew.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::CacheSettings;
use super::engine::ENGINE_VERSION;
use super::frame::Request;

const HEAD: &[u8; 8] = b"CWSPEAK1";
const HASH_BYTES: usize = 32;
const ENDING: &str = "pcm";

/// What a sentence is kept under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key([u8; HASH_BYTES]);

impl Key {
    pub(super) fn of(request: &Request) -> Self {
        let mut hash = Sha256::new();
        for part in [ENGINE_VERSION, &request.voice.info().name, &request.text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    fn name(self) -> String {
        self.0.iter().fold(String::with_capacity(HASH_BYTES * 2), |name, byte| name + &format!("{byte:02x}"))
    }

    fn parse(name: &str) -> Option<Self> {
        if name.len() != HASH_BYTES * 2 || !name.is_ascii() {
            return None;
        }
        let mut bytes = [0; HASH_BYTES];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&name[at * 2..at * 2 + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}

/// Which files there are, by when they were last used.
#[derive(Debug, Default)]
struct Index {
    files: HashMap<Key, (u64, u64)>,
    by_use: BTreeMap<u64, Key>,
    bytes: u64,
    uses: u64,
}

impl Index {
    fn used(&mut self, key: Key, bytes: u64) {
        self.forget(key);
        self.uses += 1;
        self.files.insert(key, (self.uses, bytes));
        self.by_use.insert(self.uses, key);
        self.bytes += bytes;
    }

    fn forget(&mut self, key: Key) {
        if let Some((used, bytes)) = self.files.remove(&key) {
            self.by_use.remove(&used);
            self.bytes -= bytes;
        }
    }

    /// Takes out the least recently used ones until the rest fits.
    fn shrink(&mut self, most: u64) -> Vec<Key> {
        let mut out = Vec::new();
        while self.bytes > most
            && let Some((_, key)) = self.by_use.first_key_value()
        {
            let key = *key;
            self.forget(key);
            out.push(key);
        }
        out
    }
}

/// The cache. Its methods wait for the disk.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    max_bytes: u64,
    index: Mutex<Index>,
    temporary: AtomicU64,
}

impl Cache {
    /// Opens the folder and looks at what there is.
    pub(super) fn open(settings: &CacheSettings) -> io::Result<Self> {
        fs::create_dir_all(&settings.folder)?;
        let mut found = Vec::new();
        for entry in fs::read_dir(&settings.folder)?.flatten() {
            let path = entry.path();
            let key = path.file_stem().and_then(|stem| Key::parse(stem.to_str()?));
            match (key, path.extension().and_then(|ending| ending.to_str())) {
                (Some(key), Some(ENDING)) => {
                    let meta = entry.metadata()?;
                    found.push((meta.modified().unwrap_or(SystemTime::UNIX_EPOCH), key, meta.len()));
                }
                // Left by a process that was killed while writing.
                (_, Some("part")) => drop(fs::remove_file(path)),
                _ => {}
            }
        }
        found.sort_unstable();
        let mut index = Index::default();
        for (_, key, bytes) in found {
            index.used(key, bytes);
        }
        let cache = Self {
            folder: settings.folder.clone(),
            max_bytes: settings.max_bytes,
            index: Mutex::new(index),
            temporary: AtomicU64::new(0),
        };
        let too_many = cache.index().shrink(cache.max_bytes);
        cache.delete(too_many);
        Ok(cache)
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, key: Key) -> PathBuf {
        self.folder.join(key.name()).with_extension(ENDING)
    }

    fn delete(&self, keys: Vec<Key>) {
        for key in keys {
            // Gone already: as well.
            let _ = fs::remove_file(self.file(key));
        }
    }

    /// The sentence, if it is here and whole.
    pub(super) fn get(&self, key: Key) -> Option<Vec<i16>> {
        if !self.index().files.contains_key(&key) {
            return None;
        }
        let path = self.file(key);
        let read = fs::read(&path);
        let Some(samples) = read.as_ref().ok().and_then(|bytes| unpack(bytes)) else {
            tracing::warn!("a sentence in the voice's cache is damaged and is spoken anew");
            self.index().forget(key);
            self.delete(vec![key]);
            return None;
        };
        self.index().used(key, read.map_or(0, |bytes| bytes.len() as u64));
        // For the order after the next start; without it the order is that of the writing.
        let _ = File::options().append(true).open(path).and_then(|file| file.set_modified(SystemTime::now()));
        Some(samples)
    }

    /// Keeps a sentence; others go when there is no room.
    pub(super) fn put(&self, key: Key, samples: &[i16]) -> io::Result<()> {
        let bytes = pack(samples);
        if bytes.len() as u64 > self.max_bytes {
            return Ok(());
        }
        let number = self.temporary.fetch_add(1, Ordering::Relaxed);
        let temporary = self.folder.join(format!("{}-{number}.part", std::process::id()));
        let written = fs::write(&temporary, &bytes).and_then(|()| fs::rename(&temporary, self.file(key)));
        if let Err(error) = written {
            let _ = fs::remove_file(&temporary);
            return Err(error);
        }
        let out = {
            let mut index = self.index();
            index.used(key, bytes.len() as u64);
            index.shrink(self.max_bytes)
        };
        self.delete(out);
        Ok(())
    }
}

fn pack(samples: &[i16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD.len() + samples.len() * 2 + HASH_BYTES);
    bytes.extend_from_slice(HEAD);
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    let hash = Sha256::digest(&bytes);
    bytes.extend_from_slice(&hash);
    bytes
}

fn unpack(bytes: &[u8]) -> Option<Vec<i16>> {
    let (body, hash) = bytes.split_last_chunk::<HASH_BYTES>()?;
    let (pairs, odd) = body.strip_prefix(HEAD)?.as_chunks::<2>();
    (odd.is_empty() && Sha256::digest(body).as_slice() == hash)
        .then(|| pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pico::voice::Voice;

    fn key(text: &str) -> Key {
        Key::of(&Request { voice: Voice::DeDe, text: text.into() })
    }

    fn cache(folder: &tempfile::TempDir, max_bytes: u64) -> Cache {
        Cache::open(&CacheSettings { folder: folder.path().join("speech"), max_bytes }).expect("a cache")
    }

    #[test]
    fn what_was_kept_is_found_also_after_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = cache(&folder, 1 << 20);
        kept.put(key("a"), &[1, -2, 3]).expect("kept");
        assert_eq!(kept.get(key("a")), Some(vec![1, -2, 3]));
        assert_eq!(kept.get(key("b")), None);
        fs::write(kept.folder.join("9-9.part"), b"half").expect("written");
        let kept = cache(&folder, 1 << 20);
        assert_eq!(kept.get(key("a")), Some(vec![1, -2, 3]));
        assert_eq!(fs::read_dir(&kept.folder).expect("a folder").count(), 1);
    }

    #[test]
    fn a_damaged_file_is_ignored_and_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = cache(&folder, 1 << 20);
        type Damage = fn(&mut Vec<u8>);
        let damages: [Damage; 4] = [|b| b[10] ^= 1, |b| b.truncate(20), |b| b.truncate(3), Vec::clear];
        for damage in damages {
            kept.put(key("a"), &[5; 100]).expect("kept");
            let file = kept.file(key("a"));
            let mut bytes = fs::read(&file).expect("a file");
            damage(&mut bytes);
            fs::write(&file, bytes).expect("written");
            assert_eq!(kept.get(key("a")), None);
            assert!(!file.exists());
        }
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let folder = tempfile::tempdir().expect("a folder");
        // Room for two sentences of 100 samples.
        let kept = cache(&folder, 2 * 240 + 10);
        for name in ["a", "b"] {
            kept.put(key(name), &[1; 100]).expect("kept");
        }
        kept.get(key("a")).expect("here");
        kept.put(key("c"), &[1; 100]).expect("kept");
        let here = ["a", "b", "c"].map(|name| kept.get(key(name)).is_some());
        assert_eq!(here, [true, false, true]);
        kept.put(key("huge"), &[1; 1_000]).expect("not kept");
        assert_eq!(kept.get(key("huge")), None);
        // A smaller bound at the next start.
        let kept = cache(&folder, 250);
        assert_eq!(fs::read_dir(&kept.folder).expect("a folder").count(), 1);
    }
}
