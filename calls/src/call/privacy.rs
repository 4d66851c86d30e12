//! Whether a leg's sound is encrypted, and how it comes to its keys.

use media::sdp::{Fingerprint, KeyExchange, LocalPrivacy, Secret, SrtpPolicy};
use sip_core::flow::Protocol;

use crate::interop::{Interop, Srtp};

impl From<Srtp> for SrtpPolicy {
    fn from(srtp: Srtp) -> Self {
        match srtp {
            Srtp::Off => Self::Off,
            Srtp::Optional => Self::Optional,
            Srtp::Required => Self::Required,
        }
    }
}

/// How keys are offered to a phone that is reached by this transport: a browser knows one way only, and a key in the
/// description is as secret as the transport. `None`: in the clear, unless encryption is required.
pub(crate) const fn exchange_by(protocol: Option<Protocol>) -> Option<KeyExchange> {
    match protocol {
        Some(Protocol::Ws | Protocol::Wss) => Some(KeyExchange::Web),
        Some(Protocol::Tls) => Some(KeyExchange::Sdes),
        Some(Protocol::Udp | Protocol::Tcp) | None => None,
    }
}

/// What a leg is ready for: as its trunk wants it, else as our own setting says. `None` also when the system gives no
/// randomness, without which no key is a secret.
pub(crate) fn local_privacy(
    ours: SrtpPolicy,
    interop: Option<&Interop>,
    exchange: Option<KeyExchange>,
    fingerprint: Fingerprint,
) -> Option<LocalPrivacy> {
    let (policy, exchange) = match interop {
        Some(interop) => (interop.srtp.into(), Some(KeyExchange::Sdes)),
        None => (ours, exchange),
    };
    let mut secret = [0; 32];
    if policy == SrtpPolicy::Off || getrandom::fill(&mut secret).is_err() {
        return None;
    }
    Some(LocalPrivacy { policy, exchange, secret: Secret::new(secret), fingerprint: Some(fingerprint) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn privacy(interop: Option<&Interop>, exchange: Option<KeyExchange>) -> Option<(SrtpPolicy, Option<KeyExchange>)> {
        local_privacy(SrtpPolicy::Optional, interop, exchange, Fingerprint([1; 32]))
            .map(|privacy| (privacy.policy, privacy.exchange))
    }

    #[test]
    fn a_trunks_own_setting_counts() {
        assert_eq!(privacy(Some(&Interop::default()), None), None, "off where the trunk does not say more");
        let required = Interop { srtp: Srtp::Required, ..Interop::default() };
        assert_eq!(privacy(Some(&required), None), Some((SrtpPolicy::Required, Some(KeyExchange::Sdes))));
    }

    #[test]
    fn phones_are_offered_what_their_transport_allows() {
        for (protocol, exchange) in
            [(Protocol::Udp, None), (Protocol::Tls, Some(KeyExchange::Sdes)), (Protocol::Wss, Some(KeyExchange::Web))]
        {
            let offered = privacy(None, exchange_by(Some(protocol)));
            assert_eq!(offered, Some((SrtpPolicy::Optional, exchange)));
        }
    }

    #[test]
    fn each_leg_has_secrets_of_its_own() {
        let leg = || local_privacy(SrtpPolicy::Optional, None, None, Fingerprint([1; 32]));
        assert_ne!(leg(), leg());
    }
}
