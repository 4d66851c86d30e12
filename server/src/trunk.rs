//! How a trunk wants to be spoken to, as `callwright.toml`, the REST surface and the books write it. See
//! `docs/trunks.md`.

use calls::interop;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An enumeration of words whose first one is the default, and that [`interop`] has by the same names.
macro_rules! words {
    ($(#[$about:meta])* $name:ident => $target:path { $(#[$first_about:meta])* $first:ident, $($(#[$rest_about:meta])* $rest:ident,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $(#[$first_about])*
            #[default]
            $first,
            $($(#[$rest_about])* $rest,)*
        }

        impl From<$name> for $target {
            fn from(word: $name) -> Self {
                match word {
                    $name::$first => Self::$first,
                    $($name::$rest => Self::$rest,)*
                }
            }
        }
    };
}

words! {
    /// How SIP is carried to a trunk.
    TrunkTransport => calls::directory::TrunkProtocol {
        /// UDP.
        Udp,
        /// TCP.
        Tcp,
        /// TLS over TCP.
        Tls,
    }
}

words! {
    /// Whether a trunk's sound is encrypted (SRTP).
    TrunkSrtp => interop::Srtp {
        /// It is not.
        Off,
        /// It is where the carrier can, too.
        Optional,
        /// It is, or there is no call.
        Required,
    }
}

words! {
    /// The header that says who calls, beside From.
    TrunkIdentity => interop::IdentityHeader {
        /// From alone.
        From,
        /// P-Asserted-Identity.
        Pai,
        /// P-Preferred-Identity.
        Ppi,
        /// Remote-Party-ID.
        Rpid,
    }
}

words! {
    /// How a trunk is told that who calls is withheld.
    TrunkPrivacy => interop::Withholding {
        /// From is anonymous, and `Privacy: id`.
        Anonymous,
        /// From stays; `Privacy: id` asks the carrier to hide it.
        Header,
        /// From is anonymous, without Privacy.
        From,
    }
}

words! {
    /// How a trunk is told that a call was forwarded.
    TrunkDiversion => interop::DiversionHeader {
        /// Not at all.
        Off,
        /// By Diversion.
        Diversion,
        /// By History-Info.
        HistoryInfo,
        /// By both.
        Both,
    }
}

words! {
    /// What becomes of calls whose caller's number is not proved by a signature (STIR/SHAKEN).
    TrunkProof => interop::ProofPolicy {
        /// They are taken, and marked.
        Mark,
        /// A signature that is not to be believed is refused.
        Reject,
        /// So is a call without one.
        Require,
    }
}

words! {
    /// How a caller is put through to an outside number.
    TrunkTransfer => interop::TransferBy {
        /// By a second call of ours: the sound goes through us.
        Bridge,
        /// By asking the carrier to call that number instead of us (REFER): the sound leaves us.
        Refer,
    }
}

words! {
    /// How a trunk writes numbers.
    TrunkNumberFormat => interop::NumberFormat {
        /// `+4930901820`.
        E164,
        /// `4930901820`.
        Plain,
        /// `004930901820`.
        International,
        /// `030901820`; `00` and the rest for other countries.
        National,
    }
}

words! {
    /// Where a trunk puts the number that is called.
    TrunkCalledNumber => interop::CalledNumber {
        /// Into the Request-URI, or else into To.
        Auto,
        /// Into To.
        To,
        /// Into P-Called-Party-ID.
        CalledPartyId,
    }
}

words! {
    /// How a trunk is sent keys.
    TrunkKeys => interop::Keys {
        /// By telephone-event where that is agreed on, else as tones in the sound.
        Auto,
        /// As tones in the sound.
        Sound,
        /// By SIP INFO.
        Info,
    }
}

/// The response that tells a trunk of sound before our answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub enum TrunkProgress {
    /// Session Progress.
    #[default]
    #[serde(rename = "183")]
    SessionProgress,
    /// Ringing.
    #[serde(rename = "180")]
    Ringing,
}

impl From<TrunkProgress> for interop::Progress {
    fn from(progress: TrunkProgress) -> Self {
        match progress {
            TrunkProgress::SessionProgress => Self::SessionProgress,
            TrunkProgress::Ringing => Self::Ringing,
        }
    }
}

/// An extension of SIP that a trunk may be spared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum TrunkExtension {
    /// Reliable provisional responses.
    #[serde(rename = "100rel")]
    Reliable,
    /// Session timers.
    #[serde(rename = "timer")]
    Timer,
    /// Changes and refreshes by UPDATE.
    #[serde(rename = "update")]
    Update,
}

impl From<TrunkExtension> for interop::Extension {
    fn from(extension: TrunkExtension) -> Self {
        match extension {
            TrunkExtension::Reliable => Self::Reliable,
            TrunkExtension::Timer => Self::Timer,
            TrunkExtension::Update => Self::Update,
        }
    }
}

/// Peculiarities of a trunk, each as its carrier asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrunkQuirks {
    /// How it writes numbers: `e164` (+49...), `plain` (49...), `international` (0049...), `national` (0...).
    pub number_format: TrunkNumberFormat,
    /// Numbers are marked with `;user=phone`.
    pub user_phone: bool,
    /// The host of From, where it is not the trunk's host.
    pub from_domain: Option<String>,
    /// From carries our account, whoever calls: for carriers that tell customers apart by it.
    pub from_account: bool,
    /// Where the number that is called stands: `auto`, `to`, `called-party-id`.
    pub called_number: TrunkCalledNumber,
    /// Extensions that calls by it do without: `100rel`, `timer`, `update`.
    pub disable: Vec<TrunkExtension>,
    /// Calls by it require that what goes before the answer is confirmed (`Require: 100rel`).
    pub require_100rel: bool,
    /// Sound before the answer (183) is let in.
    pub early_media: bool,
    /// The response that tells it of sound before our answer: `183`, `180`.
    pub progress: TrunkProgress,
    /// How keys are sent to it: `auto`, `sound`, `info`.
    pub keys: TrunkKeys,
    /// It is asked for a sign of life by OPTIONS.
    pub options_ping: bool,
    /// The length of packets that is asked for, ms.
    pub ptime_ms: u8,
    /// RTP is sent to where it comes from; `false`: to the signalled address alone.
    pub symmetric_rtp: bool,
    /// Max-Forwards of calls that begin here.
    pub max_forwards: u8,
}

impl Default for TrunkQuirks {
    fn default() -> Self {
        let quirks = interop::Quirks::default();
        Self {
            number_format: TrunkNumberFormat::default(),
            user_phone: quirks.user_phone,
            from_domain: quirks.from_domain,
            from_account: quirks.from_account,
            called_number: TrunkCalledNumber::default(),
            disable: Vec::new(),
            require_100rel: quirks.require_100rel,
            early_media: quirks.early_media,
            progress: TrunkProgress::default(),
            keys: TrunkKeys::default(),
            options_ping: quirks.options_ping,
            ptime_ms: quirks.ptime_ms,
            symmetric_rtp: quirks.symmetric_rtp,
            max_forwards: quirks.max_forwards,
        }
    }
}

impl TrunkQuirks {
    /// What is wrong with them, and what to do about it.
    pub fn fault(&self) -> Option<&'static str> {
        let host = |host: &String| {
            host.is_empty() || !host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b))
        };
        if self.from_domain.as_ref().is_some_and(host) {
            return Some("`quirks.from_domain` is a host, such as carrier.example: leave it out for the trunk's own");
        }
        if !matches!(self.ptime_ms, 10 | 20 | 30 | 40 | 60) {
            return Some("`quirks.ptime_ms` is 10, 20, 30, 40 or 60");
        }
        if !(2..=70).contains(&self.max_forwards) {
            return Some("`quirks.max_forwards` is 2 to 70");
        }
        None
    }
}

impl From<TrunkQuirks> for interop::Quirks {
    fn from(quirks: TrunkQuirks) -> Self {
        Self {
            number_format: quirks.number_format.into(),
            user_phone: quirks.user_phone,
            from_domain: quirks.from_domain,
            from_account: quirks.from_account,
            called_number: quirks.called_number.into(),
            disable: quirks.disable.into_iter().map(Into::into).collect(),
            require_100rel: quirks.require_100rel,
            early_media: quirks.early_media,
            progress: quirks.progress.into(),
            keys: quirks.keys.into(),
            options_ping: quirks.options_ping,
            ptime_ms: quirks.ptime_ms,
            symmetric_rtp: quirks.symmetric_rtp,
            max_forwards: quirks.max_forwards,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_told() {
        assert_eq!(TrunkQuirks::default().fault(), None);
        let wrong = [
            TrunkQuirks { from_domain: Some("a b".into()), ..TrunkQuirks::default() },
            TrunkQuirks { ptime_ms: 25, ..TrunkQuirks::default() },
            TrunkQuirks { max_forwards: 0, ..TrunkQuirks::default() },
        ];
        assert!(wrong.iter().all(|quirks| quirks.fault().is_some()));
    }
}
