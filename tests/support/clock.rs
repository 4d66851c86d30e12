//! A wall clock that a test sets while the program runs.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;

use crate::server::Settings;

/// The clock of one server. The steady clock is not touched, as when somebody sets the clock of a machine.
#[derive(Debug)]
pub struct Clock {
    offset: File,
    folder: tempfile::TempDir,
}

impl Clock {
    /// One that is right.
    ///
    /// # Panics
    /// Where there is no C compiler; the program itself is not built without one.
    pub fn right() -> Self {
        let folder = tempfile::Builder::new().prefix("callwright-clock-").tempdir().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("support/clock.c");
        let built = Command::new("cc")
            .args(["-O1", "-shared", "-fPIC", "-o"])
            .arg(folder.path().join("clock.so"))
            .arg(source)
            .status();
        assert!(built.unwrap().success(), "a C compiler is needed");
        let path = folder.path().join("offset");
        std::fs::write(&path, 0_i64.to_ne_bytes()).unwrap();
        let offset = File::options().write(true).open(path).unwrap();
        Self { offset, folder }
    }

    /// Settings of a server that goes by it.
    #[must_use]
    pub fn given_to(&self, settings: Settings) -> Settings {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        settings.environment("LD_PRELOAD", &at("clock.so")).environment("TEST_CLOCK", &at("offset"))
    }

    /// Sets it to so many ms after (or before) the right time.
    pub fn set(&self, offset_ms: i64) {
        self.offset.write_all_at(&offset_ms.to_ne_bytes(), 0).unwrap();
    }
}
