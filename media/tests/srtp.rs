//! SRTP (RFC 3711, RFC 6188, RFC 7714) against `rtc-srtp`: each reads what the other wrote; and what is not genuine,
//! repeated or lost.

use media::rtp::packet::Packet;
use media::srtp::{MasterKey, OpenError, Opener, Sealer, SrtpKeys, Suite};
use rtc_srtp::context::Context;
use rtc_srtp::option::{srtcp_replay_protection, srtp_replay_protection};
use rtc_srtp::protection_profile::ProtectionProfile;

const SSRC: u32 = 0xCAFE_BABE;

fn key(suite: Suite, seed: u8) -> MasterKey {
    let bytes: Vec<u8> =
        (0..suite.key_bytes() + suite.salt_bytes()).map(|at| (at as u8).wrapping_mul(29) ^ seed).collect();
    MasterKey::new(suite, &bytes).expect("the suite's length")
}

fn second_opinion(key: &MasterKey) -> Context {
    let profile = match key.suite() {
        Suite::AeadAes256Gcm => ProtectionProfile::AeadAes256Gcm,
        Suite::AeadAes128Gcm => ProtectionProfile::AeadAes128Gcm,
        Suite::Aes256CmSha1_80 => ProtectionProfile::Aes256CmHmacSha1_80,
        Suite::Aes256CmSha1_32 => ProtectionProfile::Aes256CmHmacSha1_32,
        Suite::Aes128CmSha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
        Suite::Aes128CmSha1_32 => ProtectionProfile::Aes128CmHmacSha1_32,
    };
    let provider = rtc_srtp::crypto::default_provider().expect("a provider");
    let (master, salt) = key.secret().split_at(key.suite().key_bytes());
    let (rtp, rtcp) = (Some(srtp_replay_protection(128)), Some(srtcp_replay_protection(128)));
    Context::new(master, salt, profile, rtp, rtcp, provider.crypto()).expect("a context")
}

fn rtp(sequence: u16, ssrc: u32) -> Vec<u8> {
    let payload: Vec<u8> = (0..160).map(|at| (at as u8) ^ sequence as u8).collect();
    let mut packet = Vec::new();
    let timestamp = u32::from(sequence) * 160;
    Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc, payload: &payload }.write(&mut packet);
    packet
}

/// A receiver report with a source description behind it.
fn rtcp() -> Vec<u8> {
    let mut packet = vec![0x80, 201, 0, 1, 0xCA, 0xFE, 0xBA, 0xBE];
    packet.extend_from_slice(&[0x81, 202, 0, 3, 0xCA, 0xFE, 0xBA, 0xBE, 1, 4, b'a', b'b', b'c', b'd', 0, 0]);
    packet
}

fn open(opener: &mut Opener, mut packet: Vec<u8>) -> Result<Vec<u8>, OpenError> {
    let length = if matches!(packet[1], 192..=223) { opener.rtcp(&mut packet) } else { opener.rtp(&mut packet) }?;
    packet.truncate(length);
    Ok(packet)
}

fn seal(sealer: &mut Sealer, mut packet: Vec<u8>) -> Vec<u8> {
    sealer.rtp(&mut packet).expect("it is sealed");
    packet
}

#[test]
fn each_reads_what_the_other_wrote_through_roll_overs() {
    for suite in Suite::ALL {
        let key = key(suite, 1);
        let (mut sealer, mut opener) = (Sealer::new(key), Opener::new(key));
        let (mut their_writer, mut their_reader) = (second_opinion(&key), second_opinion(&key));
        // 65,500 onwards, over the edge three times.
        for count in (0..140_000_u32).step_by(777) {
            let plain = rtp(65_500_u16.wrapping_add(count as u16), SSRC);
            let ours = seal(&mut sealer, plain.clone());
            assert_ne!(ours[12..172], plain[12..], "it is encrypted");
            let read = their_reader.decrypt_rtp(&ours).expect("they read ours");
            assert_eq!(read[..], plain, "{suite:?} {count}");
            let theirs = their_writer.encrypt_rtp(&plain).expect("they write").to_vec();
            assert_eq!(theirs, ours, "{suite:?}: the same packet to the bit");
            assert_eq!(open(&mut opener, theirs), Ok(plain));
        }
        for _ in 0..3 {
            let mut ours = rtcp();
            sealer.rtcp(&mut ours).expect("it is sealed");
            assert_eq!(their_reader.decrypt_rtcp(&ours).expect("they read ours")[..], rtcp());
            let theirs = their_writer.encrypt_rtcp(&rtcp()).expect("they write").to_vec();
            assert_eq!(open(&mut opener, theirs), Ok(rtcp()), "{suite:?}");
        }
    }
}

/// RFC 3711 section 3.3.2.
#[test]
fn a_packet_is_taken_once() {
    for suite in Suite::ALL {
        let (mut sealer, mut opener) = (Sealer::new(key(suite, 1)), Opener::new(key(suite, 1)));
        let packets: Vec<_> = (0..200).map(|number| seal(&mut sealer, rtp(number, SSRC))).collect();
        for at in [0, 3, 1, 2] {
            assert!(open(&mut opener, packets[at].clone()).is_ok());
            assert_eq!(open(&mut opener, packets[at].clone()), Err(OpenError::Replayed), "{suite:?}");
        }
        assert!(open(&mut opener, packets[150].clone()).is_ok());
        assert_eq!(open(&mut opener, packets[10].clone()), Err(OpenError::Replayed), "too old to tell");
        assert!(open(&mut opener, packets[30].clone()).is_ok(), "late, and never seen");
    }
}

#[test]
fn what_was_changed_or_is_of_another_key_is_refused_and_changes_nothing() {
    for suite in Suite::ALL {
        let (mut sealer, mut opener) = (Sealer::new(key(suite, 1)), Opener::new(key(suite, 1)));
        let genuine = seal(&mut sealer, rtp(5, SSRC));
        for at in 0..genuine.len() {
            let mut changed = genuine.clone();
            changed[at] ^= 0x10;
            assert!(open(&mut opener, changed).is_err(), "{suite:?}: byte {at}");
        }
        let strange = seal(&mut Sealer::new(key(suite, 2)), rtp(60_000, SSRC));
        assert_eq!(open(&mut opener, strange), Err(OpenError::NotGenuine));
        let mut report = rtcp();
        sealer.rtcp(&mut report).expect("it is sealed");
        for at in 0..report.len() {
            let mut changed = report.clone();
            changed[at] ^= 0x01;
            // Byte 1 makes it another kind of packet, which is not asked for here.
            assert!(opener.rtcp(&mut changed).is_err(), "{suite:?}: byte {at} of a report");
        }
        assert_eq!(open(&mut opener, genuine), Ok(rtp(5, SSRC)), "{suite:?}");
        assert_eq!(open(&mut opener, report), Ok(rtcp()));
        for length in 0..40 {
            assert!(opener.rtp(&mut vec![0x80; length]).is_err() && opener.rtcp(&mut vec![0x80; length]).is_err());
        }
    }
}

#[test]
fn another_source_begins_anew_under_the_same_key() {
    for suite in Suite::ALL {
        let (mut sealer, mut opener) = (Sealer::new(key(suite, 1)), Opener::new(key(suite, 1)));
        for sequence in [65_535, 0] {
            assert!(open(&mut opener, seal(&mut sealer, rtp(sequence, SSRC))).is_ok());
        }
        for (sequence, ssrc) in [(9, 7), (10, 7), (1, SSRC)] {
            assert_eq!(open(&mut opener, seal(&mut sealer, rtp(sequence, ssrc))), Ok(rtp(sequence, ssrc)));
        }
    }
}

/// RFC 5764 section 4.2: client key, server key, client salt, server salt.
#[test]
fn the_two_ends_of_a_handshake_get_each_others_keys() {
    for suite in Suite::ALL {
        let exported: Vec<u8> = (0..SrtpKeys::exported_bytes(suite) as u8).collect();
        let client = SrtpKeys::from_exported(suite, &exported, true).expect("the right length");
        let server = SrtpKeys::from_exported(suite, &exported, false).expect("the right length");
        assert_eq!((client.ours, client.theirs), (server.theirs, server.ours));
        assert_ne!(client.ours, client.theirs);
        assert_eq!(client.ours.secret()[..suite.key_bytes()], exported[..suite.key_bytes()]);
        assert_eq!(SrtpKeys::from_exported(suite, &exported[1..], true), None);
    }
}

/// Extensions and contributing sources stay in the clear and are authenticated.
#[test]
fn headers_of_every_length_are_found() {
    let mut packet = rtp(1, SSRC);
    packet[0] |= 0x12;
    packet.splice(12..12, [1, 2, 3, 4, 5, 6, 7, 8, 0xBE, 0xDE, 0, 1, 0x10, 0xFF, 0, 0]);
    for suite in Suite::ALL {
        let key = key(suite, 3);
        let sealed = seal(&mut Sealer::new(key), packet.clone());
        assert_eq!(sealed[..28], packet[..28]);
        assert_eq!(second_opinion(&key).decrypt_rtp(&sealed).expect("they read ours")[..], packet);
        assert_eq!(open(&mut Opener::new(key), sealed), Ok(packet.clone()));
    }
}
