//! A playback that grows while it is heard.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use call_model::PlaybackId;
use media::call_media::MediaCommand;
use media::codec::Codec;
use transport::rtp::SendError;

use crate::call::Script;
use crate::orders::Orders;
use crate::voice::Piece;

/// The media thread takes orders every 20 ms.
const TICK: Duration = Duration::from_millis(20);

/// Appends to one playback. When the media thread has no room, or the call's own orders wait, it waits too: pieces that are ready faster than they can be
/// handed over are not lost.
pub(crate) struct Feed {
    orders: Orders,
    playback: PlaybackId,
    /// What the playback says, for the transcript.
    script: Arc<Mutex<Script>>,
    codec: Option<Codec>,
}

impl Feed {
    /// `codec`: the caller's, where it is known.
    pub(crate) const fn new(
        orders: Orders,
        playback: PlaybackId,
        script: Arc<Mutex<Script>>,
        codec: Option<Codec>,
    ) -> Self {
        Self { orders, playback, script, codec }
    }

    /// The codec of who hears it.
    pub(crate) const fn codec(&self) -> Option<Codec> {
        self.codec
    }

    /// One more piece. `false`: the call's media is gone.
    pub(crate) async fn append(&self, piece: &Piece) -> bool {
        // Known before it can be heard.
        self.script.lock().unwrap_or_else(PoisonError::into_inner).pieces.push(piece.spoken());
        self.send(MediaCommand::Append { playback: self.playback, prompt: piece.prompt.clone() }).await
    }

    /// All pieces, in order. `false`: the call's media is gone.
    pub(crate) async fn append_all(&self, pieces: &[Piece]) -> bool {
        for piece in pieces {
            if !self.append(piece).await {
                return false;
            }
        }
        true
    }

    /// Nothing more comes.
    pub(crate) async fn end(&self, outcome: Result<(), String>) {
        let playback = self.playback;
        self.script.lock().unwrap_or_else(PoisonError::into_inner).complete = true;
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
