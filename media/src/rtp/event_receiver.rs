//! Keys received as telephone-event ([RFC 4733](https://www.rfc-editor.org/rfc/rfc4733)).

const KEYS: &[u8; 16] = b"0123456789*#ABCD";
/// Events remembered, so that a packet that comes late is not taken for a new press.
const REMEMBERED: usize = 8;
/// A press longer than this is sent in segments (RFC 4733 section 2.5.1.3).
const LONGEST_SEGMENT: u32 = 0xFFFF;

/// The number of a key's event (RFC 4733 section 3.2).
pub fn event_of(digit: char) -> Option<u8> {
    KEYS.iter().position(|key| char::from(*key) == digit.to_ascii_uppercase()).map(|at| at as u8)
}

#[derive(Debug, Clone, Copy)]
struct Press {
    event: u8,
    timestamp: u32,
    duration: u16,
    ended: bool,
}

/// Tells each press once, at the first packet of it that comes, whichever that is.
#[derive(Debug, Default)]
pub struct EventReceiver {
    ssrc: Option<u32>,
    last: Option<Press>,
    remembered: [Option<u32>; REMEMBERED],
    next: usize,
}

impl EventReceiver {
    /// Takes a packet in. Only its first event is looked at: what stands behind it is padding in the field.
    pub fn take(&mut self, ssrc: u32, timestamp: u32, marker: bool, payload: &[u8]) -> Option<char> {
        let [event, flags, high, low, ..] = *payload else { return None };
        let key = *KEYS.get(usize::from(event))?;
        if self.ssrc != Some(ssrc) {
            *self = Self { ssrc: Some(ssrc), ..Self::default() };
        }
        let ended = flags & 0x80 != 0;
        let press = Press { event, timestamp, duration: u16::from_be_bytes([high, low]), ended };
        let known = self.remembered.contains(&Some(timestamp));
        if known {
            if let Some(last) = self.last.as_mut().filter(|last| last.timestamp == timestamp) {
                last.duration = last.duration.max(press.duration);
                last.ended |= ended;
            }
            return None;
        }
        let goes_on = !marker && self.last.is_some_and(|last| continues(last, press));
        self.last = Some(press);
        self.remembered[self.next] = Some(timestamp);
        self.next = (self.next + 1) % REMEMBERED;
        (!goes_on).then_some(char::from(key))
    }
}

/// Whether a packet with a new timestamp belongs to the last press: the next segment of a long one, or one of a sender
/// that wrongly moves the timestamp along with the duration.
fn continues(last: Press, press: Press) -> bool {
    let step = press.timestamp.wrapping_sub(last.timestamp);
    let segment = !last.ended && (step == LONGEST_SEGMENT || step == LONGEST_SEGMENT + 1);
    let grown = u32::from(press.duration.saturating_sub(last.duration));
    press.event == last.event && (segment || step == grown)
}
