//! How long a session takes for 20 ms each way: receive, pull, push.
#![expect(clippy::print_stdout, reason = "a measurement prints")]

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use call_model::AudioFrame;
use media::codec::{Codec, FRAME_BYTES};
use media::rtp::packet::Packet;
use media::rtp::{Session, SessionConfig};
use media::sdp::{LocalMedia, Negotiated, answer, complete, offer};

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

/// Nanoseconds for each step, with one packet in `lost_one_in` missing: the median, so that other work on the machine
/// does not count.
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn measure(codec: Codec, lost_one_in: u32) -> [u128; 3] {
    let negotiated = agree(codec);
    let mut session = Session::new(SessionConfig::new(1), negotiated);
    let peer = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), 4_000);
    let mut heard = AudioFrame::silence(codec.sample_rate());
    let mut said = heard;
    for (at, sample) in said.samples_mut().iter_mut().enumerate() {
        *sample = (at as i16 * 97) % 9_000;
    }
    let payload: Vec<u8> = (0..FRAME_BYTES).map(|at| at as u8).collect();
    let mut datagram = Vec::with_capacity(200);
    let start = Instant::now();
    let mut spent = [const { Vec::new() }; 3];
    // A tenth of a second at a time, so that reading the clock does not count.
    for block in 0..FRAMES / 5 {
        let mut times = [Instant::now(); 4];
        for step in 0..3 {
            for number in block * 5..block * 5 + 5 {
                let now = start + FRAME * number;
                match step {
                    0 if number % lost_one_in == lost_one_in - 1 => {}
                    0 => {
                        datagram.clear();
                        let (sequence, timestamp) = (number as u16, number.wrapping_mul(160));
                        let payload_type = negotiated.payload_type;
                        let packet =
                            Packet { marker: false, payload_type, sequence, timestamp, ssrc: 7, payload: &payload };
                        packet.write(&mut datagram);
                        session.handle_rtp(now, peer, black_box(&datagram));
                    }
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
            let [receive, pull, push] = measure(codec, lost_one_in);
            let all = receive + pull + push;
            println!("{codec:?}, {name}: {all} ns for 20 ms (receive {receive}, pull {pull}, push {push})");
        }
    }
}
