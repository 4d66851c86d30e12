//! What must hold for any bytes that are read as a session description. Used by the fuzz target and by an ordinary test.

use std::net::{IpAddr, Ipv4Addr};

use media::sdp::{
    Fingerprint, KeyExchange, LocalMedia, LocalPrivacy, Secret, SessionDescription, SrtpPolicy, answer, complete, offer,
};

/// Panics if something does not hold.
pub fn check(data: &[u8]) {
    let Ok(description) = SessionDescription::parse(data) else { return };
    let written = description.to_string();
    let again = SessionDescription::parse(written.as_bytes());
    assert!(again.as_ref() == Ok(&description), "what was written reads otherwise");
    let plain = LocalMedia::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 10_000, 1);
    let privacy = LocalPrivacy {
        policy: SrtpPolicy::Optional,
        exchange: Some(KeyExchange::Web),
        secret: Secret::new([5; 32]),
        fingerprint: Some(Fingerprint([6; 32])),
    };
    let private = LocalMedia { privacy: Some(privacy), ..plain.clone() };
    for local in [plain, private] {
        agree(&local, &description);
    }
}

fn agree(local: &LocalMedia, description: &SessionDescription) {
    if let Ok((reply, negotiated)) = answer(local, description) {
        assert!(reply.media.len() == description.media.len(), "an answer has a line for each line of the offer");
        assert!(reply.media.iter().filter(|media| media.port != 0).count() <= 1, "one stream is taken at most");
        for (ours, theirs) in reply.media.iter().zip(&description.media) {
            let offered = |format| theirs.formats.contains(format);
            assert!(ours.formats.iter().all(offered), "an answer uses only what was offered");
        }
        assert!((10..=60).contains(&negotiated.ptime_ms), "a packet has 10 to 60 ms");
        assert!(SessionDescription::parse(reply.to_string().as_bytes()).is_ok(), "our answer can be read");
    }
    let _ = complete(local, &offer(local), description);
    let mut revised = offer(local);
    revised.revise(description);
}
