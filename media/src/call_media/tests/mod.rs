//! Calls in virtual time, judged by what is heard at their ends and what is recorded.

mod bridge;
mod digits;
mod fork;
mod harness;
mod listen;
mod pause;
mod play;
mod recording;
mod supervise;
mod swap;
mod talk;
