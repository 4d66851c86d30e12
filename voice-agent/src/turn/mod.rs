//! Who has the floor: a pure state machine of voice, words and time.

mod scorer;
mod settings;

pub use scorer::{EndOfTurn, TurnContext};
pub use settings::{Patience, TurnSettings};
