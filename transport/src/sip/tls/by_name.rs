//! Which of our certificates a caller is shown (SNI, RFC 6066 section 3).

use std::sync::Arc;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// Our certificates with their names, in the order of the settings.
#[derive(Debug)]
pub(super) struct ByName {
    keys: Vec<(Vec<String>, Arc<CertifiedKey>)>,
}

impl ByName {
    pub(super) fn new(keys: Vec<(Vec<String>, Arc<CertifiedKey>)>) -> Self {
        Self { keys }
    }

    /// The first that names the domain, else the first with a wildcard for it, else the first.
    fn choose(&self, asked: Option<&str>) -> Option<&Arc<CertifiedKey>> {
        let with = |fits: &dyn Fn(&str) -> bool| {
            self.keys.iter().find(|(names, _)| names.iter().any(|name| fits(name))).map(|(_, key)| key)
        };
        let named = asked.and_then(|asked| {
            let parent = asked.split_once('.').map(|(_, parent)| parent);
            let exact = with(&|name| name.eq_ignore_ascii_case(asked));
            exact.or_else(|| {
                with(&|name| name.strip_prefix("*.").zip(parent).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b)))
            })
        });
        named.or_else(|| self.keys.first().map(|(_, key)| key))
    }
}

impl ResolvesServerCert for ByName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.choose(hello.server_name()).cloned()
    }
}
