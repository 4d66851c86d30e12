//! A playback that grows while it is heard.

use std::sync::Arc;
use std::time::Duration;

use call_model::PlaybackId;
use media::call_media::MediaCommand;
use media::prompt::Prompt;
use transport::rtp::SendError;

use crate::orders::Orders;

/// The media thread takes orders every 20 ms.
const TICK: Duration = Duration::from_millis(20);

/// Appends to one playback. When the media thread has no room, or the call's own orders wait, it waits too: pieces that are ready faster than they can be
/// handed over are not lost.
#[derive(Debug)]
pub(crate) struct Feed {
    orders: Orders,
    playback: PlaybackId,
}

impl Feed {
    pub(crate) const fn new(orders: Orders, playback: PlaybackId) -> Self {
        Self { orders, playback }
    }

    /// One more piece. `false`: the call's media is gone.
    pub(crate) async fn append(&self, prompt: Arc<Prompt>) -> bool {
        self.send(MediaCommand::Append { playback: self.playback, prompt }).await
    }

    /// All pieces, in order. `false`: the call's media is gone.
    pub(crate) async fn append_all(&self, prompts: &[Arc<Prompt>]) -> bool {
        for prompt in prompts {
            if !self.append(prompt.clone()).await {
                return false;
            }
        }
        true
    }

    /// Nothing more comes.
    pub(crate) async fn end(&self, outcome: Result<(), String>) {
        let playback = self.playback;
        let last = match outcome {
            Ok(()) => MediaCommand::FinishAppending { playback },
            Err(reason) => MediaCommand::FailPlayback { playback, reason },
        };
        // Gone: then there is nothing to end.
        self.send(last).await;
    }

    async fn send(&self, command: MediaCommand) -> bool {
        loop {
            match self.orders.try_send(command.clone()) {
                Ok(()) => return true,
                Err(SendError::Closed) => return false,
                Err(SendError::Full) => tokio::time::sleep(TICK).await,
            }
        }
    }
}
