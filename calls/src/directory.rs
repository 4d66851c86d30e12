//! Who and what can be called: numbers, members and trunks, as read from the books, and the decision on an INVITE.

use std::collections::HashMap;
use std::net::IpAddr;

use call_model::{MemberId, NumberId, TrunkId};
use transport::sip::Network;

use crate::app::{AppRef, RecordingRule};
use crate::fax::FaxRule;
use crate::interop::Interop;
use crate::toll::Toll;

/// A snapshot of the books that routing works on; replaced whole when the books change.
#[derive(Debug, Default)]
pub struct Directory {
    /// Digest realm, and the domain of members.
    pub realm: String,
    /// Language of callers of whom nothing is known.
    pub language: String,
    /// Country of numbers without a country code, ISO 3166.
    pub country: String,
    numbers: HashMap<String, NumberRoute>,
    members: HashMap<String, Member>,
    trunks: HashMap<String, Trunk>,
}

/// One of our numbers and what answers it.
#[derive(Debug, Clone)]
pub struct NumberRoute {
    /// Its id in the books.
    pub id: NumberId,
    /// E.164, or the user part of an address such as `reception`.
    pub number: String,
    /// What answers.
    pub app: AppRef,
    /// Language to begin with.
    pub language: Option<String>,
    /// The number's own rule on recording.
    pub recording: Option<RecordingRule>,
    /// Whether its calls are transcribed; `None` for [`CallSettings::transcribe`](crate::CallSettings::transcribe).
    pub transcribe: Option<bool>,
    /// What is done where a fax machine is heard.
    pub fax: FaxRule,
    /// The trunk that it is on, by name: calls to it from other trunks are refused.
    pub trunk: Option<String>,
}

/// A person of the business with a phone.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its id in the books.
    pub id: MemberId,
    /// User part of the address.
    pub name: String,
    /// Name as people say it.
    pub display: String,
    /// MD5 of `name:realm:password`, hexadecimal (RFC 7616).
    pub ha1_md5: String,
    /// SHA-256 of the same.
    pub ha1_sha256: String,
    /// Our numbers that the member may call out from; the first is the default. None: no calls to the outside.
    pub may_call_from: Vec<String>,
    /// What the member is good at, for transfers that ask for it.
    pub skills: Vec<String>,
    /// Languages that the member speaks (BCP 47), the one that it likes best first.
    pub languages: Vec<String>,
    /// The member takes no callers now. Colleagues reach it all the same.
    pub away: bool,
}

/// How SIP is carried to a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrunkProtocol {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// TLS over TCP.
    Tls,
}

/// An account at a carrier.
#[derive(Clone)]
pub struct Trunk {
    /// Its id in the books.
    pub id: TrunkId,
    /// Our name for it.
    pub name: String,
    /// The carrier's host, with `:port` where it is not the standard one.
    pub host: String,
    /// How SIP is carried to it.
    pub protocol: TrunkProtocol,
    /// Our user name there; empty for a trunk by address.
    pub user: String,
    /// User name for digest.
    pub auth_user: String,
    /// Password.
    pub password: String,
    /// Whether to register.
    pub register: bool,
    /// Addresses and networks that its calls come from.
    pub addresses: Vec<Network>,
    /// Caller id of outbound calls.
    pub caller_id: Option<String>,
    /// Destinations allowed, as prefixes in E.164; empty: all.
    pub allowed_prefixes: Vec<String>,
    /// Most calls at a time; 0: no limit of its own.
    pub max_calls: usize,
    /// How it wants to be spoken to.
    pub interop: Interop,
    /// Where its calls may not go, and what they may cost.
    pub toll: Toll,
}

impl Trunk {
    /// Whether its calls come from this address.
    pub fn is_at(&self, address: IpAddr) -> bool {
        self.addresses.iter().any(|network| network.contains(address))
    }
}

impl std::fmt::Debug for Trunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trunk").field("name", &self.name).field("register", &self.register).finish_non_exhaustive()
    }
}

/// What an INVITE says of itself.
#[derive(Debug, Clone, Copy)]
pub struct InviteFacts<'a> {
    /// User part of the Request-URI.
    pub user: &'a str,
    /// User part of From.
    pub from_user: &'a str,
    /// Address that it came from.
    pub source: IpAddr,
    /// The member that it is proved to come from.
    pub authenticated_as: Option<&'a str>,
}

/// What to do with an INVITE.
#[derive(Debug)]
pub enum Decision<'a> {
    /// An application answers.
    App {
        /// The number called.
        route: &'a NumberRoute,
        /// The trunk that it came by.
        trunk: Option<&'a Trunk>,
    },
    /// A member's call to another member.
    ToMember {
        /// Who calls.
        from: &'a Member,
        /// Who is called.
        to: &'a Member,
    },
    /// A member's call to the outside.
    Outside {
        /// Who calls.
        from: &'a Member,
        /// The number, E.164.
        number: String,
    },
    /// Ask for the member's password.
    Challenge,
    /// Nothing of ours has that name, or the caller may not know.
    NotFound,
}

impl Directory {
    /// Builds a snapshot.
    pub fn new(
        realm: String,
        language: String,
        country: String,
        numbers: impl IntoIterator<Item = NumberRoute>,
        members: impl IntoIterator<Item = Member>,
        trunks: impl IntoIterator<Item = Trunk>,
    ) -> Self {
        Self {
            numbers: numbers.into_iter().map(|number| (number_key(&number.number, &country), number)).collect(),
            members: members.into_iter().map(|member| (member.name.to_lowercase(), member)).collect(),
            trunks: trunks.into_iter().map(|trunk| (trunk.name.clone(), trunk)).collect(),
            realm,
            language,
            country,
        }
    }

    /// The number's route.
    pub fn number(&self, number: &str) -> Option<&NumberRoute> {
        self.numbers.get(&number_key(number, &self.country))
    }

    /// The member of this name, in any case of letters.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.get(&name.to_lowercase())
    }

    /// The trunk that calls from this number of ours go by: the number's own, or else the default one.
    pub fn trunk_of(&self, number: Option<&str>) -> Option<&Trunk> {
        let own = number.and_then(|number| self.number(number)).and_then(|route| route.trunk.as_deref());
        own.map_or_else(|| self.default_trunk(), |name| self.trunk(name))
    }

    /// All members.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// The trunk of this name.
    pub fn trunk(&self, name: &str) -> Option<&Trunk> {
        self.trunks.get(name)
    }

    /// All trunks.
    pub fn trunks(&self) -> impl Iterator<Item = &Trunk> {
        self.trunks.values()
    }

    /// The trunk to call out by where none is named: the only one, or the one that sorts first.
    pub fn default_trunk(&self) -> Option<&Trunk> {
        self.trunks.values().min_by_key(|trunk| &trunk.name)
    }

    /// The trunk whose calls come from this address.
    pub fn trunk_at(&self, source: IpAddr) -> Option<&Trunk> {
        self.trunks.values().find(|trunk| trunk.is_at(source))
    }

    /// Decides on an INVITE. Strangers reach numbers only: members and the outside are for members who have proved
    /// who they are, and to others they do not exist.
    pub fn decide(&self, invite: InviteFacts<'_>) -> Decision<'_> {
        let trunk = self.trunk_at(invite.source);
        if let Some(route) = self.number(invite.user) {
            let reachable = route.trunk.is_none() || trunk.is_none_or(|t| route.trunk.as_deref() == Some(&t.name));
            return if reachable { Decision::App { route, trunk } } else { Decision::NotFound };
        }
        let Some(from) = invite.authenticated_as.and_then(|name| self.member(name)) else {
            return if trunk.is_none() && self.member(invite.from_user).is_some() {
                Decision::Challenge
            } else {
                Decision::NotFound
            };
        };
        if let Some(to) = self.member(invite.user) {
            return Decision::ToMember { from, to };
        }
        match e164(invite.user, &self.country) {
            Some(number) if !from.may_call_from.is_empty() => Decision::Outside { from, number },
            _ => Decision::NotFound,
        }
    }
}

/// Numbers compare in E.164, names without regard to case.
fn number_key(text: &str, country: &str) -> String {
    e164(text, country).unwrap_or_else(|| text.to_lowercase())
}

fn e164(text: &str, country: &str) -> Option<String> {
    store::Address::parse(text, country).e164().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let number = |number: &str, trunk: Option<&str>| NumberRoute {
            id: NumberId::from_parts(0, 1),
            number: number.into(),
            app: AppRef::Flow("reception".into()),
            language: None,
            recording: None,
            transcribe: None,
            fax: FaxRule::Ignore,
            trunk: trunk.map(Into::into),
        };
        let member = |name: &str, from: Option<&str>| Member {
            id: MemberId::from_parts(0, 1),
            name: name.into(),
            display: name.into(),
            ha1_md5: String::new(),
            ha1_sha256: String::new(),
            may_call_from: from.map(Into::into).into_iter().collect(),
            skills: vec![],
            languages: vec![],
            away: false,
        };
        let trunk = |name: &str, address: [u8; 4]| Trunk {
            id: TrunkId::from_parts(0, 1),
            name: name.into(),
            host: "sip.example".into(),
            protocol: TrunkProtocol::Udp,
            user: String::new(),
            auth_user: String::new(),
            password: String::new(),
            register: false,
            addresses: vec![IpAddr::from(address).into()],
            caller_id: None,
            allowed_prefixes: vec![],
            max_calls: 0,
            interop: Interop::default(),
            toll: Toll::default(),
        };
        Directory::new(
            "callwright".into(),
            "en".into(),
            "US".into(),
            [number("reception", None), number("+1 201 555 0123", Some("acme"))],
            [member("anna", Some("+12015550123")), member("ben", None)],
            [trunk("acme", [192, 0, 2, 1]), trunk("other", [192, 0, 2, 2])],
        )
    }

    fn facts<'a>(user: &'a str, from_user: &'a str, authenticated_as: Option<&'a str>) -> InviteFacts<'a> {
        InviteFacts { user, from_user, source: [203, 0, 113, 9].into(), authenticated_as }
    }

    #[test]
    fn anyone_reaches_a_number_however_it_is_written() {
        let directory = directory();
        for user in ["reception", "Reception", "+12015550123", "2015550123", "0012015550123"] {
            let found = matches!(directory.decide(facts(user, "x", None)), Decision::App { .. });
            // 00 is not the international prefix in the US.
            assert_eq!(found, !user.starts_with("00"), "{user}");
        }
    }

    #[test]
    fn a_number_on_a_trunk_is_not_reached_by_another() {
        let directory = directory();
        let from = |address: [u8; 4]| InviteFacts { source: address.into(), ..facts("+12015550123", "x", None) };
        assert!(matches!(directory.decide(from([192, 0, 2, 1])), Decision::App { trunk: Some(_), .. }));
        assert!(matches!(directory.decide(from([192, 0, 2, 2])), Decision::NotFound));
    }

    #[test]
    fn members_exist_only_for_members() {
        let directory = directory();
        assert!(matches!(directory.decide(facts("anna", "stranger", None)), Decision::NotFound));
        assert!(matches!(directory.decide(facts("anna", "ben", None)), Decision::Challenge));
        assert!(matches!(directory.decide(facts("anna", "ben", Some("ben"))), Decision::ToMember { .. }));
    }

    #[test]
    fn only_a_member_with_a_trunk_calls_out() {
        let directory = directory();
        let call = |who| directory.decide(facts("+12025550199", who, Some(who)));
        assert!(matches!(call("anna"), Decision::Outside { number, .. } if number == "+12025550199"));
        assert!(matches!(call("ben"), Decision::NotFound));
    }
}
