//! A little fuzzing of a call's sound, from its session descriptions on: the same check as the fuzz target.

#[path = "../../fuzz/checks/media_session.rs"]
mod media_session;
use crate::mutate;

const OFFERS: [&str; 2] = [
    "v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 101\r\n\
     a=rtpmap:101 telephone-event/8000\r\n",
    "v=0\r\no=- 1 2 IN IP4 192.0.2.3\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 4001 RTP/AVP 9 0\r\na=sendonly\r\n",
];

/// An offer, sound, keys, another offer, a pause and more sound.
fn seed() -> Vec<u8> {
    let part = |what: u8, bytes: &[u8]| [&[what, bytes.len() as u8][..], bytes].concat();
    let mut script = part(0, OFFERS[0].as_bytes());
    for _ in 0..3 {
        script.extend(part(4, &[0xd5; 20]));
        script.extend(part(7, &[]));
    }
    script.extend(part(6, b"1#"));
    script.extend([7, 20]);
    script.extend(part(2, &[0x80, 101, 0, 9, 0, 0, 0, 1, 0, 0, 0, 1, 5, 0x8a, 3, 0x20]));
    script.extend(part(5, &[0x80, 200, 0, 6, 0, 0, 0, 1]));
    script.extend(part(1, OFFERS[1].as_bytes()));
    script.extend(part(0xff, &[0; 5]));
    script.extend(part(4, &[0x55; 20]));
    script
}

#[test]
fn whatever_the_other_side_says_and_sends_is_survived() {
    let seed = seed();
    let mut mutator = mutate::Mutator::new(0x5e55);
    let (mut agreed, mut sent) = (0, 0);
    for _ in 0..600 {
        let script = mutator.mutate(&seed, &seed, &[&[7, 30], &[4, 9], &[6, 3], b"\r\na=sendonly\r\n", b"RTP/SAVP"]);
        let reached = media_session::check(&script);
        agreed += reached.agreed;
        sent += reached.sent;
    }
    assert!(agreed > 300 && sent > 3_000, "the scripts do not reach deep: {agreed} agreements, {sent} packets");
}
