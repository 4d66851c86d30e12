//! What happens in a simulated call: as people read it on a command line, and as programs show it.

use std::fmt;
use std::time::Duration;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Virtual time since the call began.
    pub at: Duration,
    /// What it was.
    pub what: Happened,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// The call came to a node.
    Node {
        /// The flow.
        flow: String,
        /// Its node.
        node: String,
    },
    /// The call was answered.
    Answered,
    /// Words were spoken.
    Said {
        /// BCP 47 language.
        language: String,
        /// The words.
        text: String,
    },
    /// A sound file was played, by its path.
    Sound(String),
    /// Nothing was heard until the flow went on.
    Silence,
    /// The flow listens for words from now on.
    Listens,
    /// A message is recorded from now on.
    Records,
    /// Somebody is rung.
    Rings {
        /// Whom.
        targets: Vec<String>,
        /// For how long, seconds.
        seconds: u64,
    },
    /// A system is asked.
    Asks {
        /// The method, in upper case.
        method: String,
        /// The address.
        url: String,
    },
    /// A tool is used.
    Uses {
        /// Its name.
        tool: String,
        /// Its arguments, as JSON.
        arguments: String,
    },
    /// An agent or another program has the call.
    Guest(String),
    /// The caller hung up.
    CallerLeft,
    /// The flow ended the call.
    Ended {
        /// It was answered before.
        answered: bool,
        /// Why, as the field says it.
        cause: String,
    },
    /// Anything else that a reader of the flow wants to see, in words.
    Note(String),
}

/// What a simulated call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// Keys, or silence.
    Keys,
    /// Words or keys.
    Words,
    /// A message to be recorded.
    Message,
    /// How a transfer ends.
    Transfer,
    /// What a system answers.
    Reply,
    /// What a tool gives.
    Tool,
    /// What an agent gives back.
    Guest,
    /// Nothing: it is over.
    Nothing,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.at.as_secs();
        write!(f, "{:>3}:{:02}  {}", seconds / 60, seconds % 60, self.what)
    }
}

impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node { flow, node } => write!(f, "-- {flow}/{node}"),
            Self::Answered => f.write_str("the call is answered"),
            Self::Said { language, text } => write!(f, "{language}: {text}"),
            Self::Sound(path) => write!(f, "plays {path}"),
            Self::Silence => f.write_str("(silence)"),
            Self::Listens => f.write_str("(it listens: `say WORDS`)"),
            Self::Records => {
                f.write_str("recording a message: `say WORDS`, an empty line for silence, or a key that ends it")
            }
            Self::Rings { targets, seconds } => {
                write!(f, "ringing {} for {seconds} s: `answer`, `busy`, ...", targets.join(", "))
            }
            Self::Asks { method, url } => write!(f, "asks {method} {url}: `reply 200 BODY` or `fail`"),
            Self::Uses { tool, arguments } => {
                write!(f, "uses the tool {tool} with {arguments}: `result JSON` or `fail`")
            }
            Self::Guest(name) => write!(f, "{name} has the call: `return JSON` gives it back"),
            Self::CallerLeft => f.write_str("the caller hangs up"),
            Self::Ended { answered: true, cause } => write!(f, "the flow hangs up ({cause})"),
            Self::Ended { answered: false, cause } => write!(f, "the flow refuses the call ({cause})"),
            Self::Note(text) => f.write_str(text),
        }
    }
}
