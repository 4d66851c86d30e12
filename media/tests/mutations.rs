//! A little fuzzing in every test run: mutations of good seeds against what must always hold.

#[path = "../../fuzz/checks/datagrams.rs"]
mod datagrams;
use crate::mutate;
#[path = "../../fuzz/checks/rtcp.rs"]
mod rtcp;
#[path = "../../fuzz/checks/rtp.rs"]
mod rtp;
#[path = "../../fuzz/checks/sdp.rs"]
mod sdp;

use media::rtp::rtcp::{Compound, ReportBlock, SenderInfo};

const SDP_WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"m=audio 1 RTP/AVP 0\n",
    b"m=",
    b"a=inactive\n",
    b"a=rtpmap:0 ",
    b"c=IN IP4 0.0.0.0\n",
    b"/",
    b" ",
    b":",
    b"a=rtcp:0",
    b"a=ptime:-1\n",
    b"65536",
    b"\xff",
    b"\0",
];

fn mutate_all(seeds: &[Vec<u8>], words: &[&[u8]], rounds: usize, check: fn(&[u8])) {
    let mut mutator = mutate::Mutator::new(0x3550);
    for round in 0..rounds {
        for (index, seed) in seeds.iter().enumerate() {
            let other = &seeds[(index + round) % seeds.len()];
            check(&mutator.mutate(seed, other, words));
        }
    }
}

#[test]
fn mutated_descriptions_hold() {
    let seeds = [
        "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\ni=x\r\nc=IN IP4 127.0.0.1\r\nb=AS:64\r\nt=0 0\r\nr=7d 1h 0\r\nz=0 1h\r\n\
         k=clear:x\r\na=sendonly\r\nm=audio 4000/2 RTP/AVP 96 8 101\r\na=rtpmap:96 G722/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=rtcp:53020 IN IP4 126.16.64.4\r\na=ptime:20\r\n",
        "v=0\no=- 1 2 IN IP6 ::1\ns=-\nt=0 0\nm=video 1 RTP/AVP 31\nm=audio 0 RTP/AVP 0\nm=image 5 udptl t38\nc=IN IP6 ::1\n",
    ];
    mutate_all(&seeds.map(|seed| seed.as_bytes().to_vec()), SDP_WORDS, 3_000, sdp::check);
}

#[test]
fn mutated_offers_of_keys_hold() {
    let key = "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|1:4";
    let seeds = [
        format!(
            "v=0\no=- 1 2 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 4000 RTP/SAVP 8\n\
             a=crypto:1 AES_CM_128_HMAC_SHA1_80 {key}\na=crypto:2 AES_CM_128_HMAC_SHA1_32 {} WSH=64\n",
            &key[..47]
        ),
        format!(
            "v=0\no=- 1 2 IN IP4 0.0.0.0\ns=-\nt=0 0\na=group:BUNDLE 0\na=ice-lite\nm=audio 9 UDP/TLS/RTP/SAVPF 8\n\
             c=IN IP4 0.0.0.0\na=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\na=setup:actpass\na=mid:0\n\
             a=rtcp-mux\na=fingerprint:sha-256 {}\n",
            vec!["AB"; 32].join(":")
        ),
    ];
    let words: &[&[u8]] = &[b"|", b":", b"2^", b"inline:", b"sha-256 ", b"a=setup:passive\n", b"a=crypto:", b";", b"="];
    mutate_all(&seeds.map(String::into_bytes), words, 3_000, sdp::check);
}

#[test]
fn mutated_datagrams_hold() {
    let check = [
        0, 0, 1, 0, 36, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 6, 0, 4, b'a', b':', b'b',
        b'c', 0, 0x25, 0, 0, 0, 8, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
    ];
    let mut packet =
        vec![3, 0xB2, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 8, 0, 0, 0, 9, 0xBE, 0xDE, 0, 1, 1, 2, 3, 4];
    packet.resize(80, 0x55);
    let mut report = vec![1, 0x80, 201, 0, 1, 0, 0, 0, 7];
    report.resize(60, 0x80);
    let seeds = [check.to_vec(), packet, report];
    mutate_all(&seeds, &[&[0x80, 0x28, 0, 4], &[0, 8, 0, 20], &[0xFF, 0xFF]], 2_000, datagrams::check);
}

#[test]
fn mutated_reports_hold() {
    let block = ReportBlock {
        ssrc: 1,
        fraction_lost: 2,
        lost: 3,
        highest_sequence: 4,
        jitter: 5,
        last_sr: 6,
        delay_since_sr: 7,
    };
    let info = SenderInfo { ntp: 1 << 40, rtp_timestamp: 2, packets: 3, bytes: 4 };
    let report = |sender, blocks, goodbye| Compound { ssrc: 9, sender, blocks, goodbye }.write("name").unwrap();
    let seeds = [report(Some(info), vec![block; 2], true), report(None, vec![block], false)];
    mutate_all(&seeds, &[&[0x81, 200], &[0x80, 203, 0, 0], &[0xFF, 0xFF]], 5_000, rtcp::check);
}

#[test]
fn a_session_holds_whatever_comes() {
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    // A packet and a pull in turn, with a little of everything in between.
    for seed in 0..4_u8 {
        let steps = (0..200_u8).flat_map(|at| match (at.wrapping_mul(31) ^ seed) % 23 {
            5 => vec![5, at],
            6 => vec![6, 12, 0x80, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3],
            7 => vec![7, at],
            8 => vec![3 | 0x40, at],
            _ => vec![0, at, 3],
        });
        seeds.push(std::iter::once(seed).chain(steps).collect());
    }
    mutate_all(&seeds, &[&[0x40, 0xFF], &[5 | 0x78, 0xFF], &[7, 0x30], &[0x90, 1]], 40, rtp::check);
}

#[test]
fn a_session_that_nobody_pulled_for_seconds_is_live_again() {
    rtp::check(&[0xCF, 0xA3, 0x62, 0xA3, 0x09, 0xD4, 0xD4, 0x3A]);
}
