//! What the other side says before it answers, and what it wants changed afterwards.

use media::sdp::{self, SessionDescription};
use media::{LegSlot, MediaCommand};
use sip_core::Body;
use sip_core::message::StatusCode;

use super::OneCall;

impl OneCall<'_> {
    pub(super) fn on_progress(&mut self, status: StatusCode, body: Option<Body>) {
        let sound = if body.is_some() { " with sound" } else { "" };
        self.note(format!("they answered {} {}{sound}", status.code(), status.reason()));
        if let Some(Ok(negotiated)) = body.as_ref().map(|body| self.negotiate(body)) {
            self.sound(negotiated);
        }
        // The answer itself may not repeat it (RFC 3262). The branch that spoke last counts.
        self.early = body.or(self.early.take());
    }

    /// A new offer, by re-INVITE or UPDATE: we agree to what we can.
    pub(super) async fn on_offer(&mut self, offer: Option<Body>) {
        let answer = match offer {
            Some(offer) => self.agree(&offer),
            None => Ok(self.ours.clone()),
        };
        let done = match answer {
            Ok(answer) => {
                self.note("they change the session");
                self.ours = answer;
                self.line.sip.accept_reinvite(self.leg, Body::sdp(self.ours.to_string())).await
            }
            Err(error) => {
                self.note(format!("their change of the session was of no use: {error}"));
                self.line.sip.reject_reinvite(self.leg, StatusCode::NOT_ACCEPTABLE_HERE).await
            }
        };
        if done.is_err() {
            self.note("they took the change back");
        }
    }

    fn agree(&mut self, offer: &Body) -> Result<SessionDescription, String> {
        let offer = SessionDescription::parse(&offer.data).map_err(|error| error.to_string())?;
        let (mut answer, mut negotiated) = sdp::answer(&self.local, &offer).map_err(|error| error.to_string())?;
        answer.revise(&self.ours);
        if let Some(relay) = &self.relay {
            negotiated.remote_rtp = relay.towards(negotiated.remote_rtp);
        }
        if self.answered.is_some() {
            self.command(MediaCommand::RenegotiateLeg { leg: LegSlot::CALLER, negotiated });
        }
        Ok(answer)
    }
}
