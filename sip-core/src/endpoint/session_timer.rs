//! What is agreed on session timers (RFC 4028): for how long a session stands without a sign of life, and who gives it.

use std::time::Duration;

use super::config::CallTimers;
use super::content::{ALLOW, ALLOW_NO_UPDATE};
use crate::message::{HeaderName, Headers, Method};

/// The option tag.
pub(super) const TIMER: &str = "timer";
/// What a missing Min-SE means, in seconds (RFC 4028 section 5).
const DEFAULT_MIN_SE: u32 = 90;
/// How often a request is sent again with a longer interval after 422.
pub(super) const MAX_RAISES: u8 = 4;

/// Who refreshes, by the roles in the request that a header belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refresher {
    Uac,
    Uas,
}

/// What a message says of session timers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wish {
    expires: Option<u32>,
    refresher: Option<Refresher>,
    min_se: Option<u32>,
    supported: bool,
}

impl Wish {
    pub(super) fn of(headers: &Headers) -> Self {
        let expires = headers.session_expires();
        let refresher = expires.and_then(|(_, refresher)| refresher).and_then(|text| {
            let is = |role: &str| text.eq_ignore_ascii_case(role);
            if is("uac") { Some(Refresher::Uac) } else { is("uas").then_some(Refresher::Uas) }
        });
        Self {
            expires: expires.map(|(seconds, _)| seconds),
            refresher,
            min_se: headers.min_se(),
            supported: headers.supports(TIMER),
        }
    }
}

/// What both ends agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Agreed {
    /// The session interval in seconds.
    pub seconds: u32,
    /// We refresh.
    pub by_us: bool,
}

impl Agreed {
    /// When whoever refreshes does so (RFC 4028 section 7.2).
    pub(super) fn refresh_after(self) -> Duration {
        Duration::from_secs(self.seconds.into()) / 2
    }

    /// When a session that was not refreshed is ended (RFC 4028 section 10).
    pub(super) fn ends_after(self) -> Duration {
        let interval = Duration::from_secs(self.seconds.into());
        interval.saturating_sub((interval / 3).min(Duration::from_secs(32)))
    }
}

/// The interval that a request asks for is shorter than we allow: 422 says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooBrief {
    /// The least that we allow, in seconds.
    pub min_se: u32,
}

/// Our own terms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// `None`: no session timers.
    expires: Option<u32>,
    min_se: u32,
}

impl Terms {
    /// The terms of the settings.
    pub(super) fn of(config: &CallTimers) -> Self {
        let seconds = |duration: Duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX).max(1);
        let min_se = seconds(config.min_se);
        Self { expires: config.session_expires.map(|wanted| seconds(wanted).max(min_se)), min_se }
    }

    pub(super) const fn are_on(self) -> bool {
        self.expires.is_some()
    }

    /// What to agree on with a request to us (RFC 4028 section 9). `current` is what stood before.
    pub(super) fn accept(self, wish: Wish, current: Option<Agreed>) -> Result<Option<Agreed>, TooBrief> {
        let Some(ours) = self.expires else { return Ok(None) };
        let least = wish.min_se.unwrap_or(DEFAULT_MIN_SE).max(self.min_se);
        let seconds = match wish.expires {
            Some(wanted) if wanted < self.min_se => {
                // Whoever does not know of timers, and has a proxy that asks for one, cannot be told.
                return if wish.supported { Err(TooBrief { min_se: self.min_se }) } else { Ok(None) };
            }
            Some(wanted) => wanted.min(ours).max(least).min(wanted),
            None if wish.supported => ours.max(least),
            // It says nothing of timers any more: what we refresh, we go on refreshing.
            None => return Ok(current.filter(|it| it.by_us)),
        };
        let by_us = match wish.refresher {
            _ if !wish.supported => true,
            Some(refresher) => refresher == Refresher::Uas,
            None => current.is_some_and(|it| it.by_us),
        };
        Ok(Some(Agreed { seconds, by_us }))
    }

    /// Writes into a 2xx of ours what was agreed on.
    pub(super) fn answer(wish: Wish, agreed: Agreed, headers: &mut Headers) {
        let refresher = if agreed.by_us { "uas" } else { "uac" };
        headers.push(HeaderName::SessionExpires, format!("{};refresher={refresher}", agreed.seconds));
        if wish.supported {
            headers.push(HeaderName::Require, TIMER);
        }
    }

    /// Writes into a request of ours what we want: after 422, at least `raised` seconds.
    pub(super) fn ask(self, raised: u32, current: Option<Agreed>, headers: &mut Headers) {
        let Some(ours) = self.expires else { return };
        let seconds = current.map_or(ours, |it| it.seconds).max(raised);
        let refresher = match current {
            Some(Agreed { by_us: true, .. }) => ";refresher=uac",
            Some(_) => ";refresher=uas",
            None => "",
        };
        headers.push(HeaderName::SessionExpires, format!("{seconds}{refresher}"));
        headers.push(HeaderName::MinSe, self.min_se.max(raised).to_string());
    }

    /// What a 2xx to a request of ours agreed on (RFC 4028 section 7.2): nothing when it says nothing.
    pub(super) fn conclude(self, wish: Wish) -> Option<Agreed> {
        self.expires?;
        // Less than we asked for at the least would make us refresh without end.
        let seconds = wish.expires?.max(self.min_se);
        Some(Agreed { seconds, by_us: wish.refresher != Some(Refresher::Uas) })
    }
}

/// What a leg knows of its session timer.
#[derive(Debug, Default)]
pub(super) struct SessionTimer {
    pub agreed: Option<Agreed>,
    /// What the INVITE that made an incoming leg asks for.
    pub asked: Wish,
    /// The longest minimum that a 422 told, in seconds.
    pub raised: u32,
    pub raises: u8,
    /// CSeq of an UPDATE of ours that only refreshes.
    pub refresh: Option<u32>,
    /// How often it was sent again with credentials.
    pub logins: u8,
    /// The other end can do UPDATE.
    pub updates: bool,
    /// The owner wants no UPDATE, whatever the other end says.
    pub no_update: bool,
    /// The owner wants none.
    pub off: bool,
}

impl SessionTimer {
    /// Our terms for this leg.
    pub(super) fn terms(&self, config: &CallTimers) -> Terms {
        let terms = Terms::of(config);
        if self.off { Terms { expires: None, ..terms } } else { terms }
    }

    /// What the other end says that it can do.
    pub(super) fn learn(&mut self, allow: &[Method]) {
        self.updates = !self.no_update && allow.contains(&Method::Update);
    }

    /// What we say that we can do.
    pub(super) const fn allow(&self) -> &'static str {
        if self.no_update { ALLOW_NO_UPDATE } else { ALLOW }
    }

    /// A 422 to a request of ours: `true` when it is worth another try.
    pub(super) fn raise(&mut self, headers: &Headers) -> bool {
        let Some(min_se) = headers.min_se().filter(|_| self.raises < MAX_RAISES) else { return false };
        self.raises += 1;
        self.raised = self.raised.max(min_se);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(expires: u64, min_se: u64) -> Terms {
        Terms::of(&CallTimers {
            session_expires: Some(Duration::from_secs(expires)),
            min_se: Duration::from_secs(min_se),
            ..CallTimers::default()
        })
    }

    fn wish(lines: &[(HeaderName, &str)]) -> Wish {
        let mut headers = Headers::new();
        for (name, value) in lines {
            headers.push(name.clone(), *value);
        }
        Wish::of(&headers)
    }

    const SE: HeaderName = HeaderName::SessionExpires;
    const SUPPORTED: HeaderName = HeaderName::Supported;

    /// RFC 4028 section 9, table 2.
    #[test]
    fn the_refresher_is_chosen_by_the_table() {
        let chosen = |lines: &[(HeaderName, &str)]| terms(1_800, 90).accept(wish(lines), None).ok().flatten();
        let by = |lines: &[(HeaderName, &str)]| chosen(lines).map(|it| it.by_us);
        assert_eq!(by(&[(SE, "600")]), Some(true), "it cannot");
        assert_eq!(by(&[(SE, "600;refresher=uas")]), Some(true), "it cannot");
        assert_eq!(by(&[(SUPPORTED, "timer"), (SE, "600")]), Some(false), "as we like: the caller");
        assert_eq!(by(&[(SUPPORTED, "timer"), (SE, "600;refresher=UAC")]), Some(false));
        assert_eq!(by(&[(SUPPORTED, "timer"), (SE, "600 ; refresher=uas")]), Some(true));
        assert_eq!(by(&[]), None, "nobody asks for it");
        assert_eq!(chosen(&[(SUPPORTED, "timer")]).map(|it| it.seconds), Some(1_800), "our own wish");
    }

    /// RFC 4028 sections 5 and 9: shorter, but never below Min-SE, and never longer.
    #[test]
    fn the_interval_is_shortened_down_to_min_se() {
        let seconds = |lines: &[(HeaderName, &str)]| {
            let lines: Vec<_> = [(SUPPORTED, "timer")].into_iter().chain(lines.iter().cloned()).collect();
            terms(100, 90).accept(wish(&lines), None).map(|it| it.map(|it| it.seconds))
        };
        assert_eq!(seconds(&[(SE, "3600")]), Ok(Some(100)));
        assert_eq!(seconds(&[(SE, "3600"), (HeaderName::MinSe, "600")]), Ok(Some(600)));
        assert_eq!(seconds(&[(SE, "95")]), Ok(Some(95)));
        assert_eq!(seconds(&[(SE, "89")]), Err(TooBrief { min_se: 90 }));
        let proxied = terms(100, 90).accept(wish(&[(SE, "89")]), None);
        assert_eq!(proxied, Ok(None), "who does not know 422 is not refused");
    }

    /// RFC 4028 section 10.
    #[test]
    fn the_end_comes_before_the_interval_is_over() {
        let ends = |seconds| Agreed { seconds, by_us: false }.ends_after().as_secs();
        assert_eq!((ends(1_800), ends(90), ends(60)), (1_768, 60, 40));
    }

    /// RFC 4028 section 7.2.
    #[test]
    fn an_answer_says_who_refreshes() {
        let concluded = |text| terms(1_800, 90).conclude(wish(&[(SE, text)]));
        assert_eq!(concluded("900;refresher=uas"), Some(Agreed { seconds: 900, by_us: false }));
        assert_eq!(concluded("900;refresher=uac"), Some(Agreed { seconds: 900, by_us: true }));
        assert_eq!(concluded("900"), Some(Agreed { seconds: 900, by_us: true }), "better twice than never");
        assert_eq!(concluded("1;refresher=uac"), Some(Agreed { seconds: 90, by_us: true }), "not without end");
        assert_eq!(terms(1_800, 90).conclude(wish(&[])), None);
    }
}
