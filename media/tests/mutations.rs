//! A little fuzzing in every test run: mutations of good seeds against what must always hold.

#[path = "../../fuzz/checks/mutate.rs"]
mod mutate;
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
