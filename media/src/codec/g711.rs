//! ITU-T G.711 by tables, which are computed when the crate is built.

/// Linear value of each mu-law byte, on the 16-bit scale.
pub(super) static MU_LAW_TO_LINEAR: [i16; 256] = mu_law_to_linear();
/// Linear value of each A-law byte, on the 16-bit scale.
pub(super) static A_LAW_TO_LINEAR: [i16; 256] = a_law_to_linear();

/// Mu-law has 14 significant bits, A-law 13: the low bits of a sample do not matter.
const MU_LAW_SHIFT: u32 = 2;
const A_LAW_SHIFT: u32 = 3;
static LINEAR_TO_MU_LAW: [u8; 1 << 14] = linear_to_mu_law();
static LINEAR_TO_A_LAW: [u8; 1 << 13] = linear_to_a_law();

pub(super) fn decode(table: &[i16; 256], payload: &[u8], out: &mut [i16]) -> usize {
    for (sample, &byte) in out.iter_mut().zip(payload) {
        *sample = table[byte as usize];
    }
    payload.len().min(out.len())
}

pub(super) fn encode_mu_law(samples: &[i16], out: &mut [u8]) -> usize {
    for (byte, &sample) in out.iter_mut().zip(samples) {
        *byte = LINEAR_TO_MU_LAW[(sample as u16 >> MU_LAW_SHIFT) as usize];
    }
    samples.len().min(out.len())
}

pub(super) fn encode_a_law(samples: &[i16], out: &mut [u8]) -> usize {
    for (byte, &sample) in out.iter_mut().zip(samples) {
        *byte = LINEAR_TO_A_LAW[(sample as u16 >> A_LAW_SHIFT) as usize];
    }
    samples.len().min(out.len())
}

const fn mu_law_to_linear() -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let bits = !code as i32;
        let magnitude = ((((bits & 0x0F) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84;
        table[code] = if bits & 0x80 != 0 { -magnitude } else { magnitude } as i16;
        code += 1;
    }
    table
}

const fn a_law_to_linear() -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let bits = code as i32 ^ 0x55;
        let mantissa = (bits & 0x0F) << 4;
        let magnitude = match (bits & 0x70) >> 4 {
            0 => mantissa + 0x08,
            segment => (mantissa + 0x108) << (segment - 1),
        };
        table[code] = if bits & 0x80 != 0 { magnitude } else { -magnitude } as i16;
        code += 1;
    }
    table
}

/// The sample whose top bits are `index`.
const fn sample_of(index: usize, shift: u32) -> i32 {
    ((index << shift) as u16 as i16 >> shift) as i32
}

const fn linear_to_mu_law() -> [u8; 1 << 14] {
    let mut table = [0; 1 << 14];
    let mut index = 0;
    while index < table.len() {
        let sample = sample_of(index, MU_LAW_SHIFT);
        let (mask, magnitude) = if sample < 0 { (0x7F, -sample) } else { (0xFF, sample) };
        // 8158 is the greatest that the top segment holds.
        let biased = if magnitude > 8_158 { 8_158 } else { magnitude } + 33;
        let segment = 26 - biased.leading_zeros() as i32;
        table[index] = (((segment << 4) | ((biased >> (segment + 1)) & 0x0F)) ^ mask) as u8;
        index += 1;
    }
    table
}

const fn linear_to_a_law() -> [u8; 1 << 13] {
    let mut table = [0; 1 << 13];
    let mut index = 0;
    while index < table.len() {
        let sample = sample_of(index, A_LAW_SHIFT);
        let (mask, magnitude) = if sample < 0 { (0x55, -sample - 1) } else { (0xD5, sample) };
        let segment = if magnitude < 32 { 0 } else { 27 - magnitude.leading_zeros() as i32 };
        let mantissa = magnitude >> if segment < 2 { 1 } else { segment };
        table[index] = (((segment << 4) | (mantissa & 0x0F)) ^ mask) as u8;
        index += 1;
    }
    table
}
