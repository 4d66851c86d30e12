//! What an app may ask for, done.

use call_model::{CallCommand, HangupCause, HangupParty};
use media::call_media::{LegSlot, MediaCommand};
use store::NodeCount;

use super::Call;
use super::pausing::Hand;
use crate::orders::Order;

impl Call {
    pub(super) async fn execute(&mut self, command: CallCommand) {
        if (self.over.is_some() || self.ending.is_some()) && !keeps_something(&command) {
            return;
        }
        match command {
            CallCommand::Answer => self.answer().await,
            CallCommand::Reject { cause } | CallCommand::Hangup { cause } => {
                self.hang_up(HangupParty::Us, cause).await;
            }
            CallCommand::Play { playback, items, repeat } => {
                self.open_early_media().await;
                self.play(playback, items, repeat);
            }
            CallCommand::StopPlaying { playback } => {
                self.mouth.stop(playback);
                self.media(MediaCommand::StopPlaying { playback });
            }
            CallCommand::PausePlaying => self.media(MediaCommand::PausePlaying),
            CallCommand::ResumePlaying => self.media(MediaCommand::ResumePlaying),
            CallCommand::Listen(settings) => self.listen(Some(settings)),
            CallCommand::StopListening => self.listen(None),
            CallCommand::Think { think, request } => self.think(think, *request),
            CallCommand::StopThinking { think } => self.thoughts.give_up(think),
            CallCommand::UseTool { tool, request } => self.use_tool(tool, *request),
            CallCommand::Enter { app, variables } => self.enter(app, variables),
            CallCommand::HandOn(to) => self.hand_on(to).await,
            CallCommand::Return { result } => self.give_back(result).await,
            CallCommand::Record { record, settings } => self.record(record, settings).await,
            CallCommand::StopRecord { record } => self.media(MediaCommand::StopRecord { record }),
            CallCommand::SaveVoicemail { record, mailbox } => self.save_voicemail(record, mailbox).await,
            CallCommand::Discard { record } => self.discard_message(record).await,
            CallCommand::Recording { switch } => {
                let app = Hand::App(self.seats.top().serial);
                if let Err(error) = self.steer_recording(app, switch).await {
                    tracing::debug!(call = %self.id, %error, "the app's recording command had no effect");
                }
            }
            CallCommand::Transfer(settings) => self.transfer(settings).await,
            CallCommand::CancelTransfer => self.cancel_transfer(),
            CallCommand::Http { request, http } => self.ask(request, http),
            CallCommand::SendDigits { digits } => {
                self.media(MediaCommand::SendDigits { leg: LegSlot::CALLER, digits });
            }
            CallCommand::Echo(on) => self.media(MediaCommand::Echo { on }),
            other => self.keep(other).await,
        }
    }

    /// What goes into the books.
    async fn keep(&mut self, command: CallCommand) {
        let house = self.house.clone();
        let store = &house.parts.store;
        let kept = match command {
            CallCommand::SetLanguage { language } => {
                self.language.clone_from(&language);
                self.attend();
                match self.contact {
                    Some(contact) => {
                        let change =
                            store::ContactChange { language: Some(Some(language)), ..store::ContactChange::default() };
                        store.change_contact(contact, change, crate::house::now_ms()).await.map(drop)
                    }
                    None => Ok(()),
                }
            }
            CallCommand::Remember { key, value } => {
                self.tell_attempt(&key, &value).await;
                store.remember(self.id, &key, value).await
            }
            CallCommand::SetContact { field, value } => match self.contact {
                Some(contact) => {
                    self.facts.contact.insert(field.clone(), value.clone());
                    store.set_contact_field(contact, &field, value, crate::house::now_ms()).await.map(drop)
                }
                None => Ok(()),
            },
            CallCommand::OptOut { purpose, said } => {
                let filed = self.app_opts_out(purpose, said).await;
                if filed.is_err() {
                    // Nothing is promised that is not written down.
                    self.hang_up(HangupParty::System, HangupCause::InternalError).await;
                }
                filed
            }
            CallCommand::NodeEntered { flow, node } => {
                self.count_node(&flow, &node, NodeCount::Entered);
                self.walked_to(&flow, &node);
                Ok(())
            }
            CallCommand::NodeLeft { flow, node, abandoned } => {
                let count = if abandoned { NodeCount::Abandoned } else { NodeCount::Left };
                self.count_node(&flow, &node, count);
                self.walked_from(&flow, &node, abandoned);
                Ok(())
            }
            CallCommand::TurnReport(report) => {
                self.scribe.turn(report);
                Ok(())
            }
            CallCommand::ToolReport(report) => {
                self.scribe.tool(report);
                Ok(())
            }
            CallCommand::Unanswered { agent, language, question } => {
                let (call, at_ms) = (self.id, crate::house::now_ms());
                store.add_gap(store::NewGap { agent, language, question, call, at_ms }).await
            }
            _ => Ok(()),
        };
        if let Err(error) = kept {
            tracing::error!(call = %self.id, %error, "what the app wanted kept is missing in the books");
        }
    }

    fn count_node(&self, flow: &str, node: &str, count: NodeCount) {
        let version = self.seats.top().flow_versions.get(flow).copied().unwrap_or(0);
        self.house.parts.store.count_node(&flow.into(), version, &node.into(), count);
    }

    fn ask(&self, request: call_model::RequestId, http: call_model::HttpRequest) {
        let (house, outbox, seat) = (self.house.clone(), self.outbox.clone(), self.seats.top().serial);
        let call = self.id;
        tokio::spawn(async move {
            let result = house.parts.http.send_for(call, http).await;
            // The call may be over by now.
            let _ = outbox.send(super::CallInput::Http(seat, request, result)).await;
        });
    }

    /// A command for the media thread.
    pub(super) fn media(&mut self, command: MediaCommand) {
        if let MediaCommand::Bridge { with } = &command {
            self.feeding.bridged = *with;
        }
        self.order(Order::Media(command));
    }

    /// An order is lost only when the media thread is so far behind that the call is of no use any more.
    pub(super) fn order(&mut self, order: Order) {
        let Some(sound) = &self.sound else { return };
        if !sound.orders.give(order) {
            tracing::warn!(call = %self.id, "a media command was lost");
            metrics::counter!("callwright_media_commands_lost_total").increment(1);
        }
    }

    /// The media thread gave the call up.
    pub(super) async fn sound_is_gone(&mut self) {
        self.sound = None;
        self.hang_up(Self::OURS, HangupCause::InternalError).await;
        if self.over.is_none() && !self.caller_is_there() {
            self.over = self.ending;
        }
    }
}

/// Commands that make sense after the caller has gone (see [`CallCommand`]).
const fn keeps_something(command: &CallCommand) -> bool {
    matches!(
        command,
        CallCommand::SaveVoicemail { .. }
            | CallCommand::Discard { .. }
            | CallCommand::Remember { .. }
            | CallCommand::SetContact { .. }
            | CallCommand::OptOut { .. }
            | CallCommand::TurnReport(_)
            | CallCommand::UseTool { .. }
            | CallCommand::ToolReport(_)
            | CallCommand::Unanswered { .. }
            | CallCommand::NodeLeft { .. }
    )
}
