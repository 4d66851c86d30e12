//! ITU-T G.722 at 64 kbit/s (mode 1): two bands of adaptive differential PCM, split and joined by a quadrature mirror
//! filter. Block names in comments are those of the Recommendation's section 6.

/// QMF coefficients, every second one (ITU-T G.722 table 11).
const QMF: [i32; 12] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];
/// Decision levels of the low band's 60-level quantiser (QUANTL).
const Q6: [i32; 30] = [
    0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339,
    1458, 1612, 1765, 1980, 2195, 2557, 2919,
];
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

/// A number's sign, as the Recommendation's comparisons need it: 0 or -1.
const fn sign(value: i32) -> i32 {
    value >> 15
}

/// The low band's code for a difference (QUANTL).
fn quantize_low(difference: i32, scale: i32) -> usize {
    let magnitude = if difference >= 0 { difference } else { -(difference + 1) };
    // The levels rise, so that those not above the magnitude come first.
    let level = Q6[1..].partition_point(|&q| (q * scale) >> 12 <= magnitude);
    if difference >= 0 {
        61 - level
    } else if level < 2 {
        63 - level
    } else {
        33 - level
    }
}

/// One band's predictor with its scale factor: the same in the encoder and in the decoder.
#[derive(Debug, Clone)]
struct Band {
    /// Predicted sample: pole section and zero section together.
    estimate: i32,
    zero_estimate: i32,
    reconstructed: [i32; 2],
    partial: [i32; 2],
    poles: [i32; 2],
    zeros: [i32; 6],
    differences: [i32; 6],
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
            zeros: [0; 6],
            differences: [0; 6],
            log_scale: 0,
            scale,
        }
    }

    /// LOGSCL and SCALEL, or LOGSCH and SCALEH.
    fn adapt_scale(&mut self, step: i32, limit: i32, shift: i32) {
        self.log_scale = (((self.log_scale * 127) >> 7) + step).clamp(0, limit);
        let mantissa = ILB[((self.log_scale >> 6) & 31) as usize];
        let exponent = shift - (self.log_scale >> 11);
        self.scale = if exponent < 0 { mantissa << -exponent } else { mantissa >> exponent } << 2;
    }

    /// The low band's code: gives the adaptation and the prediction their next step.
    fn follow_low(&mut self, code: usize) {
        let upper = code >> 2;
        let difference = (self.scale * QM4[upper]) >> 15;
        self.adapt_scale(WL[RL42[upper]], LOW_SCALE_LIMIT, 8);
        self.predict(difference);
    }

    /// The same for the high band; gives the quantised difference.
    fn follow_high(&mut self, code: usize) -> i32 {
        let difference = (self.scale * QM2[code]) >> 15;
        self.adapt_scale(WH[code], HIGH_SCALE_LIMIT, 10);
        self.predict(difference);
        difference
    }

    /// Block 4: RECONS, PARREC, UPPOL2, UPPOL1, UPZERO, the delays, FILTEP, FILTEZ, PREDIC.
    fn predict(&mut self, difference: i32) {
        let reconstructed = saturate(self.estimate + difference);
        let partial = saturate(self.zero_estimate + difference);
        self.adapt_poles(partial);
        self.adapt_zeros(difference);

        self.reconstructed = [reconstructed, self.reconstructed[0]];
        self.partial = [partial, self.partial[0]];
        let pole_estimate = saturate(
            ((self.poles[0] * saturate(2 * self.reconstructed[0])) >> 15)
                + ((self.poles[1] * saturate(2 * self.reconstructed[1])) >> 15),
        );
        let zero_sum = self.zeros.iter().zip(&self.differences).map(|(b, d)| (b * saturate(2 * d)) >> 15).sum();
        self.zero_estimate = saturate(zero_sum);
        self.estimate = saturate(pole_estimate + self.zero_estimate);
    }

    fn adapt_poles(&mut self, partial: i32) {
        let same = sign(partial) == sign(self.partial[0]);
        let same_as_second = sign(partial) == sign(self.partial[1]);

        let first = saturate(self.poles[0] << 2);
        let pull = if same { -first } else { first }.min(32_767);
        let push = if same_as_second { 128 } else { -128 };
        let second = (push + (pull >> 7) + ((self.poles[1] * 32_512) >> 15)).clamp(-12_288, 12_288);

        let step = if same { 192 } else { -192 };
        let limit = saturate(15_360 - second);
        let first = saturate(step + ((self.poles[0] * 32_640) >> 15)).clamp(-limit, limit);
        self.poles = [first, second];
    }

    fn adapt_zeros(&mut self, difference: i32) {
        let step = if difference == 0 { 0 } else { 128 };
        for (zero, &earlier) in self.zeros.iter_mut().zip(&self.differences) {
            let push = if sign(earlier) == sign(difference) { step } else { -step };
            *zero = saturate(push + ((*zero * 32_640) >> 15));
        }
        self.differences.copy_within(..5, 1);
        self.differences[0] = difference;
    }
}

/// The last 24 values of a QMF, oldest first.
type QmfLine = [i32; 24];

/// Moves two new values into the line and gives its two polyphase sums (even places, odd places).
fn qmf(line: &mut QmfLine, first: i32, second: i32) -> (i32, i32) {
    line.copy_within(2.., 0);
    line[22] = first;
    line[23] = second;
    let mut sums = (0, 0);
    for (tap, pair) in line.chunks_exact(2).enumerate() {
        sums.0 += pair[0] * QMF[tap];
        sums.1 += pair[1] * QMF[11 - tap];
    }
    sums
}

#[derive(Debug, Clone)]
pub(super) struct G722Encoder {
    low: Band,
    high: Band,
    line: QmfLine,
}

impl G722Encoder {
    pub(super) fn new() -> Self {
        Self { low: Band::new(32), high: Band::new(8), line: [0; 24] }
    }

    pub(super) fn encode(&mut self, samples: &[i16], out: &mut [u8]) -> usize {
        let pairs = samples.chunks_exact(2);
        let written = pairs.len().min(out.len());
        for (byte, pair) in out.iter_mut().zip(pairs) {
            *byte = self.encode_pair(pair[0], pair[1]);
        }
        written
    }

    fn encode_pair(&mut self, first: i16, second: i16) -> u8 {
        let (odd, even) = qmf(&mut self.line, i32::from(first), i32::from(second));
        // Samples have 16 bits here where the Recommendation's have 15: hence 14 and not 13.
        let (low, high) = ((even + odd) >> 14, (even - odd) >> 14);

        let low_code = quantize_low(saturate(low - self.low.estimate), self.low.scale);
        self.low.follow_low(low_code);

        let difference = saturate(high - self.high.estimate);
        let magnitude = if difference >= 0 { difference } else { -(difference + 1) };
        let inner = magnitude < (564 * self.high.scale) >> 12;
        let high_code = usize::from(inner) + if difference >= 0 { 2 } else { 0 };
        self.high.follow_high(high_code);
        (high_code << 6 | low_code) as u8
    }
}

#[derive(Debug, Clone)]
pub(super) struct G722Decoder {
    low: Band,
    high: Band,
    line: QmfLine,
}

impl G722Decoder {
    pub(super) fn new() -> Self {
        Self { low: Band::new(32), high: Band::new(8), line: [0; 24] }
    }

    pub(super) fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize {
        let pairs = out.chunks_exact_mut(2);
        let written = pairs.len().min(payload.len()) * 2;
        for (pair, &byte) in pairs.zip(payload) {
            self.decode_byte(byte, pair);
        }
        written
    }

    fn decode_byte(&mut self, byte: u8, pair: &mut [i16]) {
        let (low_code, high_code) = (usize::from(byte & 0x3F), usize::from(byte >> 6));
        let low_difference = (self.low.scale * QM6[low_code]) >> 15;
        let low = (self.low.estimate + low_difference).clamp(-16_384, 16_383);
        self.low.follow_low(low_code);

        let high_estimate = self.high.estimate;
        let high = (high_estimate + self.high.follow_high(high_code)).clamp(-16_384, 16_383);

        let (second, first) = qmf(&mut self.line, low + high, low - high);
        pair[0] = saturate(first >> 11) as i16;
        pair[1] = saturate(second >> 11) as i16;
    }
}
