//! Answers from before, for when the name servers are gone (RFC 8767).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sip_core::Target;

use super::Question;

/// How long the name servers are left alone once they have failed, when there is an old answer.
const RECHECK: Duration = Duration::from_secs(30);

/// A bounded table of them.
#[derive(Debug)]
pub(super) struct Remembered {
    entries: Mutex<HashMap<Question, Entry>>,
    most: usize,
    keep: Duration,
}

#[derive(Debug)]
struct Entry {
    targets: Vec<Target>,
    at: Instant,
    /// The name servers failed: until then they are not asked again.
    again_at: Option<Instant>,
}

impl Remembered {
    pub(super) fn new(most: u64, keep: Duration) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX).max(1);
        Self { entries: Mutex::new(HashMap::new()), most, keep }
    }

    /// A good answer. Of too many, the oldest is forgotten.
    pub(super) fn note(&self, now: Instant, question: &Question, targets: &[Target]) {
        let mut entries = self.lock();
        if entries.len() >= self.most && !entries.contains_key(question) {
            let oldest = entries.iter().min_by_key(|(_, entry)| entry.at).map(|(question, _)| question.clone());
            if let Some(oldest) = oldest {
                entries.remove(&oldest);
            }
        }
        entries.insert(question.clone(), Entry { targets: targets.to_vec(), at: now, again_at: None });
    }

    /// The old answer, if it is not too old, and whether the name servers are to be left alone.
    pub(super) fn get(&self, now: Instant, question: &Question) -> Option<(Vec<Target>, bool)> {
        let entries = self.lock();
        let entry = entries.get(question).filter(|entry| now < entry.at + self.keep)?;
        Some((entry.targets.clone(), entry.again_at.is_some_and(|again| now < again)))
    }

    /// The name servers failed.
    pub(super) fn failed(&self, now: Instant, question: &Question) {
        if let Some(entry) = self.lock().get_mut(question) {
            entry.again_at = Some(now + RECHECK);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Question, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use sip_core::Protocol;

    use super::*;

    fn question(host: &str) -> Question {
        Question { host: host.into(), port: None, protocol: None, secure: false }
    }

    #[test]
    fn old_answers_serve_for_a_while_and_the_table_is_bounded() {
        let remembered = Remembered::new(2, Duration::from_secs(100));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let targets = [Target::new(Protocol::Udp, "192.0.2.1:5060".parse().unwrap())];
        remembered.note(start, &question("a"), &targets);
        assert_eq!(remembered.get(at(99), &question("a")), Some((targets.to_vec(), false)));
        remembered.failed(at(10), &question("a"));
        assert_eq!(remembered.get(at(39), &question("a")), Some((targets.to_vec(), true)));
        assert_eq!(remembered.get(at(40), &question("a")), Some((targets.to_vec(), false)), "they are asked again");
        assert_eq!(remembered.get(at(100), &question("a")), None, "too old");
        remembered.note(at(1), &question("b"), &targets);
        remembered.note(at(2), &question("c"), &targets);
        assert_eq!(remembered.get(at(3), &question("a")), None);
        assert!(remembered.get(at(3), &question("b")).is_some() && remembered.get(at(3), &question("c")).is_some());
    }
}
