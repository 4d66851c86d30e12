//! How many calls each trunk carries: every leg that goes by a trunk holds a line of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The lines in use, by the trunk's name.
#[derive(Debug, Default)]
pub(crate) struct Lines(Mutex<HashMap<String, usize>>);

impl Lines {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a line; how many were in use before decides whether it may be kept.
    pub(crate) fn take(self: &Arc<Self>, trunk: &str) -> Line {
        let mut lines = self.lock();
        let used = lines.entry(trunk.to_owned()).or_default();
        let before = *used;
        *used += 1;
        Line { lines: self.clone(), trunk: trunk.to_owned(), before }
    }

    /// Lines in use on this trunk.
    pub(crate) fn used(&self, trunk: &str) -> usize {
        self.lock().get(trunk).copied().unwrap_or(0)
    }
}

/// A line in use; given back when dropped.
#[derive(Debug)]
pub(crate) struct Line {
    lines: Arc<Lines>,
    trunk: String,
    /// Lines that were in use when it was taken.
    pub before: usize,
}

impl Line {
    /// The trunk that it is of.
    pub(crate) fn trunk(&self) -> &str {
        &self.trunk
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut lines = self.lines.lock();
        if let Some(used) = lines.get_mut(&self.trunk) {
            *used -= 1;
            if *used == 0 {
                lines.remove(&self.trunk);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_given_back_when_its_leg_goes() {
        let lines = Arc::new(Lines::default());
        let first = lines.take("acme");
        let second = lines.take("acme");
        assert_eq!((first.before, second.before, lines.used("acme"), lines.used("other")), (0, 1, 2, 0));
        drop(first);
        assert_eq!(lines.used("acme"), 1);
        drop(second);
        assert!(lines.lock().is_empty());
    }
}
