//! How long a session takes for 20 ms each way: receive, pull, push; in the clear and encrypted.
#![expect(clippy::print_stdout, reason = "a measurement prints")]

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use call_model::AudioFrame;
use media::codec::{Codec, FRAME_BYTES};
use media::rtp::packet::Packet;
use media::rtp::{Session, SessionConfig};
use media::sdp::{LocalMedia, Negotiated, Privacy, answer, complete, offer};
use media::srtp::{MasterKey, Sealer, SrtpKeys, Suite};

const FRAME: Duration = Duration::from_millis(20);
const FRAMES: u32 = 500_000;

fn agree(codec: Codec) -> Negotiated {
    let local = |host| {
        let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, host));
        LocalMedia { codecs: vec![codec], ..LocalMedia::new(address, 4_000, 1) }
    };
    let ours = offer(&local(1));
    let reply = answer(&local(2), &ours).map(|(reply, _)| reply);
    reply.and_then(|reply| complete(&local(1), &ours, &reply)).expect("both ends know the codec")
}

fn key(suite: Suite) -> MasterKey {
    MasterKey::new(suite, &vec![7; suite.key_bytes() + suite.salt_bytes()]).expect("the suite's length")
}

/// Nanoseconds for each step, with one packet in `lost_one_in` missing, encrypted or not: the median, so that other work
/// on the machine does not count.
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn measure(codec: Codec, lost_one_in: u32, suite: Option<Suite>) -> [u128; 3] {
    let mut negotiated = agree(codec);
    let mut peers_sealer = suite.map(|suite| Sealer::new(key(suite)));
    if let Some(suite) = suite {
        negotiated.shelter.privacy = Privacy::Keys(SrtpKeys { ours: key(suite), theirs: key(suite) });
    }
    let mut session = Session::new(SessionConfig::new(1), negotiated);
    let peer = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), 4_000);
    let mut heard = AudioFrame::silence(codec.sample_rate());
    let mut said = heard;
    for (at, sample) in said.samples_mut().iter_mut().enumerate() {
        *sample = (at as i16 * 97) % 9_000;
    }
    let payload: Vec<u8> = (0..FRAME_BYTES).map(|at| at as u8).collect();
    let mut datagrams = [const { Vec::new() }; 5];
    let start = Instant::now();
    let mut spent = [const { Vec::new() }; 3];
    // A tenth of a second at a time, so that reading the clock does not count.
    for block in 0..FRAMES / 5 {
        // What the peer does is not measured.
        for (number, datagram) in (block * 5..).zip(&mut datagrams) {
            datagram.clear();
            let (sequence, timestamp) = (number as u16, number.wrapping_mul(160));
            let payload_type = negotiated.payload_type;
            Packet { marker: false, payload_type, sequence, timestamp, ssrc: 7, payload: &payload }.write(datagram);
            if let Some(sealer) = &mut peers_sealer {
                sealer.rtp(datagram).expect("it is sealed");
            }
        }
        let mut times = [Instant::now(); 4];
        for step in 0..3 {
            for number in block * 5..block * 5 + 5 {
                let now = start + FRAME * number;
                match step {
                    0 if number % lost_one_in == lost_one_in - 1 => {}
                    0 => session.handle_rtp(now, peer, black_box(&datagrams[(number % 5) as usize])),
                    1 => {
                        black_box(session.pull(now + FRAME / 2, &mut heard));
                    }
                    _ => {
                        session.push(now, black_box(&said));
                        while session.poll_transmit().is_some() {}
                    }
                }
            }
            times[step + 1] = Instant::now();
        }
        for step in 0..3 {
            spent[step].push((times[step + 1] - times[step]).as_nanos() / 5);
        }
    }
    black_box(session.quality());
    spent.map(|mut spent| {
        spent.sort_unstable();
        spent[spent.len() / 2]
    })
}

fn main() {
    for codec in Codec::ALL {
        for (name, lost_one_in) in [("no loss", u32::MAX), ("5 % loss", 20)] {
            show(&format!("{codec:?}, {name}"), measure(codec, lost_one_in, None));
        }
    }
    let plain: u128 = measure(Codec::Pcma, u32::MAX, None).iter().sum();
    for suite in Suite::ALL {
        let steps = measure(Codec::Pcma, u32::MAX, Some(suite));
        show(&format!("Pcma, {}", suite.name()), steps);
        let more = steps.iter().sum::<u128>() as i128 - plain as i128;
        println!("    {more} ns more than in the clear");
    }
}

fn show(name: &str, [receive, pull, push]: [u128; 3]) {
    let all = receive + pull + push;
    println!("{name}: {all} ns for 20 ms (receive {receive}, pull {pull}, push {push})");
}
