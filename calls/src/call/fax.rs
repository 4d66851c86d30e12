//! A fax machine is at the other end.

use call_model::{HangupCause, HangupParty, TransferSettings};
use media::call_media::{LegSlot, MediaCommand};
use media::fax::FaxTone;

use super::Call;
use crate::app::PutThrough;
use crate::fax::FaxRule;

/// How long the machine that a fax is put through to rings, ms.
const FAX_RING_MS: u64 = 60_000;

impl Call {
    /// Listens for fax machines on the caller's leg, where the number has a rule for them.
    pub(super) fn watch_for_fax(&mut self) {
        if self.fax != FaxRule::Ignore {
            self.media(MediaCommand::DetectFax { leg: LegSlot::CALLER, on: true });
        }
    }

    /// A fax machine was heard: it is treated by the number's rule, once.
    pub(super) async fn on_fax(&mut self, leg: LegSlot, tone: FaxTone) {
        if leg != LegSlot::CALLER || self.ending.is_some() {
            return;
        }
        metrics::counter!("callwright_fax_calls_total").increment(1);
        let rule = std::mem::take(&mut self.fax);
        self.media(MediaCommand::DetectFax { leg, on: false });
        match rule {
            FaxRule::Ignore => {}
            FaxRule::HangUp => {
                tracing::info!(call = %self.id, ?tone, "a fax machine is heard: the call is ended");
                self.hang_up(HangupParty::Us, HangupCause::Normal).await;
            }
            FaxRule::Transfer(target) => {
                tracing::info!(call = %self.id, ?tone, "a fax machine is heard: it is put through");
                let settings = TransferSettings {
                    caller_id: Some(self.our_number.clone()),
                    ..TransferSettings::to(vec![target], FAX_RING_MS)
                };
                self.replace_apps(Box::new(PutThrough::new(settings)));
                self.drain_app().await;
            }
        }
    }
}
