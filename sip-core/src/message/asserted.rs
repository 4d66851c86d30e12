//! Who calls, as others assert it, and how much of it may be shown (RFC 3323, RFC 3325).

use super::headers::Headers;
use super::name::HeaderName;
use super::name_addr::NameAddr;

/// Addresses read from one message at most; what is beyond is not looked at.
const MAX_READ: usize = 8;

/// The words of a Privacy header (RFC 3323 section 4.2, RFC 3325 section 9.3, RFC 7044 section 10.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Privacy {
    /// `id`: the asserted identity is not for people.
    pub id: bool,
    /// `header`: headers that tell of the caller are to be hidden.
    pub header: bool,
    /// `user`: so is what the user agent itself put there.
    pub user: bool,
    /// `session`: so is where the sound comes from.
    pub session: bool,
    /// `history`: so is by whom the call went.
    pub history: bool,
    /// `none`: the caller wants to be seen.
    pub none: bool,
    /// `critical`: rather no call than one without the privacy that was asked for.
    pub critical: bool,
    /// A word that is none of these.
    pub unknown: bool,
}

impl Privacy {
    /// Reads words that are parted by semicolons; commas are taken for them.
    pub fn parse(text: &str) -> Self {
        let mut privacy = Self::default();
        for word in text.split([';', ',']).map(str::trim).filter(|word| !word.is_empty()) {
            let known = [
                ("id", &mut privacy.id),
                ("header", &mut privacy.header),
                ("user", &mut privacy.user),
                ("session", &mut privacy.session),
                ("history", &mut privacy.history),
                ("none", &mut privacy.none),
                ("critical", &mut privacy.critical),
            ];
            match known.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) {
                Some((_, flag)) => *flag = true,
                None => privacy.unknown = true,
            }
        }
        privacy
    }

    /// Whether the caller is not to be shown. `none` outweighs the rest (RFC 3323 section 4.2: it may not stand beside
    /// others).
    pub const fn hides_caller(&self) -> bool {
        !self.none && (self.id || self.header || self.user)
    }

    /// Whether something is asked for that we cannot give, by a caller who wants all or nothing. Sound never shows where
    /// a caller is: it ends here.
    pub const fn cannot_be_given(&self) -> bool {
        self.critical && self.unknown && !self.none
    }
}

/// Identity.
impl Headers {
    /// What the caller wants hidden.
    pub fn privacy(&self) -> Privacy {
        let lines: Vec<&str> = self.get_all(&HeaderName::Privacy).take(MAX_READ).collect();
        Privacy::parse(&lines.join(";"))
    }

    /// Every P-Asserted-Identity that can be read (RFC 3325 section 9.1): a SIP address, a number, or both.
    pub fn p_asserted_identities(&self) -> Vec<NameAddr> {
        self.readable(&HeaderName::PAssertedIdentity)
    }

    /// The caller of Remote-Party-ID (draft-ietf-sip-privacy-04), and whether it is not to be shown.
    pub fn remote_party(&self) -> Option<(NameAddr, bool)> {
        let is_caller =
            |party: &NameAddr| party.params.get("party").is_none_or(|it| it.eq_ignore_ascii_case("calling"));
        let party = self.readable(&HeaderName::RemotePartyId).into_iter().find(is_caller)?;
        let hidden = party.params.get("privacy").is_some_and(|privacy| !privacy.eq_ignore_ascii_case("off"));
        Some((party, hidden))
    }

    /// The number that was called at first, where the carrier says so (P-Called-Party-ID, RFC 7315 section 4.2).
    pub fn called_party(&self) -> Option<NameAddr> {
        self.readable(&HeaderName::parse("P-Called-Party-ID")).into_iter().next()
    }

    /// The addresses of these headers; what cannot be read is left out, and so is what is beyond a handful.
    pub(super) fn readable(&self, name: &HeaderName) -> Vec<NameAddr> {
        self.get_list(name).filter_map(|text| NameAddr::parse(text).ok()).take(MAX_READ).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(HeaderName, &str)]) -> Headers {
        let mut headers = Headers::default();
        for (name, text) in lines {
            headers.push(name.clone(), *text);
        }
        headers
    }

    #[test]
    fn words_of_privacy_are_read_in_any_form() {
        let read = |text: &str| Privacy::parse(text);
        for hidden in ["id", "user;id", "Header", "id;critical", " user , critical ", "user;session"] {
            assert!(read(hidden).hides_caller(), "{hidden}");
        }
        for shown in ["none", "none;id", "session", "history", "critical", "", "nonsense"] {
            assert!(!read(shown).hides_caller(), "{shown}");
        }
        assert!(read("nonsense;critical").cannot_be_given());
        assert!(!read("id;session;critical").cannot_be_given() && !read("nonsense").cannot_be_given());
        let lines = headers(&[(HeaderName::Privacy, "id"), (HeaderName::Privacy, "critical")]);
        assert_eq!(lines.privacy(), Privacy { id: true, critical: true, ..Privacy::default() });
    }

    #[test]
    fn assertions_are_read_one_by_one() {
        let lines = headers(&[
            (HeaderName::PAssertedIdentity, "\"A, B\" <sip:+12015550123@carrier.example>, <tel:+12015550123>"),
            (HeaderName::PAssertedIdentity, "<sip:broken"),
        ]);
        let read: Vec<String> = lines.p_asserted_identities().iter().map(|it| it.uri.to_string()).collect();
        assert_eq!(read, ["sip:+12015550123@carrier.example", "tel:+12015550123"]);
    }

    #[test]
    fn a_remote_party_says_itself_whether_it_may_be_shown() {
        let of = |text: &str| headers(&[(HeaderName::RemotePartyId, text)]).remote_party();
        let shown = of("<sip:+12015550123@a.example>;party=calling;screen=yes;privacy=off");
        assert!(shown.is_some_and(|(_, hidden)| !hidden));
        assert!(of("<sip:+12015550123@a.example>;privacy=full").is_some_and(|(_, hidden)| hidden));
        assert!(of("<sip:+12015550123@a.example>;party=called").is_none());
    }
}
