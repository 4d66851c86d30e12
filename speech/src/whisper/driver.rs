//! One task for each session: carries blocks, answers, events and jobs between the call, the session and the pool.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::pool::{Pool, Ticket};
use super::session::{Output, Session};
use crate::transcriber::EngineEnds;

/// Answers that may wait for the session: more than it has questions.
const ANSWERS: usize = 32;

/// Runs until all is said about the audio, or nobody listens any more.
pub(super) async fn drive(pool: Arc<Pool>, mut session: Session, mut ends: EngineEnds) {
    let id = pool.session();
    let (answers, mut answered) = mpsc::channel(ANSWERS);
    let mut open = true;
    loop {
        while let Some(output) = session.output() {
            match output {
                Output::Event(event) => {
                    if ends.events.send(event).await.is_err() {
                        return;
                    }
                }
                Output::Job(urgency, job) => pool.submit(Ticket::new(id, urgency, job, answers.clone())),
                Output::Promote(number) => pool.promote(id, number),
            }
        }
        if session.is_over() {
            return;
        }
        tokio::select! {
            biased;
            () = ends.events.closed() => return,
            Some(answer) = answered.recv() => session.answer(answer.number, answer.outcome),
            block = ends.blocks.recv(), if open => if let Some(block) = block {
                session.block(block);
            } else {
                open = false;
                session.close();
            },
        }
    }
}
