//! A flow played in text: typed keys in, spoken lines out, in virtual time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use call_model::{
    AppName, CallApp, CallCommand, CallEvent, CallFacts, CallId, DigitSource, Direction, HangupCause, HangupParty,
    Hearing, HttpFailure, HttpReply, Moment, PlaybackEnd, PlaybackId, PromptItem, RecordEnd, RecordId, RequestId,
    Speaker, ToolFailure, ToolUseId, TranscriptLine, TransferOutcome,
};

use crate::app::FlowApp;
use crate::program::FlowProgram;
use crate::template::markup;

mod happened;

pub use happened::{Happened, Line, Waits};

/// How long a character takes to speak.
const CHARACTER: Duration = Duration::from_millis(60);
/// How long a sound file is taken to be.
const SOUND: Duration = Duration::from_secs(5);
/// How long a key takes to press.
const KEY: Duration = Duration::from_millis(200);
/// How long a talk after a transfer lasts.
const TALK: Duration = Duration::from_mins(1);

const HELP: &[&str] = &[
    "keys such as 1 or 123#   are pressed, one after the other",
    "an empty line            is silence until the flow does something",
    "wait 30s                 is silence for that long",
    "say WORDS                speaks: an answer where the flow listens, or a message",
    "return JSON              ends an agent that the flow has handed the call to",
    "answer, busy, no_answer, unavailable, declined   end a transfer",
    "reply 200 BODY, fail     answer a request of the flow",
    "hangup                   ends the call",
];

/// A flow and a person at a keyboard. Pure: the virtual clock goes on only by input.
pub struct Simulator {
    app: FlowApp,
    direction: Direction,
    call: CallId,
    now: Moment,
    answered: bool,
    over: bool,
    playing: VecDeque<(PlaybackId, Duration)>,
    message: Option<(RecordId, String)>,
    request: Option<RequestId>,
    tool: Option<ToolUseId>,
    ringing: bool,
    listening: bool,
    guest: bool,
    lines: Vec<Line>,
}

impl Simulator {
    /// A call of `facts` to `program` that begins at `unix_ms` (ms since the Unix epoch).
    pub fn new(program: Arc<FlowProgram>, facts: CallFacts, unix_ms: i64) -> Self {
        Self {
            direction: facts.direction,
            call: facts.call,
            app: FlowApp::new(program, facts),
            now: Moment { since_start: Duration::ZERO, unix_ms },
            answered: false,
            over: false,
            playing: VecDeque::new(),
            message: None,
            request: None,
            tool: None,
            ringing: false,
            listening: false,
            guest: false,
            lines: Vec::new(),
        }
    }

    /// [`Self::begin`] in words.
    pub fn start(&mut self) -> Vec<String> {
        self.begin().iter().map(ToString::to_string).collect()
    }

    /// [`Self::take`] in words.
    pub fn input(&mut self, line: &str) -> Vec<String> {
        if self.over {
            return vec!["the call is over".to_owned()];
        }
        self.take(line).iter().map(ToString::to_string).collect()
    }

    /// Starts the call: what happens until the flow waits for something.
    pub fn begin(&mut self) -> Vec<Line> {
        self.event(&CallEvent::Started);
        if self.direction == Direction::Outbound {
            self.tell(Happened::Answered);
            self.answered = true;
            self.event(&CallEvent::Answered);
        }
        self.settle()
    }

    /// One typed line: keys (`1`, `123#`), nothing (silence until the flow does something), or a word such as
    /// `hangup`; `help` lists them. Gives what happens until the flow waits again; nothing once the call is over.
    pub fn take(&mut self, line: &str) -> Vec<Line> {
        if self.over {
            return Vec::new();
        }
        let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        match word {
            "" => self.silence(None),
            "help" => HELP.iter().for_each(|text| self.line(text)),
            "hangup" => self.hang_up(),
            "wait" => match rest.trim().trim_end_matches('s').parse::<u64>() {
                Ok(seconds) if seconds <= 86_400 => self.silence(Some(Duration::from_secs(seconds))),
                _ => self.line("write `wait 30s`"),
            },
            "say" => self.speak(rest),
            "answer" | "busy" | "no_answer" | "unavailable" | "declined" if self.ringing => self.transfer(word),
            "return" if self.guest => self.come_back(rest),
            "reply" | "fail" if self.request.is_some() => self.reply(word, rest),
            "result" | "fail" if self.tool.is_some() => self.tool_result(word, rest),
            _ if line.chars().all(|c| "0123456789*#ABCDabcd ".contains(c)) => self.press(line),
            _ => self.line("unknown; `help` lists what can be typed"),
        }
        self.settle()
    }

    /// Whether the call is over.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What it waits for.
    pub fn waits(&self) -> Waits {
        match () {
            () if self.over => Waits::Nothing,
            () if self.ringing => Waits::Transfer,
            () if self.request.is_some() => Waits::Reply,
            () if self.tool.is_some() => Waits::Tool,
            () if self.guest => Waits::Guest,
            () if self.message.is_some() => Waits::Message,
            () if self.listening => Waits::Words,
            () => Waits::Keys,
        }
    }

    /// The virtual time since the call began.
    pub fn elapsed(&self) -> Duration {
        self.now.since_start
    }

    fn press(&mut self, keys: &str) {
        for key in keys.chars().filter(|c| !c.is_whitespace()) {
            self.advance(KEY);
            if let Some((record, terminators)) = self.message.take() {
                if terminators.contains(key) {
                    self.recorded(record, RecordEnd::Key(key), 1_500);
                    self.drain();
                    continue;
                }
                self.message = Some((record, terminators));
            }
            self.event(&CallEvent::Digit { digit: key, source: DigitSource::Rfc4733 });
        }
    }

    fn speak(&mut self, words: &str) {
        let spoken = spoken_for(words);
        let Some((record, _)) = self.message.take() else {
            if self.listening {
                self.say_to_question(words, spoken);
            } else {
                self.line("nobody listens: the flow asks for keys only, or not at all");
            }
            return;
        };
        self.advance(spoken);
        self.recorded(record, RecordEnd::Silence, u64::try_from(spoken.as_millis()).unwrap_or(0));
    }

    fn say_to_question(&mut self, words: &str, spoken: Duration) {
        let at_ms = self.ms();
        self.event(&CallEvent::Hearing(Hearing::SpeechStarted { at_ms }));
        self.advance(spoken);
        let line = TranscriptLine {
            call: self.call,
            speaker: Speaker::Caller,
            from_ms: at_ms,
            to_ms: self.ms(),
            text: words.to_owned(),
            words: Vec::new(),
            confidence: None,
            language: None,
            cut: false,
        };
        self.event(&CallEvent::Line(line));
    }

    fn come_back(&mut self, json: &str) {
        self.guest = false;
        let result = serde_json::from_str(json.trim()).unwrap_or_default();
        self.event(&CallEvent::Returned { result: Ok(result) });
    }

    fn ms(&self) -> u64 {
        u64::try_from(self.now.since_start.as_millis()).unwrap_or(u64::MAX)
    }

    fn recorded(&mut self, record: RecordId, end: RecordEnd, duration_ms: u64) {
        self.event(&CallEvent::RecordEnded { record, end, duration_ms });
    }

    /// Lets time pass: until the flow wakes, or for a while.
    fn silence(&mut self, how_long: Option<Duration>) {
        if let (None, Some((record, _))) = (how_long, self.message.take()) {
            self.tell(Happened::Silence);
            self.recorded(record, RecordEnd::Silence, 0);
            return;
        }
        let until = how_long.map(|duration| self.now.since_start + duration);
        let mut woken = false;
        while let Some(wake) = self.app.poll_timeout().filter(|_| !self.over) {
            if until.is_some_and(|until| wake > until) || (until.is_none() && woken) {
                break;
            }
            let passed = wake.saturating_sub(self.now.since_start);
            self.advance(passed);
            self.tell(Happened::Silence);
            self.app.handle_timeout(self.now);
            woken = true;
            self.drain();
            self.finish_playing(until);
        }
        match until {
            Some(until) if !self.over => self.advance(until.saturating_sub(self.now.since_start)),
            None if !woken => self.line("the flow waits for something else; `help` lists what can be typed"),
            _ => {}
        }
    }

    fn transfer(&mut self, word: &str) {
        self.ringing = false;
        let outcome = match word {
            "busy" => TransferOutcome::Busy,
            "no_answer" => TransferOutcome::NoAnswer,
            "unavailable" => TransferOutcome::Unavailable,
            "declined" => TransferOutcome::Declined,
            _ => {
                self.event(&CallEvent::TransferAnswered { target: String::new() });
                self.advance(TALK);
                self.line("they have talked, and the member has hung up");
                TransferOutcome::Completed
            }
        };
        self.event(&CallEvent::TransferEnded { outcome });
    }

    fn reply(&mut self, word: &str, rest: &str) {
        let Some(request) = self.request.take() else { return };
        let (status, body) = rest.split_once(' ').unwrap_or((rest, ""));
        let result = match (word, status.parse()) {
            ("reply", Ok(status)) => Ok(HttpReply { status, body: body.to_owned() }),
            _ => Err(HttpFailure::Unreachable),
        };
        self.event(&CallEvent::HttpReplied { request, result });
    }

    fn tool_result(&mut self, word: &str, rest: &str) {
        let Some(tool) = self.tool.take() else { return };
        let result = match (word, serde_json::from_str(rest)) {
            ("result", Ok(value)) => Ok(value),
            _ => Err(ToolFailure::Failed { message: "it fails, as was typed".to_owned() }),
        };
        self.event(&CallEvent::ToolDone { tool, result });
    }

    fn hang_up(&mut self) {
        self.tell(Happened::CallerLeft);
        self.event(&CallEvent::HungUp { by: HangupParty::Caller, cause: HangupCause::Normal });
        self.over = true;
    }

    /// Carries the call on until the flow waits for the person at the keyboard.
    fn settle(&mut self) -> Vec<Line> {
        self.drain();
        self.finish_playing(None);
        std::mem::take(&mut self.lines)
    }

    fn finish_playing(&mut self, until: Option<Duration>) {
        while let Some((playback, duration)) = self.playing.front().copied() {
            if until.is_some_and(|until| self.now.since_start + duration > until) || self.over {
                return;
            }
            self.playing.pop_front();
            self.advance(duration);
            let played_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
            self.event(&CallEvent::PlaybackEnded { playback, end: PlaybackEnd::Finished, played_ms });
            self.drain();
        }
    }

    fn event(&mut self, event: &CallEvent) {
        self.app.handle(self.now, event);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(command) = self.app.poll_command() {
            self.carry_out(command);
        }
    }

    fn carry_out(&mut self, command: CallCommand) {
        match command {
            CallCommand::Answer => {
                self.answered = true;
                self.tell(Happened::Answered);
                self.app.handle(self.now, &CallEvent::Answered);
            }
            CallCommand::Play { playback, items, .. } => {
                let duration = items.iter().map(duration_of).sum();
                for item in &items {
                    self.tell(shown(item));
                }
                self.playing.push_back((playback, duration));
            }
            CallCommand::StopPlaying { playback } => {
                self.playing.retain(|(playing, _)| playback.is_some_and(|stopped| stopped != *playing));
            }
            CallCommand::Record { record, settings } => {
                self.tell(Happened::Records);
                self.message = Some((record, settings.terminators));
            }
            CallCommand::Transfer(settings) => {
                let seconds = settings.ring_ms / 1_000;
                self.tell(Happened::Rings { targets: settings.targets, seconds });
                self.ringing = true;
            }
            CallCommand::CancelTransfer => self.ringing = false,
            CallCommand::Listen(_) => {
                self.listening = true;
                self.tell(Happened::Listens);
            }
            CallCommand::StopListening => self.listening = false,
            CallCommand::Enter { app, .. } => {
                let (AppName::Agent(name) | AppName::Flow(name)) = app;
                self.tell(Happened::Guest(name));
                self.guest = true;
            }
            CallCommand::UseTool { tool, request } => {
                self.tell(Happened::Uses { tool: request.name, arguments: request.arguments.to_string() });
                self.tool = Some(tool);
            }
            CallCommand::ToolReport(_) => {}
            CallCommand::Http { request, http } => {
                self.tell(Happened::Asks { method: format!("{:?}", http.method), url: http.url });
                self.request = Some(request);
            }
            CallCommand::Reject { cause } | CallCommand::Hangup { cause } => {
                self.tell(Happened::Ended { answered: self.answered, cause: format!("{cause:?}") });
                self.over = true;
                self.playing.clear();
                let hung_up = CallEvent::HungUp { by: HangupParty::Us, cause };
                self.app.handle(self.now, &hung_up);
            }
            other => self.lines.extend(note(&other).map(|what| Line { at: self.now.since_start, what })),
        }
    }

    fn advance(&mut self, by: Duration) {
        self.now.since_start += by;
        self.now.unix_ms = self.now.unix_ms.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    }

    fn line(&mut self, text: &str) {
        self.tell(Happened::Note(text.to_owned()));
    }

    fn tell(&mut self, what: Happened) {
        self.lines.push(Line { at: self.now.since_start, what });
    }
}

fn spoken_for(text: &str) -> Duration {
    CHARACTER.saturating_mul(u32::try_from(text.chars().count()).unwrap_or(u32::MAX))
}

fn duration_of(item: &PromptItem) -> Duration {
    match item {
        PromptItem::Say { text, .. } => spoken_for(&markup::readable(text)),
        PromptItem::File { .. } | PromptItem::Recorded { .. } => SOUND,
        PromptItem::Tone { duration_ms, .. } | PromptItem::Pause { duration_ms } => Duration::from_millis(*duration_ms),
        PromptItem::Dtmf { digits } => KEY.saturating_mul(u32::try_from(digits.len()).unwrap_or(u32::MAX)),
    }
}

fn shown(item: &PromptItem) -> Happened {
    match item {
        PromptItem::Say { text, language, .. } => {
            Happened::Said { language: language.clone(), text: markup::readable(text) }
        }
        PromptItem::File { path } => Happened::Sound(path.clone()),
        PromptItem::Recorded { .. } => Happened::Note("plays the message".to_owned()),
        PromptItem::Tone { tone, .. } => Happened::Note(format!("({tone:?})")),
        PromptItem::Pause { duration_ms } => Happened::Note(format!("(pause of {duration_ms} ms)")),
        PromptItem::Dtmf { digits } => Happened::Note(format!("(tones {digits})")),
    }
}

/// What else a reader of the flow wants to see; nothing for what goes without saying.
fn note(command: &CallCommand) -> Option<Happened> {
    let text = match command {
        CallCommand::NodeEntered { flow, node } => {
            return Some(Happened::Node { flow: flow.clone(), node: node.clone() });
        }
        CallCommand::SaveVoicemail { mailbox, .. } => format!("the message is saved for {mailbox}"),
        CallCommand::Discard { .. } => "the message is thrown away".to_owned(),
        CallCommand::Recording { switch } => format!("recording of the call: {switch:?}").to_lowercase(),
        CallCommand::SendDigits { digits } => format!("sends the keys {digits}"),
        CallCommand::Echo(on) => format!("echo {}", if *on { "on" } else { "off" }),
        CallCommand::SetLanguage { language } => format!("the language is now {language}"),
        CallCommand::Remember { key, value } => format!("remembers {key} = {value}"),
        CallCommand::OptOut { purpose: None, .. } => "no further calls: that is in the books".to_owned(),
        CallCommand::OptOut { purpose: Some(purpose), .. } => {
            format!("no further calls for {purpose}: that is in the books")
        }
        CallCommand::SetContact { field, value } => format!("the contact's {field} = {value}"),
        _ => return None,
    };
    Some(Happened::Note(text))
}
