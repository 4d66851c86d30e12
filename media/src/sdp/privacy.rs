//! How private a stream is: what we are ready for, and what an offer and its answer settle.

use std::fmt;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::crypto::CryptoLine;
use super::description::{Attribute, MediaDescription, SessionDescription};
use super::fingerprint::{DtlsPeer, DtlsRole, Fingerprint, Handshake};
use super::ice::{self, IceCredentials};
use super::negotiate::{LocalMedia, NegotiateError};
use crate::srtp::{MasterKey, SrtpKeys, Suite};

/// Where a leg's keys come from: 32 bytes of the system's own randomness, others for every leg. `{:?}` does not show
/// them.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    bytes: [u8; 32],
    /// How often other keys were asked for.
    turn: u32,
}

impl Secret {
    /// A secret of these bytes, which nobody can guess.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self { bytes, turn: 0 }
    }

    /// Makes other keys from here on: those before were in use, and the peer may have forgotten how far.
    pub fn renew_keys(&mut self) {
        self.turn = self.turn.wrapping_add(1);
    }

    /// Bytes for a purpose: always the same for the same one, so that a repeated description has the same keys.
    pub(super) fn fill(&self, purpose: &str, out: &mut [u8]) {
        let mut bytes = self.bytes;
        // One more secret for each purpose: the purpose's own bytes choose it, block by block.
        for piece in purpose.as_bytes().chunks(8) {
            let mut number = [0; 8];
            number[..piece.len()].copy_from_slice(piece);
            let mut random = ChaCha20Rng::from_seed(bytes);
            random.set_stream(u64::from_le_bytes(number));
            random.fill_bytes(&mut bytes);
        }
        ChaCha20Rng::from_seed(bytes).fill_bytes(out);
    }

    fn key(&self, side: &str, suite: Suite) -> MasterKey {
        let mut bytes = [0; 46];
        let bytes = &mut bytes[..suite.key_bytes() + suite.salt_bytes()];
        self.fill(&format!("{side} {} {}", self.turn, suite.name()), bytes);
        MasterKey::new(suite, bytes).expect("the suite's own length")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Whether a stream is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SrtpPolicy {
    /// Never.
    #[default]
    Off,
    /// When the other side can: it is offered beside plain RTP
    /// ([RFC 8643](https://www.rfc-editor.org/rfc/rfc8643)).
    Optional,
    /// Always; plain RTP is refused.
    Required,
}

/// How keys are agreed on in what we offer; in an answer the offer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyExchange {
    /// In the session description (RFC 4568): as secret as the signalling.
    #[default]
    Sdes,
    /// By a DTLS handshake (RFC 5763).
    Dtls,
    /// The same as a browser wants it: with ICE, RTP and RTCP on one port, and feedback.
    Web,
}

/// What we are ready for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPrivacy {
    /// Whether to encrypt.
    pub policy: SrtpPolicy,
    /// How keys are offered; `None`: they are not, unless they are required, and what others offer is answered.
    pub exchange: Option<KeyExchange>,
    /// Where keys come from.
    pub secret: Secret,
    /// Our certificate; without one there is no DTLS.
    pub fingerprint: Option<Fingerprint>,
}

/// How a stream's keys come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Privacy {
    /// Plain RTP.
    #[default]
    Plain,
    /// SRTP with these keys.
    Keys(SrtpKeys),
    /// SRTP with the keys of a DTLS handshake with this peer. Nothing is sent or heard before.
    Dtls(DtlsPeer),
}

/// What was settled beside codec and address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shelter {
    /// Encryption.
    pub privacy: Privacy,
    /// What connectivity checks prove themselves with. Then the address that they choose counts and no other.
    pub ice: Option<IceCredentials>,
    /// RTP and RTCP come and go by the RTP port ([RFC 5761](https://www.rfc-editor.org/rfc/rfc5761)).
    pub rtcp_mux: bool,
}

impl Shelter {
    /// How its keys were agreed on; `None`: it has none.
    pub fn exchange(&self) -> Option<KeyExchange> {
        match self.privacy {
            Privacy::Plain => None,
            Privacy::Keys(_) => Some(KeyExchange::Sdes),
            Privacy::Dtls(_) if self.ice.is_some() => Some(KeyExchange::Web),
            Privacy::Dtls(_) => Some(KeyExchange::Dtls),
        }
    }
}

/// The suites that we offer: more would not fit into a datagram, and everybody knows one of them.
const OFFERED: [Suite; 3] = [Suite::AeadAes128Gcm, Suite::Aes128CmSha1_80, Suite::Aes128CmSha1_32];

/// Whether a profile is one of RTP's by UDP, and whether it demands encryption.
pub(super) fn rtp_profile(protocol: &str) -> Option<bool> {
    match protocol.to_ascii_uppercase().as_str() {
        // AVPF peers fall back to AVP's rules when no feedback is agreed on (RFC 4585 section 4).
        "RTP/AVP" | "RTP/AVPF" => Some(false),
        "RTP/SAVP" | "RTP/SAVPF" | "UDP/TLS/RTP/SAVP" | "UDP/TLS/RTP/SAVPF" => Some(true),
        _ => None,
    }
}

/// Our side of an offer: the profile, and the lines that belong to it.
pub(super) fn offer(local: &LocalMedia) -> (&'static str, Vec<Attribute>) {
    let Some(own) = local.privacy.as_ref().filter(|own| own.policy != SrtpPolicy::Off) else {
        return ("RTP/AVP", Vec::new());
    };
    let required = own.policy == SrtpPolicy::Required;
    let exchange = match own.exchange {
        None if required => KeyExchange::Sdes,
        None => return ("RTP/AVP", Vec::new()),
        Some(exchange) => exchange,
    };
    let Some(fingerprint) = own.fingerprint.filter(|_| exchange != KeyExchange::Sdes) else {
        let lines = (1..).zip(OFFERED).map(|(tag, suite)| CryptoLine { tag, key: own.secret.key("offer", suite) });
        let lines = lines.map(|line| line.attribute()).collect();
        return (if required { "RTP/SAVP" } else { "RTP/AVP" }, lines);
    };
    let mut lines = handshake(fingerprint, "actpass");
    if exchange == KeyExchange::Dtls {
        return (if required { "UDP/TLS/RTP/SAVP" } else { "RTP/AVP" }, lines);
    }
    lines.push(Attribute::flag("rtcp-mux"));
    lines.push(Attribute::new("mid", "0"));
    lines.extend(ice::attributes(local, &IceCredentials::new(&own.secret, ""), true));
    ("UDP/TLS/RTP/SAVPF", lines)
}

fn handshake(fingerprint: Fingerprint, setup: &str) -> Vec<Attribute> {
    vec![Attribute::new("fingerprint", fingerprint.to_string()), Attribute::new("setup", setup)]
}

/// What belongs before the first `m=` line of ours: that we do ICE as the lite end.
pub(super) fn session_lines(media: &[MediaDescription]) -> Vec<Attribute> {
    let mut lines = Vec::new();
    if media.iter().any(|media| media.attribute("ice-ufrag").is_some()) {
        lines.push(Attribute::flag("ice-lite"));
    }
    lines
}

/// Answers what an offered stream says of its privacy, and what we write into its line.
pub(super) fn answer(
    local: &LocalMedia,
    offer: &SessionDescription,
    media: &MediaDescription,
) -> Result<(Shelter, Vec<Attribute>), NegotiateError> {
    let demanded = rtp_profile(&media.protocol).ok_or(NegotiateError::NoAudio)?;
    let own = local.privacy.as_ref().filter(|own| own.policy != SrtpPolicy::Off);
    let (privacy, mut lines) = match own {
        Some(own) => answer_keys(own, offer, media),
        None => (Privacy::Plain, Vec::new()),
    };
    if privacy == Privacy::Plain {
        if demanded {
            return Err(if own.is_some() { NegotiateError::NoKeys } else { NegotiateError::Encrypted });
        }
        if own.is_some_and(|own| own.policy == SrtpPolicy::Required) {
            return Err(NegotiateError::NotEncrypted);
        }
    }
    let rtcp_mux = media.attribute("rtcp-mux").is_some();
    if rtcp_mux {
        lines.push(Attribute::flag("rtcp-mux"));
    }
    let mut ice = None;
    if let (Some(own), Some(fragment)) = (own, ice::remote_fragment(offer, media)) {
        let credentials = IceCredentials::new(&own.secret, fragment);
        lines.extend(ice::attributes(local, &credentials, rtcp_mux));
        ice = Some(credentials);
    }
    if let Some(mid) = media.attribute("mid") {
        lines.push(Attribute::new("mid", mid.trim()));
    }
    Ok((Shelter { privacy, ice, rtcp_mux }, lines))
}

/// The keys for an offered stream: those of its own lines, else a handshake.
fn answer_keys(own: &LocalPrivacy, offer: &SessionDescription, media: &MediaDescription) -> (Privacy, Vec<Attribute>) {
    let by_handshake = media.protocol.to_ascii_uppercase().starts_with("UDP/TLS/");
    if let Some(theirs) = CryptoLine::all(media).next().filter(|_| !by_handshake) {
        let ours = CryptoLine { tag: theirs.tag, key: own.secret.key("answer", theirs.key.suite()) };
        let keys = SrtpKeys { ours: ours.key, theirs: theirs.key };
        return (Privacy::Keys(keys), vec![ours.attribute()]);
    }
    let peer = Handshake::of(offer, media).and_then(|theirs| {
        let role = theirs.role_against_offer()?;
        Some((own.fingerprint?, DtlsPeer { fingerprint: theirs.fingerprint, role }))
    });
    let Some((fingerprint, peer)) = peer else { return (Privacy::Plain, Vec::new()) };
    let setup = if peer.role == DtlsRole::Client { "active" } else { "passive" };
    (Privacy::Dtls(peer), handshake(fingerprint, setup))
}

/// The group of our own offer, where its stream has a name: browsers look for one.
pub(super) fn own_bundle(line: &MediaDescription) -> Option<Attribute> {
    line.attribute("mid").map(|mid| Attribute::new("group", format!("BUNDLE {mid}")))
}

/// The group of the streams that go by one port: that of the offer, with the stream that we took
/// ([RFC 9143 section 7.3](https://www.rfc-editor.org/rfc/rfc9143#section-7.3)).
pub(super) fn bundle(offer: &SessionDescription, taken: &MediaDescription) -> Option<Attribute> {
    let mid = taken.attribute("mid").map(str::trim)?;
    let groups = offer.attributes.iter().filter(|attribute| attribute.name.eq_ignore_ascii_case("group"));
    let mut groups = groups.filter_map(|attribute| attribute.value.as_deref());
    let grouped = groups.any(|group| {
        let mut words = group.split_ascii_whitespace();
        words.next() == Some("BUNDLE") && words.any(|word| word == mid)
    });
    grouped.then(|| Attribute::new("group", format!("BUNDLE {mid}")))
}

/// What an answer to `ours` settles.
pub(super) fn complete(
    local: &LocalMedia,
    ours: &MediaDescription,
    answer: &SessionDescription,
    media: &MediaDescription,
) -> Result<Shelter, NegotiateError> {
    let rtcp_mux = ours.attribute("rtcp-mux").is_some() && media.attribute("rtcp-mux").is_some();
    let Some(own) = local.privacy.as_ref().filter(|own| own.policy != SrtpPolicy::Off) else {
        return Ok(Shelter { rtcp_mux, ..Shelter::default() });
    };
    let keys = CryptoLine::all(media).find_map(|theirs| {
        let ours = CryptoLine::all(ours).find(|ours| ours.tag == theirs.tag)?;
        (ours.key.suite() == theirs.key.suite()).then_some(SrtpKeys { ours: ours.key, theirs: theirs.key })
    });
    let peer = ours.attribute("fingerprint").and_then(|_| {
        let theirs = Handshake::of(answer, media)?;
        Some(DtlsPeer { fingerprint: theirs.fingerprint, role: theirs.role_by_answer()? })
    });
    let privacy = match (keys, peer) {
        (Some(keys), _) => Privacy::Keys(keys),
        (None, Some(peer)) => Privacy::Dtls(peer),
        (None, None) if rtp_profile(&ours.protocol) == Some(true) || own.policy == SrtpPolicy::Required => {
            return Err(NegotiateError::NotEncrypted);
        }
        (None, None) => Privacy::Plain,
    };
    let offered = ours.attribute("ice-ufrag").is_some() && ice::remote_fragment(answer, media).is_some();
    let ice = offered.then(|| IceCredentials::new(&own.secret, ""));
    Ok(Shelter { privacy, ice, rtcp_mux })
}
