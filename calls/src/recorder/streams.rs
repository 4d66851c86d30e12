//! The session description of a recording session: two streams of sound that only we send (RFC 7866 section 7.1).

use std::net::SocketAddr;

use media::codec::Codec;
use media::sdp::{
    self, Attribute, Direction, KeyExchange, LocalMedia, LocalPrivacy, MediaDescription, NegotiateError, Negotiated,
    SdpError, Secret, SessionDescription, SrtpPolicy,
};

use super::Metadata;

/// Why a recorder's description is of no use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StreamsFault {
    #[error("the session description cannot be read")]
    Read(#[from] SdpError),
    #[error("nothing could be agreed on")]
    Negotiate(#[from] NegotiateError),
    #[error("neither of the two streams is taken")]
    Neither,
}

/// The port pairs of the two streams: RTP and RTCP of each.
pub(crate) type StreamPorts = [(SocketAddr, SocketAddr); 2];

/// What was settled for each stream; `None`: the recorder does not take it.
pub(crate) type Settled = [Option<Negotiated>; 2];

/// Our side.
#[derive(Debug)]
pub(crate) struct Streams {
    local: [LocalMedia; 2],
    /// What we said last.
    ours: Option<SessionDescription>,
}

impl Streams {
    /// Streams from these ports, of these codecs. `secrets`: where keys come from, when the voices are encrypted.
    pub fn new(
        ports: StreamPorts,
        codecs: &[Codec],
        session_id: u64,
        policy: SrtpPolicy,
        secrets: Option<[[u8; 32]; 2]>,
    ) -> Self {
        let mut local = ports.map(|(rtp, rtcp)| {
            let mut local = LocalMedia::new(rtp.ip(), rtp.port(), session_id);
            local.rtcp_port = rtcp.port();
            local.codecs = codecs.to_vec();
            local.dtmf = false;
            local
        });
        for (local, secret) in local.iter_mut().zip(secrets.into_iter().flatten()) {
            let exchange = Some(KeyExchange::Sdes);
            local.privacy = Some(LocalPrivacy { policy, exchange, secret: Secret::new(secret), fingerprint: None });
        }
        Self { local, ours: None }
    }

    fn set_active(&mut self, active: bool) {
        for local in &mut self.local {
            local.direction = if active { Direction::SendOnly } else { Direction::Inactive };
        }
    }

    /// Our offer. `active`: the voices are sent.
    pub fn offer(&mut self, active: bool) -> String {
        self.set_active(active);
        let lines = self.local.iter().map(sdp::offer).zip(Metadata::LABELS);
        let mut whole: Option<SessionDescription> = None;
        for (mut one, label) in lines {
            for media in &mut one.media {
                media.attributes.push(Attribute::new("label", label));
            }
            match &mut whole {
                Some(whole) => whole.media.append(&mut one.media),
                None => whole = Some(one),
            }
        }
        self.say(whole.unwrap_or_default())
    }

    /// What the answer to our offer settles.
    pub fn complete(&self, answer: &[u8]) -> Result<Settled, StreamsFault> {
        let answer = SessionDescription::parse(answer)?;
        let ours = self.ours.as_ref().ok_or(StreamsFault::Neither)?;
        let mut settled = [None; 2];
        for (at, place) in settled.iter_mut().enumerate() {
            let (Some(ours), Some(theirs)) = (only(ours, at), only(&answer, at)) else { continue };
            *place = match sdp::complete(&self.local[at], &ours, &theirs) {
                Ok(negotiated) => Some(negotiated),
                Err(NegotiateError::Refused) => None,
                Err(error) => return Err(error.into()),
            };
        }
        taken(&settled)?;
        Ok(settled)
    }

    /// Our answer to an offer of the recorder, and what it settles.
    pub fn answer(&mut self, offer: &[u8], active: bool) -> Result<(String, Settled), StreamsFault> {
        self.set_active(active);
        let offer = SessionDescription::parse(offer)?;
        let mut settled = [None; 2];
        let mut whole = self.ours.clone().unwrap_or_default();
        whole.media.clear();
        for (at, media) in offer.media.iter().enumerate() {
            let one = only(&offer, at).filter(|_| media.port != 0 && at < settled.len());
            let agreed = one.and_then(|one| sdp::answer(&self.local[at], &one).ok());
            let Some((mut answer, negotiated)) = agreed.filter(|(answer, _)| !answer.media.is_empty()) else {
                whole.media.push(MediaDescription::new(&media.kind, 0, &media.protocol, media.formats.clone()));
                continue;
            };
            let mut line = answer.media.remove(0);
            line.attributes.push(Attribute::new("label", Metadata::LABELS[at]));
            whole.media.push(line);
            settled[at] = Some(negotiated);
        }
        taken(&settled)?;
        Ok((self.say(whole), settled))
    }

    fn say(&mut self, mut description: SessionDescription) -> String {
        if let Some(previous) = &self.ours {
            description.revise(previous);
        }
        let text = description.to_string();
        self.ours = Some(description);
        text
    }
}

/// Whether the recorder takes one stream at least.
fn taken(settled: &Settled) -> Result<(), StreamsFault> {
    if settled.iter().any(Option::is_some) { Ok(()) } else { Err(StreamsFault::Neither) }
}

/// A description of one of its streams alone.
fn only(description: &SessionDescription, at: usize) -> Option<SessionDescription> {
    let media = vec![description.media.get(at)?.clone()];
    Some(SessionDescription { media, ..description.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streams(policy: SrtpPolicy) -> Streams {
        let at = |port: u16| SocketAddr::from(([192, 0, 2, 1], port));
        let ports = [(at(4_000), at(4_001)), (at(4_002), at(4_003))];
        let secrets = (policy != SrtpPolicy::Off).then_some([[1; 32], [2; 32]]);
        Streams::new(ports, &[Codec::Pcma, Codec::Pcmu], 7, policy, secrets)
    }

    /// What a recorder answers: each stream to a port of its own, or not.
    fn answer(offer: &str, ports: [u16; 2], direction: &str) -> String {
        let profile = if offer.contains("RTP/SAVP") { "RTP/SAVP" } else { "RTP/AVP" };
        let keys = offer.lines().filter(|line| line.starts_with("a=crypto:1"));
        let mut keys = keys.map(|line| format!("{line}\r\n"));
        let lines = ports.map(|port| {
            let key = keys.next().unwrap_or_default();
            format!("m=audio {port} {profile} 0\r\na=rtpmap:0 PCMU/8000\r\n{key}a={direction}\r\n")
        });
        format!("v=0\r\no=srs 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n{}", lines.concat())
    }

    #[test]
    fn two_labelled_streams_are_offered_that_only_we_send() {
        let mut streams = streams(SrtpPolicy::Off);
        let offer = SessionDescription::parse(streams.offer(true).as_bytes()).expect("a description");
        assert_eq!(offer.media.len(), 2);
        for (media, (port, label)) in offer.media.iter().zip([(4_000, "1"), (4_002, "2")]) {
            assert_eq!((media.port, media.attribute("label")), (port, Some(label)));
            assert_eq!(media.direction(), Some(Direction::SendOnly));
            assert!(media.formats.iter().all(|format| format != "101"), "no keys");
        }
        let paused = SessionDescription::parse(streams.offer(false).as_bytes()).expect("a description");
        assert!(paused.media.iter().all(|media| media.direction() == Some(Direction::Inactive)));
        assert_ne!(paused.origin.session_version, offer.origin.session_version);
    }

    #[test]
    fn each_stream_goes_where_the_answer_says_and_one_may_be_refused() {
        let mut streams = streams(SrtpPolicy::Off);
        let offer = streams.offer(true);
        let settled = streams.complete(answer(&offer, [6_000, 6_002], "recvonly").as_bytes()).expect("settled");
        let ports = settled.map(|it| it.map(|it| (it.remote_rtp.port(), it.codec, it.send, it.receive)));
        assert_eq!(ports, [6_000, 6_002].map(|port| Some((port, Codec::Pcmu, true, false))));
        let one = streams.complete(answer(&offer, [0, 6_002], "recvonly").as_bytes()).expect("settled");
        assert_eq!(one.map(|it| it.is_some()), [false, true]);
        let none = streams.complete(answer(&offer, [0, 0], "recvonly").as_bytes());
        assert!(matches!(none, Err(StreamsFault::Neither)));
    }

    #[test]
    fn encrypted_streams_have_keys_of_their_own() {
        let mut streams = streams(SrtpPolicy::Required);
        let offer = streams.offer(true);
        assert_eq!(offer.matches("RTP/SAVP").count(), 2);
        let keys: Vec<_> = offer.lines().filter(|line| line.starts_with("a=crypto:1")).collect();
        assert!(keys.len() == 2 && keys[0] != keys[1]);
        let settled = streams.complete(answer(&offer, [6_000, 6_002], "recvonly").as_bytes()).expect("settled");
        assert!(settled.iter().flatten().all(|it| it.shelter.exchange() == Some(KeyExchange::Sdes)));
        let plain = answer("", [6_000, 6_002], "recvonly");
        assert!(matches!(streams.complete(plain.as_bytes()), Err(StreamsFault::Negotiate(_))), "never in the clear");
    }

    #[test]
    fn a_recorder_may_offer_itself_and_streams_that_are_not_ours_are_refused() {
        let mut streams = streams(SrtpPolicy::Off);
        let ours = streams.offer(true);
        let mut offer = answer(&ours, [6_100, 6_102], "recvonly");
        offer.push_str("m=video 6104 RTP/AVP 96\r\n");
        let (said, settled) = streams.answer(offer.as_bytes(), true).expect("answered");
        let said = SessionDescription::parse(said.as_bytes()).expect("a description");
        assert_eq!(said.media.iter().map(|media| media.port).collect::<Vec<_>>(), [4_000, 4_002, 0]);
        assert!(said.media[..2].iter().all(|media| media.direction() == Some(Direction::SendOnly)));
        assert!(settled.iter().flatten().all(|it| it.send && it.remote_rtp.port() >= 6_100));
        let (_, paused) = streams.answer(offer.as_bytes(), false).expect("answered");
        assert!(paused.iter().flatten().all(|it| !it.send), "what is paused stays so");
    }
}
