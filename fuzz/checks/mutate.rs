//! Deterministic mutations of a seed corpus, so that an ordinary test on stable Rust fuzzes a little.

/// A small generator (splitmix64): the same seed gives the same mutations on every machine.
pub struct Mutator(u64);

impl Mutator {
    /// A mutator that starts from `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }

    /// Changes `data` in one to four places: flips, deletes, doubles, inserts one of `dictionary`, cuts, splices.
    pub fn mutate(&mut self, data: &[u8], other: &[u8], dictionary: &[&[u8]]) -> Vec<u8> {
        let mut out = data.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(out.len() + 1);
            let until = (at + self.below(32)).min(out.len());
            match self.below(7) {
                0 if at < out.len() => out[at] ^= 1 << self.below(8),
                1 if at < out.len() => out[at] = self.next() as u8,
                2 => drop(out.drain(at..until)),
                3 => {
                    let part = out[at..until].to_vec();
                    out.splice(at..at, part);
                }
                4 if !dictionary.is_empty() => {
                    let word = dictionary[self.below(dictionary.len())];
                    out.splice(at..at, word.iter().copied());
                }
                5 => out.truncate(at),
                _ => {
                    let from = self.below(other.len() + 1);
                    let to = (from + self.below(64)).min(other.len());
                    out.splice(at..until, other[from..to].iter().copied());
                }
            }
        }
        out
    }
}
