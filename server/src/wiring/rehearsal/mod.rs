//! Where rehearsals are held: in text against the real apps, brains and tools, or by telephone against the whole program.

mod audio;
mod partner;
mod purse;
mod room;
mod text;

pub use audio::{AudioSettings, AudioStage};
pub(in crate::wiring) use room::open;
pub use text::{TextStage, agent_file};
