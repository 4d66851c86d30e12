//! The transforms: counter mode with HMAC-SHA1
//! ([RFC 3711 section 4](https://www.rfc-editor.org/rfc/rfc3711#section-4)) and GCM
//! ([RFC 7714](https://www.rfc-editor.org/rfc/rfc7714)).

use aes::cipher::{Block, BlockEncrypt, KeyInit};
use aes::{Aes128, Aes256};
use hmac::{Hmac, Mac};
use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha1::Sha1;

use super::keys::MasterKey;
use super::suite::Suite;

/// Blocks that are encrypted side by side: the processor works on as many at a time.
const WIDTH: usize = 8;
const BLOCK: usize = 16;
/// The authentication key's length for HMAC-SHA1, bytes.
const AUTHENTICATION_KEY: usize = 20;

/// Which stream the keys are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    Rtp,
    Rtcp,
}

/// The session keys of one layer and one direction.
#[expect(clippy::large_enum_variant, reason = "boxed with its sealer or opener, and never moved")]
pub(super) enum Cipher {
    Counter { aes: Aes, mac: Hmac<Sha1>, salt: [u8; 14] },
    Gcm { key: LessSafeKey, salt: [u8; NONCE_LEN] },
}

#[expect(clippy::large_enum_variant, reason = "as above")]
pub(super) enum Aes {
    Small(Aes128),
    Large(Aes256),
}

/// What makes a packet unlike any other under the same key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) ssrc: u32,
    /// Roll-over counter and sequence number, or SRTCP's index.
    pub(super) index: u64,
}

impl Cipher {
    pub(super) fn new(master: &MasterKey, layer: Layer) -> Self {
        let first = if layer == Layer::Rtp { 0 } else { 3 };
        let mut key = [0; 32];
        let key = &mut key[..master.suite().key_bytes()];
        master.derive(first, key);
        if master.suite().is_gcm() {
            let mut salt = [0; NONCE_LEN];
            master.derive(first + 2, &mut salt);
            return Self::gcm(master.suite(), key, salt);
        }
        let (mut authentication, mut salt) = ([0; AUTHENTICATION_KEY], [0; 14]);
        master.derive(first + 1, &mut authentication);
        master.derive(first + 2, &mut salt);
        Self::counter(key, &authentication, salt)
    }

    fn counter(key: &[u8], authentication: &[u8], salt: [u8; 14]) -> Self {
        let aes = match Aes128::new_from_slice(key) {
            Ok(aes) => Aes::Small(aes),
            Err(_) => Aes::Large(Aes256::new_from_slice(key).expect("16 or 32 bytes")),
        };
        let mac = <Hmac<Sha1> as Mac>::new_from_slice(authentication).expect("HMAC takes any length");
        Self::Counter { aes, mac, salt }
    }

    fn gcm(suite: Suite, key: &[u8], salt: [u8; NONCE_LEN]) -> Self {
        let algorithm = if suite == Suite::AeadAes128Gcm { &AES_128_GCM } else { &AES_256_GCM };
        let key = UnboundKey::new(algorithm, key).expect("the suite's length");
        Self::Gcm { key: LessSafeKey::new(key), salt }
    }

    /// The nonce of RFC 7714 sections 8.1 and 9.1.
    fn nonce(salt: &[u8; NONCE_LEN], place: Place) -> Nonce {
        let mut nonce = *salt;
        let index = place.index.to_be_bytes();
        let own = place.ssrc.to_be_bytes().into_iter().chain(index[2..].iter().copied());
        for (byte, own) in nonce[2..].iter_mut().zip(own) {
            *byte ^= own;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    /// Encrypts `text` in place and gives the tag. `clear` goes before it, `behind` is authenticated after it (the
    /// roll-over counter, or SRTCP's index).
    pub(super) fn seal(
        &self,
        place: Place,
        clear: &[u8],
        text: &mut [u8],
        behind: [u8; 4],
    ) -> Result<[u8; 16], Broken> {
        match self {
            Self::Counter { aes, mac, salt } => {
                aes.apply(salt, place, text);
                let mut mac = mac.clone();
                for part in [clear, text, &behind] {
                    mac.update(part);
                }
                let mut tag = [0; 16];
                tag.copy_from_slice(&mac.finalize().into_bytes()[..16]);
                Ok(tag)
            }
            Self::Gcm { key, salt } => {
                let nonce = Self::nonce(salt, place);
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(clear), text).map_err(|_| Broken)?;
                let mut bytes = [0; 16];
                bytes.copy_from_slice(tag.as_ref());
                Ok(bytes)
            }
        }
    }

    /// Checks the tag and decrypts `text` in place. For GCM the tag is the end of `text`, and `tag` is empty.
    pub(super) fn open(
        &self,
        place: Place,
        clear: &[u8],
        text: &mut [u8],
        behind: [u8; 4],
        tag: &[u8],
    ) -> Result<(), Broken> {
        match self {
            Self::Counter { aes, mac, salt } => {
                let mut mac = mac.clone();
                for part in [clear, text, &behind] {
                    mac.update(part);
                }
                // In constant time.
                mac.verify_truncated_left(tag).map_err(|_| Broken)?;
                aes.apply(salt, place, text);
                Ok(())
            }
            Self::Gcm { key, salt } => {
                let nonce = Self::nonce(salt, place);
                key.open_in_place(nonce, Aad::from(clear), text).map(drop).map_err(|_| Broken)
            }
        }
    }
}

/// The tag is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

impl Aes {
    /// The key stream of RFC 3711 section 4.1.1 over `text`.
    fn apply(&self, salt: &[u8; 14], place: Place, text: &mut [u8]) {
        let mut start = [0; BLOCK];
        start[..14].copy_from_slice(salt);
        let index = place.index.to_be_bytes();
        let own = place.ssrc.to_be_bytes().into_iter().chain(index[2..].iter().copied());
        for (byte, own) in start[4..14].iter_mut().zip(own) {
            *byte ^= own;
        }
        let mut count = 0_u16;
        for piece in text.chunks_mut(WIDTH * BLOCK) {
            let mut blocks = [Block::<Aes128>::default(); WIDTH];
            let blocks = &mut blocks[..piece.len().div_ceil(BLOCK)];
            for block in &mut *blocks {
                block.copy_from_slice(&start);
                block[14..].copy_from_slice(&count.to_be_bytes());
                count = count.wrapping_add(1);
            }
            match self {
                Self::Small(aes) => aes.encrypt_blocks(blocks),
                Self::Large(aes) => aes.encrypt_blocks(blocks),
            }
            for (part, block) in piece.chunks_mut(BLOCK).zip(blocks.iter()) {
                for (byte, key) in part.iter_mut().zip(block) {
                    *byte ^= key;
                }
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Bytes from hexadecimal digits with any spaces between.
    pub(crate) fn bytes(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let value = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("digits");
        digits.chunks(2).map(value).collect()
    }

    const PLAIN_RTP: &str = "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 \
                             696e2070 61727465 73207472 6573";
    const PLAIN_RTCP: &str = "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef \
                              deadbeef deadbeef deadbeef deadbeef";
    const SALT: &str = "517569642070726f2071756f";

    /// RFC 3711 appendix B.2: the key stream, at its start and where the second byte of the counter begins to count.
    #[test]
    fn the_key_stream_is_that_of_rfc3711_b2() {
        let key = bytes("2B7E151628AED2A6ABF7158809CF4F3C");
        let salt: [u8; 14] = bytes("F0F1F2F3F4F5F6F7F8F9FAFBFCFD").try_into().expect("14 bytes");
        let aes = Aes::Small(Aes128::new_from_slice(&key).expect("16 bytes"));
        let mut stream = vec![0; 0xFF02 * BLOCK];
        aes.apply(&salt, Place { ssrc: 0, index: 0 }, &mut stream);
        let first =
            "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0";
        assert_eq!(stream[..48], bytes(first));
        let later =
            "EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44";
        assert_eq!(stream[0xFEFF * BLOCK..], bytes(later));
    }

    fn gcm(suite: Suite) -> Cipher {
        let key: Vec<u8> = (0..suite.key_bytes() as u8).collect();
        Cipher::gcm(suite, &key, bytes(SALT).try_into().expect("12 bytes"))
    }

    /// RFC 7714 sections 16.1.1 and 16.2.1.
    #[test]
    fn rtp_is_sealed_as_in_rfc7714_16() {
        let sealed = [
            (
                Suite::AeadAes128Gcm,
                "f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 \
                 6a9152cf 765ee439 0cce",
            ),
            (
                Suite::AeadAes256Gcm,
                "32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b7aa3 db36dfff \
                 d6b0f9bb 7878d7a7 6c13",
            ),
        ];
        for (suite, sealed) in sealed {
            let (cipher, mut packet, sealed) = (gcm(suite), bytes(PLAIN_RTP), bytes(sealed));
            let place = Place { ssrc: 0x5501_A0B2, index: 0xF17B };
            let (clear, text) = packet.split_at_mut(12);
            let tag = cipher.seal(place, clear, text, [0; 4]).expect("it is sealed");
            assert_eq!([&*text, &tag[..]].concat(), sealed, "{suite:?}");
            let mut text = sealed;
            cipher.open(place, clear, &mut text, [0; 4], &[]).expect("it is opened");
            assert_eq!(text[..text.len() - 16], bytes(PLAIN_RTP)[12..]);
        }
    }

    /// RFC 7714 sections 17.1 and 17.3.
    #[test]
    fn rtcp_is_sealed_as_in_rfc7714_17() {
        let mut packet = bytes(PLAIN_RTCP);
        let cipher = gcm(Suite::AeadAes128Gcm);
        let (clear, text) = packet.split_at_mut(8);
        let associated = [&*clear, &bytes("800005d4")].concat();
        let place = Place { ssrc: 0x4D61_7273, index: 0x5D4 };
        let tag = cipher.seal(place, &associated, text, [0; 4]).expect("it is sealed");
        let sealed = "63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded \
                      0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade";
        assert_eq!([&*text, &tag[..]].concat(), bytes(sealed));
    }
}
