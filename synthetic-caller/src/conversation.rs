//! A call whose steps are decided as it goes on, by what was heard.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

use crate::call::OneCall;
use crate::config::{CallerError, line};
use crate::script::{Script, Step};

/// Steps that are on their way.
pub type NextSteps<'a> = Pin<Box<dyn Future<Output = Vec<Step>> + Send + 'a>>;

/// Decides what a caller does next.
pub trait Partner: Send {
    /// It is the caller's turn: the other side has spoken and is silent, or nothing came for 15 s. The steps to do now,
    /// in order, without waiting for a turn before each; none: hang up.
    fn next(&mut self) -> NextSteps<'_>;
}

/// How long a text may take to be spoken to its end.
const SPEAKING: Duration = Duration::from_mins(1);

impl OneCall<'_> {
    /// Asks the partner for steps, turn after turn, until the call is over or there are none.
    pub(crate) async fn converse(&mut self, script: &Script, partner: &mut dyn Partner) -> Result<(), CallerError> {
        let last = self.answered.unwrap_or(self.started) + script.longest;
        while self.ended.is_none() && Instant::now() < last {
            self.my_turn(last).await;
            if self.ended.is_some() {
                break;
            }
            let steps = partner.next().await;
            if steps.is_empty() {
                break;
            }
            for step in steps {
                match step {
                    Step::Say { text, language } => {
                        let mut sounds = self.line.spoken(&text, &language).await?;
                        if let Some(noise) = &mut self.noise {
                            sounds = noise.over(&sounds).map_err(line)?;
                        }
                        self.note(format!("we say \"{text}\""));
                        self.play(sounds, last.min(Instant::now() + SPEAKING)).await;
                        // What was heard before is answered: the next turn waits for what comes now.
                        (self.spoken, self.silent_since) = (false, None);
                    }
                    Step::HangUp => {
                        self.hang_up().await;
                        return Ok(());
                    }
                    step => self.step(step, script, &mut Vec::new().into_iter(), last).await,
                }
            }
        }
        self.hang_up().await;
        Ok(())
    }
}
