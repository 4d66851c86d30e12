//! How one trunk wants to be spoken to: what differs from carrier to carrier. What each is for, for operators, is in
//! `docs/trunks.md`.

use sip_core::message::Uri;

/// The ways of a trunk. The default is what RFC 3261 and most carriers take.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interop {
    /// Whether its sound is encrypted (RFC 3711).
    pub srtp: Srtp,
    /// Where its requests are sent in place of its host, as a pre-loaded route (RFC 3261 section 8.1.2).
    pub outbound_proxy: Option<Uri>,
    /// How we say who calls.
    pub identity: IdentityHeader,
    /// How we say who calls when that is withheld.
    pub privacy: Withholding,
    /// How we say for whom a forwarded call was at first.
    pub diversion: DiversionHeader,
    /// What becomes of calls whose number is not proved.
    pub proof: ProofPolicy,
    /// Our calls are signed.
    pub sign: bool,
    /// How a caller leaves us who is put through to an outside number without further ado.
    pub transfer: TransferBy,
    /// It may hand its calls over to our numbers, by REFER or by an INVITE with Replaces.
    pub takes_refer: bool,
    /// Peculiarities.
    pub quirks: Quirks,
}

/// How a caller is put through to an outside number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TransferBy {
    /// By a second call of ours: the sound goes through us.
    #[default]
    Bridge,
    /// By asking the carrier to call that number instead of us (REFER, RFC 3515): the sound leaves us.
    Refer,
}

/// What becomes of calls by a trunk whose caller's number is not proved by a signature (RFC 8224).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProofPolicy {
    /// They are taken, and marked.
    #[default]
    Mark,
    /// A signature that is not to be believed is refused.
    Reject,
    /// So is a call without one.
    Require,
}

/// Whether a trunk's sound is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Srtp {
    /// It is not: offers of encryption are not made, and only plain RTP is taken.
    #[default]
    Off,
    /// It is where the other side can, too.
    Optional,
    /// It is, or there is no call.
    Required,
}

/// The header that says who calls, beside From.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdentityHeader {
    /// From alone.
    #[default]
    From,
    /// P-Asserted-Identity (RFC 3325 section 9.1): the carrier trusts us.
    Pai,
    /// P-Preferred-Identity (RFC 3325 section 9.2): the carrier checks it and asserts it itself.
    Ppi,
    /// Remote-Party-ID (draft-ietf-sip-privacy-04), which went before them.
    Rpid,
}

/// How a trunk is told that who calls is withheld (RFC 3323).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Withholding {
    /// From is `anonymous@anonymous.invalid`, and `Privacy: id`.
    #[default]
    Anonymous,
    /// From stays as it is; `Privacy: id` asks the carrier to hide it.
    Header,
    /// From is `anonymous@anonymous.invalid`, and no Privacy header.
    From,
}

/// How a trunk is told that a call was forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DiversionHeader {
    /// Not at all.
    #[default]
    Off,
    /// Diversion (RFC 5806).
    Diversion,
    /// History-Info (RFC 7044).
    HistoryInfo,
    /// Both.
    Both,
}

/// Peculiarities of a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quirks {
    /// How numbers are written.
    pub number_format: NumberFormat,
    /// Numbers carry `;user=phone` (RFC 3261 section 19.1.1).
    pub user_phone: bool,
    /// The host of From, where it is not the trunk's.
    pub from_domain: Option<String>,
    /// From carries our account there, whoever calls.
    pub from_account: bool,
    /// Where the number that is called stands.
    pub called_number: CalledNumber,
    /// Extensions that calls by it do without.
    pub disable: Vec<Extension>,
    /// Calls by it require reliable provisional responses (RFC 3262).
    pub require_100rel: bool,
    /// Sound before the answer is let in.
    pub early_media: bool,
    /// How it is told that sound comes before our answer.
    pub progress: Progress,
    /// How keys are sent to it.
    pub keys: Keys,
    /// It is asked for a sign of life by OPTIONS.
    pub options_ping: bool,
    /// The length of packets that is asked for, ms.
    pub ptime_ms: u8,
    /// RTP is sent to where it comes from (RFC 4961); else to the signalled address alone.
    pub symmetric_rtp: bool,
    /// Max-Forwards of calls that begin here.
    pub max_forwards: u8,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            number_format: NumberFormat::E164,
            user_phone: false,
            from_domain: None,
            from_account: false,
            called_number: CalledNumber::Auto,
            disable: Vec::new(),
            require_100rel: false,
            early_media: true,
            progress: Progress::SessionProgress,
            keys: Keys::Auto,
            options_ping: true,
            ptime_ms: 20,
            symmetric_rtp: true,
            max_forwards: 70,
        }
    }
}

/// An extension of SIP that a trunk may be spared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    /// Reliable provisional responses (RFC 3262).
    Reliable,
    /// Session timers (RFC 4028).
    Timer,
    /// UPDATE (RFC 3311).
    Update,
}

/// The response that carries the description of sound that comes before our answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Progress {
    /// 183 (RFC 3261 section 21.1.5).
    #[default]
    SessionProgress,
    /// 180, for switches that drop 183.
    Ringing,
}

/// How keys go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keys {
    /// By telephone-event (RFC 4733) where that is agreed on, else as tones in the sound.
    #[default]
    Auto,
    /// As tones in the sound: telephone-event is neither offered nor taken.
    Sound,
    /// By SIP INFO (`application/dtmf-relay`).
    Info,
}

/// How a trunk writes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberFormat {
    /// `+4930901820`.
    #[default]
    E164,
    /// `4930901820`.
    Plain,
    /// `004930901820`.
    International,
    /// `030901820` within our own country; `00` and the rest beyond it.
    National,
}

/// Where a trunk puts the number that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CalledNumber {
    /// Into the Request-URI, or else into To.
    #[default]
    Auto,
    /// Into To: the Request-URI is our account.
    To,
    /// Into P-Called-Party-ID (RFC 7315 section 4.2).
    CalledPartyId,
}

/// The route to an outbound proxy that is written as `host`, `host:port`, `sip:host;transport=tls` and their like.
/// Always a loose router (RFC 3261 section 16.12.1.1).
pub fn proxy_route(text: &str) -> Option<Uri> {
    let text = text.trim();
    let scheme = ["sip:", "sips:"].iter().any(|s| text.get(..s.len()).is_some_and(|t| t.eq_ignore_ascii_case(s)));
    let mut uri = Uri::parse(&if scheme { text.to_owned() } else { format!("sip:{text}") }).ok()?;
    if uri.headers.is_some() || uri.username().is_some() || uri.host.to_string().is_empty() {
        return None;
    }
    uri.params.set_flag("lr");
    Some(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_loose_router_by_its_own_transport() {
        let route = |text: &str| proxy_route(text).map(|uri| uri.to_string());
        assert_eq!(route("proxy.example").as_deref(), Some("sip:proxy.example;lr"));
        assert_eq!(route("192.0.2.1:5070;transport=tcp").as_deref(), Some("sip:192.0.2.1:5070;transport=tcp;lr"));
        assert_eq!(route("sip:proxy.example;lr;transport=tls").as_deref(), Some("sip:proxy.example;lr;transport=tls"));
        assert_eq!((route("anna@proxy.example"), route("sip:a b"), route("")), (None, None, None));
    }
}
