//! Who has paused the recording: it goes on when they say so, and not when somebody who came later is done.

use call_model::RecordingSwitch;

use super::Call;
use crate::error::ControlError;

/// Who steers a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hand {
    /// The app of that seat.
    App(u32),
    /// Somebody outside, by the API.
    Outside,
}

impl Call {
    /// Does what somebody wants of the recording, unless it would end another one's pause.
    pub(super) async fn steer_recording(&mut self, hand: Hand, switch: RecordingSwitch) -> Result<(), ControlError> {
        match switch {
            RecordingSwitch::Pause => self.paused_by = self.paused_by.or(Some(hand)),
            RecordingSwitch::Resume if self.is_paused_for_others(hand) => return Ok(()),
            RecordingSwitch::Resume => self.paused_by = None,
            RecordingSwitch::Start | RecordingSwitch::Stop => {}
        }
        self.switch_recording(switch).await
    }

    /// Whether an app finds the recording paused by one that let it in, or from outside.
    fn is_paused_for_others(&self, hand: Hand) -> bool {
        match (self.paused_by, hand) {
            (_, Hand::Outside) | (None, _) => false,
            (Some(Hand::Outside), _) => true,
            (Some(Hand::App(by)), Hand::App(app)) => by != app && self.seats.has(by),
        }
    }
}
