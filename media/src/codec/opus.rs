//! Opus ([RFC 6716](https://www.rfc-editor.org/rfc/rfc6716)) by libopus, as a telephone needs it: one channel at 16 kHz,
//! 20 ms in a packet. libopus takes its memory when a coder is made and none per packet.

use call_model::SampleRate;
use opus::{Application, Bandwidth, Bitrate, Channels, Signal};

/// What is sent unless the peer takes less, bit/s: a little more than the 16 to 20 kbit/s of RFC 7587 section 3.1.1 for
/// wideband speech.
const BITRATE: u32 = 24_000;
/// The same with in-band FEC: below this libopus gives up the copies, or the upper band for them.
const FEC_BITRATE: u32 = 32_000;
/// The same where the peer plays narrowband.
const NARROW_BITRATE: u32 = 16_000;
/// The least and the most that RFC 7587 section 6.1 knows, bit/s.
const BITRATES: std::ops::RangeInclusive<u32> = 6_000..=510_000;
/// The most work that libopus can put into a frame.
const MOST_COMPLEX: u8 = 10;
/// The loss that the encoder expects before the peer has reported any, percent: FEC is there from the first word on.
const FIRST_LOSS: i32 = 5;
/// A payload no longer than this says that there is nothing to say (libopus), and is not sent where DTX was agreed.
const NOTHING: usize = 2;
/// PLC is made in units of 2.5 ms.
const PLC_SAMPLES: usize = 40;
/// RTP ticks (125 us) of the shortest Opus frame, 2.5 ms.
const SHORTEST_TICKS: usize = 20;
/// A packet holds 120 ms at most (RFC 6716 section 3.2.5).
const LONGEST_TICKS: usize = 48 * SHORTEST_TICKS;

/// What one end wishes to receive (`a=fmtp`, [RFC 7587 section 6.1](https://www.rfc-editor.org/rfc/rfc7587#section-6.1)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpusFormat {
    /// `useinbandfec`: each packet may hold a coarse copy of the one before.
    pub fec: bool,
    /// `usedtx`: nothing is to be sent in silence.
    pub dtx: bool,
    /// `cbr`: every packet is to have the same length.
    pub cbr: bool,
    /// `maxaveragebitrate`, bit/s.
    pub max_bitrate: Option<u32>,
    /// `maxplaybackrate`, Hz: more is sent in vain.
    pub max_playback_rate: u32,
}

impl Default for OpusFormat {
    /// What a description without `a=fmtp` means.
    fn default() -> Self {
        Self { fec: false, dtx: false, cbr: false, max_bitrate: None, max_playback_rate: 48_000 }
    }
}

impl OpusFormat {
    /// What we wish: wideband with FEC.
    pub const fn ours() -> Self {
        Self { fec: true, dtx: false, cbr: false, max_bitrate: None, max_playback_rate: 16_000 }
    }

    /// Reads the parameters of an `a=fmtp` line. What is unknown or makes no sense is left out.
    pub fn read(parameters: &str) -> Self {
        let mut format = Self::default();
        for parameter in parameters.split(';') {
            let Some((name, value)) = parameter.split_once('=') else { continue };
            let (name, value) = (name.trim(), value.trim());
            match name.to_ascii_lowercase().as_str() {
                "useinbandfec" => format.fec = value == "1",
                "usedtx" => format.dtx = value == "1",
                "cbr" => format.cbr = value == "1",
                "maxaveragebitrate" => {
                    format.max_bitrate =
                        value.parse().ok().map(|rate: u32| rate.clamp(*BITRATES.start(), *BITRATES.end()));
                }
                "maxplaybackrate" => format.max_playback_rate = value.parse().unwrap_or(48_000),
                _ => {}
            }
        }
        format
    }

    /// The parameters of an `a=fmtp` line.
    pub fn write(&self) -> String {
        let flag = |name: &str, on: bool| format!(";{name}={}", u8::from(on));
        let mut text = format!("maxplaybackrate={};sprop-maxcapturerate=16000;stereo=0", self.max_playback_rate);
        text += &flag("useinbandfec", self.fec);
        text += &flag("usedtx", self.dtx);
        if self.cbr {
            text += ";cbr=1";
        }
        if let Some(rate) = self.max_bitrate {
            text.push_str(";maxaveragebitrate=");
            text.push_str(&rate.to_string());
        }
        text
    }

    fn is_narrow(&self) -> bool {
        self.max_playback_rate < 12_000
    }
}

/// Encodes 20 ms at a time.
#[derive(Debug)]
pub(super) struct OpusEncoder {
    /// `None` when libopus had no memory: nothing is sent then.
    inner: Option<opus::Encoder>,
    dtx: bool,
    fec: bool,
    /// What the encoder was told of the loss, percent.
    loss: i32,
}

impl OpusEncoder {
    pub(super) fn new(format: OpusFormat, complexity: u8) -> Self {
        let made = opus::Encoder::new(SampleRate::Wide.hz(), Channels::Mono, Application::Voip);
        let inner = made.and_then(|encoder| set_up(encoder, format, complexity)).ok();
        Self { inner, dtx: format.dtx, fec: format.fec, loss: FIRST_LOSS }
    }

    /// One frame of 20 ms at 16 kHz; 0 bytes when there is nothing to be sent.
    pub(super) fn encode(&mut self, samples: &[i16], out: &mut [u8]) -> usize {
        let Some(encoder) = &mut self.inner else { return 0 };
        let bytes = encoder.encode(samples, out).unwrap_or(0);
        if self.dtx && bytes <= NOTHING { 0 } else { bytes }
    }

    /// The share of our packets that the peer lost, 0 to 1.
    pub(super) fn expect_loss(&mut self, share: f32) {
        // At 0 there would be no copies at all, and the next loss would find none.
        let loss = ((share * 100.0).round() as i32).clamp(1, 40);
        if self.fec && loss != self.loss {
            self.loss = loss;
            if let Some(encoder) = &mut self.inner {
                // A percentage is never refused.
                let _ = encoder.set_packet_loss_perc(loss);
            }
        }
    }
}

fn set_up(mut encoder: opus::Encoder, format: OpusFormat, complexity: u8) -> opus::Result<opus::Encoder> {
    let wished = match format {
        _ if format.is_narrow() => NARROW_BITRATE,
        OpusFormat { fec: true, .. } => FEC_BITRATE,
        _ => BITRATE,
    };
    let bitrate = format.max_bitrate.map_or(wished, |most| most.min(wished));
    encoder.set_bitrate(Bitrate::Bits(bitrate as i32))?;
    encoder.set_complexity(complexity.min(MOST_COMPLEX).into())?;
    encoder.set_signal(Signal::Voice)?;
    encoder.set_vbr(!format.cbr)?;
    encoder.set_dtx(format.dtx)?;
    encoder.set_inband_fec(format.fec)?;
    encoder.set_packet_loss_perc(if format.fec { FIRST_LOSS } else { 0 })?;
    let bandwidth = if format.is_narrow() { Bandwidth::Narrowband } else { Bandwidth::Wideband };
    encoder.set_max_bandwidth(bandwidth)?;
    Ok(encoder)
}

/// Decodes to 16 kHz, whatever was encoded.
#[derive(Debug)]
pub(super) struct OpusDecoder {
    /// `None` when libopus had no memory: silence is heard then.
    inner: Option<opus::Decoder>,
}

impl OpusDecoder {
    pub(super) fn new() -> Self {
        Self { inner: opus::Decoder::new(SampleRate::Wide.hz(), Channels::Mono).ok() }
    }

    /// A whole packet, or nothing where it does not fit or is damaged.
    pub(super) fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize {
        let Some(decoder) = self.inner.as_mut().filter(|_| !payload.is_empty()) else { return 0 };
        decoder.decode(payload, out, false).unwrap_or(0)
    }

    /// What might have been there: after a loss the voice goes on and fades, in the silence of DTX it is its noise.
    pub(super) fn conceal(&mut self, out: &mut [i16]) {
        let whole = out.len() - out.len() % PLC_SAMPLES;
        let (first, rest) = out.split_at_mut(whole);
        if self.inner.as_mut().is_none_or(|decoder| first.is_empty() || decoder.decode(&[], first, false).is_err()) {
            first.fill(0);
        }
        let mut last = [0; PLC_SAMPLES];
        if let Some(decoder) = self.inner.as_mut().filter(|_| !rest.is_empty())
            && decoder.decode(&[], &mut last, false).is_err()
        {
            last.fill(0);
        }
        let length = rest.len();
        rest.copy_from_slice(&last[..length]);
    }

    /// What came right before a packet, from the copy in it. What lies before the copy is concealed.
    pub(super) fn recover(&mut self, payload: &[u8], out: &mut [i16]) {
        let recovered = self.inner.as_mut().map(|decoder| decoder.decode(payload, out, true));
        if !matches!(recovered, Some(Ok(samples)) if samples == out.len()) {
            self.conceal(out);
        }
    }
}

/// How long a packet is, ticks of 125 us; `None` for what is no Opus packet (RFC 6716 section 3.4).
pub(super) fn duration(payload: &[u8]) -> Option<usize> {
    let toc = *payload.first()?;
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => usize::from(payload.get(1)? & 0x3F),
    };
    let ticks = frames * frame_ticks(toc);
    (1..=LONGEST_TICKS).contains(&ticks).then_some(ticks)
}

/// The length of each frame, by the configuration in the first byte (RFC 6716 section 3.1, table 2).
fn frame_ticks(toc: u8) -> usize {
    let config = toc >> 3;
    match config {
        0..=11 => [80, 160, 320, 480][usize::from(config & 3)],
        12..=15 => [80, 160][usize::from(config & 1)],
        _ => SHORTEST_TICKS << (config & 3),
    }
}

/// Whether a packet says that there is nothing to say.
pub(super) fn is_silent(payload: &[u8]) -> bool {
    payload.len() <= NOTHING
}

/// How much of what came before a packet its copy holds, ticks; 0 without one. The copy has the length of the packet's
/// first frame. Packets of more than one frame are rare on telephones, and not looked into.
pub(super) fn copy_ticks(payload: &[u8]) -> usize {
    let (Some(&toc), Some(&first)) = (payload.first(), payload.get(1)) else { return 0 };
    let ticks = frame_ticks(toc);
    // The linear-prediction layer, configurations 0 to 15, begins with a flag of voice for each 20 ms and then one for
    // the copy (RFC 6716 section 4.2.3).
    let has_copy = toc >> 3 < 16 && toc.trailing_zeros() >= 2 && first & (0x80 >> ticks.div_ceil(160)) != 0;
    if has_copy { ticks } else { 0 }
}

/// Room for one frame of ours.
pub(super) const FRAME_ROOM: usize = 320;

#[cfg(test)]
#[path = "opus_tests.rs"]
mod tests;
