//! The agent: a [`CallApp`] that talks with one caller.
//!
//! [`TurnMachine`] says who has the floor; what it wants is done in `turns`. A [`Thought`](thought::Thought) is one
//! question to a brain; its text is cut into clauses, and each is one playback of the [`Mouth`]. What the caller heard
//! of them is the [`Conversation`].

mod answer;
mod clauses;
mod conversation;
mod events;
mod guard;
mod handover;
mod instructions;
mod intro;
mod keys;
mod leaving;
mod mouth;
mod phrases;
mod program;
mod speakable;
mod thought;
mod tool_use;
mod tools;
mod turns;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use call_model::{
    CallApp, CallCommand, CallEvent, CallFacts, HangupCause, ListenSettings, Moment, PlaybackId, ThinkUsage, ToolCall,
    TransferSettings, Verified,
};
use serde_json::Value;

use crate::config::fill;
use crate::turn::{Ours, TurnMachine};
use conversation::{Conversation, EntryId};
use handover::HandingOver;
use intro::Terms;
use keys::Typing;
use leaving::Recording;
use mouth::{Manner, Mouth, Utterance};
pub(crate) use phrases::{PHRASE_LANGUAGES, Phrase};
pub use program::{AgentProgram, Business};
use thought::{Answering, Thought, ms};
use tool_use::Uses;

/// An agent that talks with one caller. Without I/O, clock or chance.
pub struct AgentApp {
    program: Arc<AgentProgram>,
    facts: CallFacts,
    guards: guard::Guards,
    language: String,
    instructions: String,
    commands: VecDeque<CallCommand>,
    now: Moment,
    stage: Stage,
    /// When the talk began, since the start of the call.
    answered: Duration,
    /// How much later the talk began than the call was answered, ms: an agent may come in in mid-call.
    shift: u64,
    turn: TurnMachine,
    mouth: Mouth,
    talk: Conversation,
    thought: Option<Thought>,
    last_think: u32,
    memory: Value,
    /// What it was before the answer to this turn, as long as the question may be taken back.
    memory_before: Option<Value>,
    /// The turn that is being answered.
    answering: Option<Answering>,
    /// A question waits until it is known what was heard of what was stopped; not longer than this.
    ask_at: Option<Duration>,
    /// What happens when everything is said.
    after: Option<After>,
    terms: Terms,
    /// A person or a message was offered.
    offer: Option<Offer>,
    /// Words of ours that were said last, for what they ask.
    said: String,
    usage: ThinkUsage,
    turns: u32,
    wasted: u32,
    /// Brains that failed in a row, and turns in a row that nobody understood.
    failures: u32,
    misunderstood: u32,
    voice_failures: u32,
    /// Messages kept as words, and as sound.
    messages: u32,
    messages_recorded: u32,
    recording: Option<Recording>,
    /// Tools under way.
    uses: Uses,
    /// The caller types something for a tool.
    typing: Option<Typing>,
    /// He was asked to, in this talk.
    keys_asked: bool,
    /// Until then a hash ends what was complete without it.
    late_hash: Option<Duration>,
    /// How sure it is who he is.
    verified: Verified,
    /// What may lead to a person, and is under way to one.
    handing: HandingOver,
    /// The last transfer reached nobody.
    nobody_there: bool,
    /// When a stage that does not end by itself is ended.
    guard: Option<Duration>,
    /// The caller put us on hold.
    held: bool,
}

/// Where the call is.
#[derive(Debug, Clone, PartialEq)]
enum Stage {
    /// Not answered.
    Ringing,
    Talking,
    /// The caller types something that nobody may hear or see.
    Typing,
    /// A message is recorded after a tone.
    Recording,
    /// People are rung or talk.
    Transferring {
        call: Option<String>,
    },
    /// A flow has the call.
    InFlow {
        call: String,
    },
    /// Another agent has it.
    WithAgent,
    /// The last words are said.
    Leaving {
        outcome: &'static str,
        cause: Option<HangupCause>,
    },
    Over,
}

/// What happens when everything is said.
#[derive(Debug, Clone, PartialEq)]
enum After {
    Transfer {
        settings: TransferSettings,
        call: Option<String>,
    },
    Flow {
        flow: String,
        call: String,
    },
    /// Another agent takes over.
    Agent {
        agent: String,
        summary: Option<String>,
    },
    VoiceMessage {
        call: Option<String>,
    },
    /// The tone was heard.
    Record {
        call: Option<String>,
    },
    /// The caller types something for this tool.
    Keys {
        call: ToolCall,
    },
    /// The talk is over: back to the flow that began it, or the end of the call.
    End {
        outcome: &'static str,
    },
}

/// What we offered instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offer {
    Person,
    Message,
    Callback,
}

impl AgentApp {
    /// An agent for one call. Nothing happens before [`CallEvent::Started`].
    pub fn new(program: Arc<AgentProgram>, facts: CallFacts) -> Self {
        let agent = &program.agent;
        let language = agent.nearest_language(&facts.language).unwrap_or(&agent.languages[0]).to_owned();
        let mut settings = program.turns.clone();
        settings.quiet = ms(agent.limits.silence);
        settings.prompts = agent.limits.prompts;
        let turn = TurnMachine::new(settings, agent.patience, &language).with_scorer(program.end_of_turn.clone());
        Self {
            turn,
            language,
            instructions: String::new(),
            guards: guard::Guards::default(),
            commands: VecDeque::new(),
            now: Moment { since_start: Duration::ZERO, unix_ms: 0 },
            stage: Stage::Ringing,
            answered: Duration::ZERO,
            shift: 0,
            mouth: Mouth::default(),
            talk: Conversation::default(),
            thought: None,
            last_think: 0,
            memory: Value::Null,
            memory_before: None,
            answering: None,
            ask_at: None,
            after: None,
            terms: Terms::default(),
            offer: None,
            said: String::new(),
            usage: ThinkUsage::default(),
            turns: 0,
            wasted: 0,
            failures: 0,
            misunderstood: 0,
            voice_failures: 0,
            messages: 0,
            messages_recorded: 0,
            recording: None,
            uses: Uses::default(),
            typing: None,
            keys_asked: false,
            late_hash: None,
            verified: verified(&facts),
            handing: HandingOver::default(),
            nobody_there: false,
            guard: None,
            held: false,
            program,
            facts,
        }
    }

    fn command(&mut self, command: CallCommand) {
        self.commands.push_back(command);
    }

    /// Now, in ms since the talk began: the clock of the turn machine.
    fn clock(&self) -> u64 {
        ms(self.now.since_start.saturating_sub(self.answered))
    }

    fn at(&self) -> Duration {
        self.now.since_start
    }

    /// A time of the transcript on the clock of the turn machine. One that lies ahead shows that the call had been
    /// answered before this agent came in.
    fn heard_at(&mut self, at_ms: u64) -> u64 {
        /// How long it takes at least until something heard is told.
        const LAG: u64 = 200;
        let now = self.clock();
        if at_ms > now + self.shift {
            self.shift = at_ms - now + LAG;
        }
        at_ms.saturating_sub(self.shift).min(now)
    }

    /// Says a text; it stands in the conversation at `entry` as far as it is heard.
    fn say(&mut self, text: String, manner: Manner) -> PlaybackId {
        let language = self.language.clone();
        self.say_in(text, language, manner, false)
    }

    fn say_in(&mut self, text: String, language: String, manner: Manner, beep: bool) -> PlaybackId {
        let voice = self.program.agent.voices.get(&language).cloned();
        if manner.entry.is_some() {
            if self.mouth.is_empty() {
                self.said.clear();
            }
            self.said.push(' ');
            self.said.push_str(&text);
        }
        self.mouth.say(Utterance { text, language, voice, manner, beep }, &mut self.commands)
    }

    /// Says a built-in phrase, or what the file has in its place.
    fn phrase(&mut self, phrase: Phrase) -> PlaybackId {
        let entry = Some(self.talk.begin());
        self.phrase_as(phrase, Manner { entry, protected: false }, false)
    }

    fn phrase_as(&mut self, phrase: Phrase, manner: Manner, beep: bool) -> PlaybackId {
        let (text, language) = self.text(phrase);
        self.say_in(text, language, manner, beep)
    }

    /// A built-in phrase, or what the file has in its place, and its language.
    fn text(&self, phrase: Phrase) -> (String, String) {
        match self.program.agent.phrases.get(&phrase) {
            Some(own) => (fill(own.get(&self.language), &self.scope()), self.language.clone()),
            None => (phrase.text(&self.language).to_owned(), Phrase::language(&self.language).to_owned()),
        }
    }

    /// Says it when the brain said nothing of its own.
    fn phrase_unless_said(&mut self, phrase: Phrase) {
        if !self.answering.as_ref().is_some_and(|answering| answering.said) {
            self.phrase(phrase);
        }
    }

    fn scope(&self) -> Value {
        instructions::scope(&self.program, &self.facts, &self.language, self.now)
    }

    /// Hears, speaks and thinks in this language from now on.
    fn set_language(&mut self, language: &str) {
        if self.language != language {
            language.clone_into(&mut self.language);
            self.command(CallCommand::SetLanguage { language: language.to_owned() });
            self.turn.set_language(language);
        }
        self.instruct();
        self.listen();
    }

    /// What a brain is told from now on.
    fn instruct(&mut self) {
        self.instructions = instructions::instructions(&self.program, &self.scope(), &self.language, self.verified);
        self.guard_instructions();
    }

    fn listen(&mut self) {
        let hints = self.program.agent.hints.clone();
        self.command(CallCommand::Listen(ListenSettings {
            language: Some(self.language.clone()),
            hints,
            partials: true,
        }));
    }

    /// What our side does, as the turn machine sees it.
    fn ours(&self) -> Ours {
        match self.stage {
            Stage::Talking if self.held => return Ours::Away,
            Stage::Talking => {}
            Stage::Leaving { .. } => return Ours::Speaking { interruptible: false },
            _ => return Ours::Away,
        }
        let busy = !self.mouth.is_empty();
        if busy && self.mouth.is_protected() {
            return Ours::Speaking { interruptible: false };
        }
        let thinks = self.sums_up() || self.thought.as_ref().is_some_and(|thought| thought.speculation().is_none());
        if !busy && !thinks && self.ask_at.is_none() && !self.uses.is_busy() {
            return Ours::Idle;
        }
        // Without a turn that is answered, what we say is our own: a greeting, a question whether anybody is there.
        match &self.answering {
            Some(answering) if !answering.audible => Ours::Thinking,
            _ => Ours::Speaking { interruptible: self.program.agent.interruptible },
        }
    }
}

impl CallApp for AgentApp {
    fn handle(&mut self, now: Moment, event: &CallEvent) {
        self.now = now;
        if self.stage != Stage::Over {
            self.event(event);
            self.settle();
        } else if let CallEvent::RecordEnded { .. } = event {
            self.event(event);
        }
    }

    fn handle_timeout(&mut self, now: Moment) {
        self.now = now;
        if self.stage != Stage::Over {
            self.time_passed();
            self.settle();
        }
    }

    fn poll_command(&mut self) -> Option<CallCommand> {
        self.commands.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.next_timeout()
    }

    /// What is typed for a tool is the tool's.
    fn wants_key(&self, _key: char) -> bool {
        self.stage == Stage::Typing || matches!(self.after, Some(After::Keys { .. }))
    }
}

/// How sure it is at the beginning that the caller is the contact of his number.
fn verified(facts: &CallFacts) -> Verified {
    if facts.caller.is_some() && !facts.contact.is_empty() { Verified::Number } else { Verified::No }
}

/// A place in the conversation that may be interrupted.
fn plainly(entry: EntryId) -> Manner {
    Manner { entry: Some(entry), protected: false }
}
