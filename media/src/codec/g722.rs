//! ITU-T G.722 at 64 kbit/s (mode 1): two bands of adaptive differential PCM, split and joined by a quadrature mirror
//! filter. Block names in comments are those of the Recommendation's section 6.

/// QMF coefficients, every second one (ITU-T G.722 table 11).
const QMF: [i16; 12] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];
/// Decision levels of the low band's 60-level quantiser, without the first, which is 0 (QUANTL); filled up to a round
/// number with levels that are never decisive.
const Q6: [i16; 32] = [
    35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339,
    1458, 1612, 1765, 1980, 2195, 2557, 2919, 2919, 2919, 2919,
];
const LEVELS: usize = 29;
/// Logarithmic scale factor multipliers, low band (LOGSCL).
const WL: [i32; 8] = [-60, -30, 58, 172, 334, 538, 1198, 3042];
/// From the upper four bits of a low-band code to its place in [`WL`].
const RL42: [usize; 16] = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0];
/// Antilogarithms of the scale factor (SCALEL, SCALEH).
const ILB: [i32; 32] = [
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896, 2960, 3025,
    3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];
/// Inverse quantiser, low band, 4 bits: what the predictor sees (INVQAL).
const QM4: [i32; 16] =
    [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];
/// Inverse quantiser, low band, 6 bits: what is heard (INVQBL).
const QM6: [i32; 64] = [
    -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576,
    -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040,
    -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
    4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
];
/// Inverse quantiser, high band (INVQAH).
const QM2: [i32; 4] = [-7408, -1616, 7408, 1616];
/// Logarithmic scale factor multipliers, high band, by code (LOGSCH).
const WH: [i32; 4] = [798, -214, 798, -214];

const LOW_SCALE_LIMIT: i32 = 18_432;
const HIGH_SCALE_LIMIT: i32 = 22_528;

const fn saturate(value: i32) -> i32 {
    if value > 32_767 {
        32_767
    } else if value < -32_768 {
        -32_768
    } else {
        value
    }
}

/// The low band's code for a difference (QUANTL).
fn quantize_low(difference: i32, scale: i32) -> usize {
    let magnitude = if difference >= 0 { difference } else { !difference };
    // The levels rise: those that are not above the magnitude come first. Counting them all is faster than searching.
    let mut level = 0i32;
    for &q in &Q6 {
        level = level.wrapping_add(i32::from(i32::from(q).wrapping_mul(i32::from(scale as i16)) >> 12 <= magnitude));
    }
    let level = (level as usize).min(LEVELS);
    if difference >= 0 {
        61 - level
    } else if level < 2 {
        63 - level
    } else {
        33 - level
    }
}

/// One band's predictor with its scale factor: the same in the encoder and in the decoder.
///
/// All values stay within 16 bits and all products within 32, by the clamps; where that is so the arithmetic is said to
/// be wrapping, since checks would keep the compiler from working on several values at once. For the same reason the six
/// zeros have eight places, the last two of which stay without effect.
#[derive(Debug, Clone)]
struct Band {
    /// Predicted sample: pole section and zero section together.
    estimate: i32,
    zero_estimate: i32,
    /// The last two reconstructed samples, doubled.
    reconstructed: [i32; 2],
    partial: [i32; 2],
    poles: [i32; 2],
    zeros: [i16; 8],
    /// The last six differences, doubled.
    differences: [i16; 8],
    log_scale: i32,
    scale: i32,
}

impl Band {
    fn new(scale: i32) -> Self {
        Self {
            estimate: 0,
            zero_estimate: 0,
            reconstructed: [0; 2],
            partial: [0; 2],
            poles: [0; 2],
            zeros: [0; 8],
            differences: [0; 8],
            log_scale: 0,
            scale,
        }
    }

    /// LOGSCL and SCALEL, or LOGSCH and SCALEH.
    fn adapt_scale(&mut self, step: i32, limit: i32, shift: i32) {
        self.log_scale = leak(self.log_scale, 7).wrapping_add(step).clamp(0, limit);
        let mantissa = ILB[((self.log_scale >> 6) & 31) as usize];
        let exponent = shift.wrapping_sub(self.log_scale >> 11);
        self.scale = if exponent < 0 { mantissa << 1 } else { mantissa >> (exponent & 15) } << 2;
    }

    /// The low band's code: gives the adaptation and the prediction their next step.
    fn follow_low(&mut self, code: usize) {
        let upper = (code >> 2) & 15;
        let difference = self.scale.wrapping_mul(QM4[upper]) >> 15;
        self.adapt_scale(WL[RL42[upper]], LOW_SCALE_LIMIT, 8);
        self.predict(difference);
    }

    /// The same for the high band; gives the quantised difference.
    fn follow_high(&mut self, code: usize) -> i32 {
        let difference = self.scale.wrapping_mul(QM2[code & 3]) >> 15;
        self.adapt_scale(WH[code & 3], HIGH_SCALE_LIMIT, 10);
        self.predict(difference);
        difference
    }

    /// Block 4: RECONS, PARREC, UPPOL2, UPPOL1, UPZERO, the delays, FILTEP, FILTEZ, PREDIC.
    fn predict(&mut self, difference: i32) {
        let reconstructed = saturate(self.estimate.wrapping_add(difference));
        let partial = saturate(self.zero_estimate.wrapping_add(difference));
        self.adapt_poles(partial);
        self.partial = [partial, self.partial[0]];
        self.adapt_zeros(difference);

        self.reconstructed = [saturate(reconstructed << 1), self.reconstructed[0]];
        let first = self.poles[0].wrapping_mul(self.reconstructed[0]) >> 15;
        let second = self.poles[1].wrapping_mul(self.reconstructed[1]) >> 15;
        let pole_estimate = saturate(first.wrapping_add(second));
        let mut zero_sum = 0i32;
        for (&zero, &difference) in self.zeros.iter().zip(&self.differences) {
            zero_sum = zero_sum.wrapping_add(i32::from(zero).wrapping_mul(i32::from(difference)) >> 15);
        }
        self.zero_estimate = saturate(zero_sum);
        self.estimate = saturate(pole_estimate.wrapping_add(self.zero_estimate));
    }

    fn adapt_poles(&mut self, partial: i32) {
        let same = partial ^ self.partial[0] >= 0;
        let same_as_second = partial ^ self.partial[1] >= 0;

        let first = saturate(self.poles[0] << 2);
        let pull = if same { first.wrapping_neg() } else { first }.min(32_767);
        let push = if same_as_second { 128 } else { -128 };
        let second = leak(self.poles[1], 7).wrapping_add(push).wrapping_add(pull >> 7).clamp(-12_288, 12_288);

        let step = if same { 192 } else { -192 };
        let limit = 15_360 - second;
        let first = leak(self.poles[0], 8).wrapping_add(step).clamp(-limit, limit);
        self.poles = [first, second];
    }

    fn adapt_zeros(&mut self, difference: i32) {
        let step = if difference == 0 { 0 } else { 128 };
        for (zero, &earlier) in self.zeros.iter_mut().zip(&self.differences) {
            let push = if i32::from(earlier) ^ difference >= 0 { step } else { -step };
            *zero = saturate(leak(i32::from(*zero), 8).wrapping_add(push)) as i16;
        }
        self.differences.copy_within(..5, 1);
        self.differences[0] = saturate(difference << 1) as i16;
    }
}

/// Takes the share 2^-`shift` off a value, rounding down: the Recommendation's products with 32,640 / 32,768 and such.
fn leak(value: i32, shift: u32) -> i32 {
    value.wrapping_add(value.wrapping_neg() >> shift)
}

/// Pairs of samples that are worked on at a time.
const CHUNK: usize = 160;
/// Taps of each of the QMF's two branches.
const TAPS: usize = QMF.len();

/// One branch of a QMF: the last values, then the newest ones.
#[derive(Debug, Clone)]
struct Branch([i16; TAPS - 1 + CHUNK]);

impl Branch {
    fn new() -> Self {
        Self([0; TAPS - 1 + CHUNK])
    }

    fn newest(&mut self) -> &mut [i16] {
        &mut self.0[TAPS - 1..]
    }

    /// The sums with these taps for the first `count` of the newest values.
    fn filter(&mut self, taps: &[i16; TAPS], count: usize) -> [i32; CHUNK] {
        let mut sums = [0i32; CHUNK];
        for (sum, window) in sums.iter_mut().zip(self.0.windows(TAPS)).take(count) {
            for (&value, &tap) in window.iter().zip(taps) {
                *sum = sum.wrapping_add(i32::from(value).wrapping_mul(i32::from(tap)));
            }
        }
        self.0.copy_within(count..count + TAPS - 1, 0);
        sums
    }
}

const FORWARD: [i16; TAPS] = QMF;
const BACKWARD: [i16; TAPS] = {
    let mut taps = QMF;
    let mut n = 0;
    while n < TAPS {
        taps[n] = QMF[TAPS - 1 - n];
        n += 1;
    }
    taps
};

#[derive(Debug, Clone)]
pub(super) struct G722Encoder {
    low: Band,
    high: Band,
    first: Branch,
    second: Branch,
}

impl G722Encoder {
    pub(super) fn new() -> Self {
        Self { low: Band::new(32), high: Band::new(8), first: Branch::new(), second: Branch::new() }
    }

    pub(super) fn encode(&mut self, samples: &[i16], out: &mut [u8]) -> usize {
        let written = (samples.len() / 2).min(out.len());
        for (pairs, bytes) in samples.chunks(2 * CHUNK).zip(out[..written].chunks_mut(CHUNK)) {
            self.encode_chunk(pairs, bytes);
        }
        written
    }

    fn encode_chunk(&mut self, samples: &[i16], bytes: &mut [u8]) {
        let count = bytes.len();
        let places = self.first.newest().iter_mut().zip(self.second.newest());
        for ((first, second), pair) in places.zip(samples.chunks_exact(2)).take(count) {
            *first = pair[0];
            *second = pair[1];
        }
        let odd = self.first.filter(&FORWARD, count);
        let even = self.second.filter(&BACKWARD, count);
        for ((byte, &odd), &even) in bytes.iter_mut().zip(&odd).zip(&even) {
            // Samples have 16 bits here where the Recommendation's have 15: hence 14 and not 13.
            *byte = self.encode_bands(even.wrapping_add(odd) >> 14, even.wrapping_sub(odd) >> 14);
        }
    }

    fn encode_bands(&mut self, low: i32, high: i32) -> u8 {
        let low_code = quantize_low(saturate(low.wrapping_sub(self.low.estimate)), self.low.scale);
        self.low.follow_low(low_code);

        let difference = saturate(high.wrapping_sub(self.high.estimate));
        let magnitude = if difference >= 0 { difference } else { !difference };
        let inner = magnitude < self.high.scale.wrapping_mul(564) >> 12;
        let high_code = usize::from(inner) + if difference >= 0 { 2 } else { 0 };
        self.high.follow_high(high_code);
        (high_code << 6 | low_code) as u8
    }
}

#[derive(Debug, Clone)]
pub(super) struct G722Decoder {
    low: Band,
    high: Band,
    sums: Branch,
    differences: Branch,
}

impl G722Decoder {
    pub(super) fn new() -> Self {
        Self { low: Band::new(32), high: Band::new(8), sums: Branch::new(), differences: Branch::new() }
    }

    pub(super) fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize {
        let bytes = payload.len().min(out.len() / 2);
        for (chunk, pairs) in payload[..bytes].chunks(CHUNK).zip(out.chunks_mut(2 * CHUNK)) {
            self.decode_chunk(chunk, pairs);
        }
        2 * bytes
    }

    fn decode_chunk(&mut self, bytes: &[u8], samples: &mut [i16]) {
        for (place, &byte) in bytes.iter().enumerate() {
            let (low, high) = self.decode_bands(byte);
            // Both bands have 15 bits: sum and difference have 16.
            self.sums.newest()[place] = low.wrapping_add(high) as i16;
            self.differences.newest()[place] = low.wrapping_sub(high) as i16;
        }
        let second = self.sums.filter(&FORWARD, bytes.len());
        let first = self.differences.filter(&BACKWARD, bytes.len());
        for ((pair, &first), &second) in samples.chunks_exact_mut(2).zip(&first).zip(&second).take(bytes.len()) {
            pair[0] = saturate(first >> 11) as i16;
            pair[1] = saturate(second >> 11) as i16;
        }
    }

    fn decode_bands(&mut self, byte: u8) -> (i32, i32) {
        let (low_code, high_code) = (usize::from(byte & 0x3F), usize::from(byte >> 6));
        let low_difference = self.low.scale.wrapping_mul(QM6[low_code]) >> 15;
        let low = self.low.estimate.wrapping_add(low_difference).clamp(-16_384, 16_383);
        self.low.follow_low(low_code);

        let high_estimate = self.high.estimate;
        let high = high_estimate.wrapping_add(self.high.follow_high(high_code)).clamp(-16_384, 16_383);
        (low, high)
    }
}
