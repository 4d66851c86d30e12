//! Master keys, and the session keys that are derived from them
//! ([RFC 3711 section 4.3](https://www.rfc-editor.org/rfc/rfc3711#section-4.3)).

use std::fmt;

use aes::cipher::{BlockEncrypt, KeyInit};
use aes::{Aes128, Aes256};
use subtle::ConstantTimeEq;

use super::suite::Suite;

/// The longest master key and salt, bytes.
const LONGEST: usize = 32 + 14;

/// The master key and salt of one direction. `{:?}` shows neither.
#[derive(Clone, Copy)]
pub struct MasterKey {
    suite: Suite,
    bytes: [u8; LONGEST],
}

impl MasterKey {
    /// The key and salt `bytes`, one after the other; `None` when the length is not the suite's.
    pub fn new(suite: Suite, bytes: &[u8]) -> Option<Self> {
        let mut own = [0; LONGEST];
        let place = own.get_mut(..suite.key_bytes() + suite.salt_bytes())?;
        if place.len() != bytes.len() {
            return None;
        }
        place.copy_from_slice(bytes);
        Some(Self { suite, bytes: own })
    }

    /// What it is for.
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// Key and salt, one after the other, as `a=crypto` has them. Secret.
    pub fn secret(&self) -> &[u8] {
        &self.bytes[..self.suite.key_bytes() + self.suite.salt_bytes()]
    }

    fn key(&self) -> &[u8] {
        &self.bytes[..self.suite.key_bytes()]
    }

    fn salt(&self) -> &[u8] {
        &self.secret()[self.suite.key_bytes()..]
    }

    /// Fills `out` with the key of that label; the derivation rate is 0.
    pub(super) fn derive(&self, label: u8, out: &mut [u8]) {
        let mut input = [0; 16];
        input[..self.salt().len()].copy_from_slice(self.salt());
        input[7] ^= label;
        for (count, piece) in (0_u16..).zip(out.chunks_mut(16)) {
            let mut block = input;
            block[14..].copy_from_slice(&count.to_be_bytes());
            self.encrypt(&mut block);
            piece.copy_from_slice(&block[..piece.len()]);
        }
    }

    fn encrypt(&self, block: &mut [u8; 16]) {
        let block = block.into();
        if let Ok(aes) = Aes128::new_from_slice(self.key()) {
            aes.encrypt_block(block);
        } else if let Ok(aes) = Aes256::new_from_slice(self.key()) {
            aes.encrypt_block(block);
        }
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey").field("suite", &self.suite).finish_non_exhaustive()
    }
}

impl PartialEq for MasterKey {
    /// In constant time.
    fn eq(&self, other: &Self) -> bool {
        self.suite == other.suite && bool::from(self.bytes.ct_eq(&other.bytes))
    }
}

impl Eq for MasterKey {}

/// The keys of both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SrtpKeys {
    /// What we send with.
    pub ours: MasterKey,
    /// What the peer sends with.
    pub theirs: MasterKey,
}

impl SrtpKeys {
    /// How many bytes a DTLS handshake has to export for a suite.
    pub const fn exported_bytes(suite: Suite) -> usize {
        2 * (suite.key_bytes() + suite.salt_bytes())
    }

    /// The keys that a DTLS handshake exported
    /// ([RFC 5764 section 4.2](https://www.rfc-editor.org/rfc/rfc5764#section-4.2)): the client's key, the server's, the
    /// client's salt, the server's. `None` when the length is not the suite's.
    pub fn from_exported(suite: Suite, exported: &[u8], we_are_client: bool) -> Option<Self> {
        if exported.len() != Self::exported_bytes(suite) {
            return None;
        }
        let (keys, salts) = exported.split_at(2 * suite.key_bytes());
        let side = |second: usize| {
            let mut bytes = [0; LONGEST];
            let (key, salt) = (suite.key_bytes(), suite.salt_bytes());
            bytes[..key].copy_from_slice(&keys[second * key..][..key]);
            bytes[key..key + salt].copy_from_slice(&salts[second * salt..][..salt]);
            MasterKey { suite, bytes }
        };
        let (client, server) = (side(0), side(1));
        let (ours, theirs) = if we_are_client { (client, server) } else { (server, client) };
        Some(Self { ours, theirs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srtp::cipher::tests::bytes;

    /// RFC 3711 appendix B.3.
    #[test]
    fn keys_are_derived_as_in_rfc3711_b3() {
        let master = bytes("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6");
        let master = MasterKey::new(Suite::Aes128CmSha1_80, &master).expect("a key of the right length");
        let derive = |label, length| {
            let mut out = vec![0; length];
            master.derive(label, &mut out);
            out
        };
        assert_eq!(derive(0, 16), bytes("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(derive(2, 14), bytes("30CBBC08863D8C85D49DB34A9AE1"));
        let authentication = bytes(
            "CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE E049646C43D9327AD175578EF7227098 \
             6371C10C9A369AC2F94A8C5FBCDDDC25 6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2",
        );
        assert_eq!(derive(1, 94), authentication);
    }

    /// RFC 6188 section 7.2.
    #[test]
    fn keys_of_256_bits_are_derived_as_in_rfc6188() {
        let master =
            bytes("f0f04914b513f2763a1b1fa130f10e29 98f6f6e43e4309d1e622a0e332b9f1b6 3b04803de51ee7c96423ab5b78d2");
        let master = MasterKey::new(Suite::Aes256CmSha1_80, &master).expect("a key of the right length");
        let mut key = [0; 32];
        master.derive(0, &mut key);
        assert_eq!(key[..], bytes("5ba1064e30ec51613cad926c5a28ef73 1ec7fb397f70a960653caf06554cd8c4"));
        let mut salt = [0; 14];
        master.derive(2, &mut salt);
        assert_eq!(salt[..], bytes("fa31791685ca444a9e07c6c64e93"));
    }

    #[test]
    fn no_key_is_shown() {
        let key = MasterKey::new(Suite::AeadAes128Gcm, &[0xAB; 28]).expect("a key of the right length");
        assert_eq!(format!("{key:?}"), "MasterKey { suite: AeadAes128Gcm, .. }");
        assert_eq!(MasterKey::new(Suite::AeadAes128Gcm, &[0xAB; 30]), None);
    }
}
