//! The times of taking turns.

/// How long the agent waits before it takes a caller's pause for the end of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Patience {
    /// Brisk: short questions and answers.
    Quick,
    /// For most callers.
    #[default]
    Normal,
    /// For callers who take their time.
    Patient,
}

/// Times of the turn machine, in ms, with their defaults. All waits for the end of a turn count from the last sound of
/// the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnSettings {
    /// How long after the last sound the end of speech is reported. Default 200.
    pub hangover: u64,
    /// Silence that ends a turn, by patience: quick, normal, patient. Default 500, 700, 1,100.
    pub silence: [u64; 3],
    /// The same when the sentence is clearly complete or a short answer was expected, in percent. Default 65.
    pub complete_percent: u64,
    /// More silence when the sentence is clearly unfinished. Default 900.
    pub unfinished: u64,
    /// Silence that ends a turn while a number or a name is dictated. Default 1,500.
    pub dictation: u64,
    /// The least and the most silence that ends a turn, whatever is known of the caller. Default 350 and 2,500.
    pub bounds: (u64, u64),
    /// How long a final line is waited for when only partial words are known. Default 1,400.
    pub late_line: u64,
    /// How long the recogniser's own end of turn is waited for when it is known to give one. Default 2,000.
    pub late_signal: u64,
    /// How long after an end-of-turn signal the caller may still go on when the sentence is unfinished. Default 700.
    pub distrust: u64,
    /// How long we stand still to find out whether it is an interruption. Default 500.
    pub decide: u64,
    /// Shorter sounds are noise. Default 250.
    pub noise: u64,
    /// A sound that goes on for this long is an interruption, whatever is understood of it. Default 1,500.
    pub sustained: u64,
    /// Speech without known words that lasted this long was meant to be understood. Default 700.
    pub meant: u64,
    /// How long after a pressed key another one is waited for. Default 2,500.
    pub keys: u64,
    /// How long nobody speaks before the caller is prompted. Default 8,000.
    pub quiet: u64,
    /// How often a silent caller is prompted before the call ends. Default 2.
    pub prompts: u32,
    /// How long the recogniser may be lost before the caller is told. Default 3,000.
    pub deaf: u64,
}

impl Default for TurnSettings {
    fn default() -> Self {
        Self {
            hangover: 200,
            silence: [500, 700, 1_100],
            complete_percent: 65,
            unfinished: 900,
            dictation: 1_500,
            bounds: (350, 2_500),
            late_line: 1_400,
            late_signal: 2_000,
            distrust: 700,
            decide: 500,
            noise: 250,
            sustained: 1_500,
            meant: 700,
            keys: 2_500,
            quiet: 8_000,
            prompts: 2,
            deaf: 3_000,
        }
    }
}
