//! What becomes of a call that we made, by who answers it: the plan, and the app that has the call until that is known.

use std::collections::VecDeque;
use std::time::Duration;

use call_model::{
    AnswerSign, Answered, AnsweredBy, CallApp, CallCommand, CallEvent, HandOn, HangupCause, ListenSettings, Moment,
    PlaybackId, PromptItem,
};
use media::answering::AnsweringConfig;

use crate::app::AppRef;

/// What is done when a machine answers.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum OnMachine {
    /// The call is ended.
    #[default]
    HangUp,
    /// This talks after its tone, or when it has been silent for a while. When a tone comes while it talks, it begins
    /// again, once.
    Message(AppRef),
    /// The app of the call has it at once, as with a person: it is told who answered.
    App,
}

/// What is done when nobody can tell who answered, or nobody says a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnsure {
    /// It is taken for a person.
    #[default]
    Person,
    /// It is taken for a machine.
    Machine,
    /// The call is ended.
    HangUp,
}

/// How a call that we make is screened before its app has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MachinePlan {
    /// What is done when a machine answers.
    pub on_machine: OnMachine,
    /// What is done when that cannot be told.
    pub unsure: OnUnsure,
    /// A verdict is given at the latest so long after the answer, ms; `None` for the house's setting.
    pub max_ms: Option<u32>,
    /// A machine that has been silent for so long is spoken to without a tone, ms; `None` for the house's setting.
    pub greeting_silence_ms: Option<u32>,
    /// Who calls, for assistants that ask: the name of the business.
    pub who: String,
    /// Why, as what follows "It is about": "your appointment on Friday"; `None`: nothing is said of that.
    pub why: Option<String>,
}

impl MachinePlan {
    pub(crate) fn config(&self, house: AnsweringConfig) -> AnsweringConfig {
        let max_ms = self.max_ms.unwrap_or(house.max_ms);
        AnsweringConfig {
            max_ms,
            silence_ms: house.silence_ms.min(max_ms),
            greeting_silence_ms: self.greeting_silence_ms.unwrap_or(house.greeting_silence_ms),
        }
    }
}

/// What an assistant is told.
pub(crate) const INTRODUCTION: PlaybackId = PlaybackId(u32::MAX - 1);
/// No greeting of a machine is longer.
const LONGEST_GREETING: Duration = Duration::from_mins(1);
/// How long an assistant may take to fetch somebody.
const LONGEST_SCREENING: Duration = Duration::from_secs(45);
/// Nobody has to introduce himself more often.
const INTRODUCTIONS: u32 = 2;
/// A verdict that is so much later than it should be will not come: there is no sound.
const VERDICT_GRACE: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It rings.
    Ringing,
    /// It was answered, and nobody knows by whom.
    Listening,
    /// A machine greets.
    Greeting,
    /// An assistant wants to know who calls.
    Screening,
    /// It is told so, or was.
    Introduced,
    /// Another one has the call, or nobody.
    Done,
}

/// Has the call until it is known who answered. Pure.
#[derive(Debug)]
pub(crate) struct Screener {
    plan: MachinePlan,
    /// A verdict comes in this time.
    max: Duration,
    language: String,
    hints: Vec<String>,
    state: State,
    introductions: u32,
    deadline: Option<Duration>,
    commands: VecDeque<CallCommand>,
}

impl Screener {
    pub(crate) fn new(plan: MachinePlan, max_ms: u32, language: &str) -> Self {
        Self {
            plan,
            max: Duration::from_millis(u64::from(max_ms)) + VERDICT_GRACE,
            language: language.to_owned(),
            hints: media::answering::hints(language),
            state: State::Ringing,
            introductions: 0,
            deadline: None,
            commands: VecDeque::new(),
        }
    }

    fn listen(&mut self, now: Moment) {
        let (language, hints) = (Some(self.language.clone()), std::mem::take(&mut self.hints));
        self.commands.push_back(CallCommand::Listen(ListenSettings { language, hints, partials: true }));
        self.wait(State::Listening, now, self.max);
    }

    fn wait(&mut self, state: State, now: Moment, limit: Duration) {
        self.state = state;
        self.deadline = Some(now.since_start + limit);
    }

    fn decided(&mut self, now: Moment, by: AnsweredBy, sign: AnswerSign) {
        match by {
            AnsweredBy::Person => self.hand_on(HandOn::Conversation),
            AnsweredBy::Machine => self.machine(now),
            AnsweredBy::Screening => self.wait(State::Screening, now, LONGEST_GREETING),
            AnsweredBy::Fax => self.hang_up(HangupCause::Normal),
            AnsweredBy::Unobtainable if sign == AnswerSign::BusyTone => self.hang_up(HangupCause::Busy),
            AnsweredBy::Unobtainable => self.hang_up(HangupCause::NotFound),
            AnsweredBy::Silence | AnsweredBy::Unsure => match self.plan.unsure {
                OnUnsure::Person => self.hand_on(HandOn::Conversation),
                OnUnsure::Machine => self.machine(now),
                OnUnsure::HangUp => self.hang_up(HangupCause::Normal),
            },
        }
    }

    fn machine(&mut self, now: Moment) {
        match self.plan.on_machine {
            OnMachine::HangUp => self.hang_up(HangupCause::Normal),
            OnMachine::App => self.hand_on(HandOn::Conversation),
            OnMachine::Message(_) => self.wait(State::Greeting, now, LONGEST_GREETING),
        }
    }

    fn hand_on(&mut self, to: HandOn) {
        self.done(CallCommand::HandOn(to));
    }

    fn hang_up(&mut self, cause: HangupCause) {
        self.done(CallCommand::Hangup { cause });
    }

    fn done(&mut self, command: CallCommand) {
        self.state = State::Done;
        self.deadline = None;
        self.commands.push_back(command);
    }

    fn introduce(&mut self, now: Moment) {
        if self.introductions == INTRODUCTIONS {
            return self.hang_up(HangupCause::Declined);
        }
        self.introductions += 1;
        let text = introduction(&self.language, &self.plan.who, self.plan.why.as_deref());
        let items = vec![PromptItem::Say { text, language: self.language.clone(), voice: None }];
        self.commands.push_back(CallCommand::Play { playback: INTRODUCTION, items, repeat: false });
        self.wait(State::Introduced, now, LONGEST_SCREENING);
    }
}

impl CallApp for Screener {
    fn handle(&mut self, now: Moment, event: &CallEvent) {
        match event {
            CallEvent::HungUp { .. } => {
                self.state = State::Done;
                self.deadline = None;
                self.commands.clear();
            }
            _ if self.state == State::Done => {}
            CallEvent::Answered => self.listen(now),
            CallEvent::AnsweredBy(Answered { by, sign, .. }) => self.decided(now, *by, *sign),
            CallEvent::MachineReady { .. } => match self.state {
                State::Greeting => self.hand_on(HandOn::Message),
                State::Screening => self.introduce(now),
                // Whoever was fetched heard nothing of it.
                State::Introduced if self.introductions < INTRODUCTIONS => self.introduce(now),
                _ => {}
            },
            _ => {}
        }
    }

    fn handle_timeout(&mut self, now: Moment) {
        if self.deadline.is_none_or(|at| at > now.since_start) {
            return;
        }
        self.deadline = None;
        match self.state {
            State::Ringing | State::Done => {}
            // There was no sound to judge by.
            State::Listening => self.decided(now, AnsweredBy::Unsure, AnswerSign::TimeOver),
            // It never ends: what is said now is said into the greeting, or to somebody who listens.
            State::Greeting => self.hand_on(HandOn::Message),
            State::Screening => self.introduce(now),
            State::Introduced => self.hang_up(HangupCause::NoAnswer),
        }
    }

    fn poll_command(&mut self) -> Option<CallCommand> {
        self.commands.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.deadline
    }
}

/// Who calls and why, for an assistant that asks.
fn introduction(language: &str, who: &str, why: Option<&str>) -> String {
    let who = (!who.trim().is_empty()).then(|| escaped(who));
    let why = why.filter(|why| !why.trim().is_empty()).map(escaped);
    let (name, about, nothing) = match language.get(..2).unwrap_or_default() {
        "de" => ("Hier ist WHO.", "Es geht um WHY.", "Hier ist ein automatischer Anruf."),
        "es" => ("Le llama WHO.", "Se trata de WHY.", "Esta es una llamada automática."),
        "fr" => ("Ici WHO.", "Il s'agit de WHY.", "Ceci est un appel automatique."),
        "it" => ("Qui è WHO.", "Si tratta di WHY.", "Questa è una chiamata automatica."),
        _ => ("This is WHO.", "It is about WHY.", "This is an automated call."),
    };
    let name = who.map_or_else(|| nothing.to_owned(), |who| name.replace("WHO", &who));
    match why {
        Some(why) => format!("{name} {}", about.replace("WHY", &why)),
        None => name,
    }
}

/// As spoken text has it.
fn escaped(text: &str) -> String {
    text.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Moment {
        Moment { since_start: Duration::from_millis(ms), unix_ms: 0 }
    }

    fn screener(plan: MachinePlan) -> Screener {
        let mut screener = Screener::new(plan, 4_000, "en");
        screener.handle(at(0), &CallEvent::Started);
        assert_eq!(screener.poll_command(), None);
        screener.handle(at(1_000), &CallEvent::Answered);
        assert!(matches!(screener.poll_command(), Some(CallCommand::Listen(ListenSettings { partials: true, .. }))));
        screener
    }

    fn by(by: AnsweredBy) -> CallEvent {
        CallEvent::AnsweredBy(Answered { by, confidence: 0.9, sign: AnswerSign::Words, after_ms: 900 })
    }

    fn commands(screener: &mut Screener) -> Vec<CallCommand> {
        std::iter::from_fn(|| screener.poll_command()).collect()
    }

    fn message() -> MachinePlan {
        MachinePlan { on_machine: OnMachine::Message(AppRef::Say("Call us.".into())), ..MachinePlan::default() }
    }

    #[test]
    fn a_person_has_the_app_and_a_machine_what_is_planned() {
        let conversation = vec![CallCommand::HandOn(HandOn::Conversation)];
        let end = |cause| vec![CallCommand::Hangup { cause }];
        let app = MachinePlan { on_machine: OnMachine::App, ..MachinePlan::default() };
        let never = MachinePlan { unsure: OnUnsure::HangUp, ..MachinePlan::default() };
        let plain = MachinePlan::default;
        for (plan, who, expected) in [
            (plain(), AnsweredBy::Person, conversation.clone()),
            (plain(), AnsweredBy::Machine, end(HangupCause::Normal)),
            (app, AnsweredBy::Machine, conversation.clone()),
            (plain(), AnsweredBy::Fax, end(HangupCause::Normal)),
            (plain(), AnsweredBy::Unobtainable, end(HangupCause::NotFound)),
            (plain(), AnsweredBy::Silence, conversation.clone()),
            (never, AnsweredBy::Unsure, end(HangupCause::Normal)),
        ] {
            let mut screener = screener(plan);
            screener.handle(at(2_000), &by(who));
            assert_eq!(commands(&mut screener), expected, "{who:?}");
            screener.handle(at(2_100), &CallEvent::MachineReady { beep: true });
            assert_eq!(commands(&mut screener), [], "it is out of its hands");
        }
    }

    #[test]
    fn a_message_waits_for_its_turn_but_not_for_ever() {
        let mut waits = screener(message());
        waits.handle(at(3_000), &by(AnsweredBy::Machine));
        assert_eq!(commands(&mut waits), []);
        waits.handle(at(9_000), &CallEvent::MachineReady { beep: true });
        assert_eq!(commands(&mut waits), [CallCommand::HandOn(HandOn::Message)]);
        let mut endless = screener(message());
        endless.handle(at(3_000), &by(AnsweredBy::Machine));
        let deadline = endless.poll_timeout().expect("a limit");
        endless.handle_timeout(Moment { since_start: deadline, unix_ms: 0 });
        assert_eq!(commands(&mut endless), [CallCommand::HandOn(HandOn::Message)]);
    }

    #[test]
    fn an_assistant_is_told_who_calls_and_why_twice_at_most() {
        let plan = MachinePlan { who: "Smith & Sons".into(), why: Some("your order".into()), ..message() };
        let mut screener = screener(plan);
        for _ in 0..2 {
            screener.handle(at(4_000), &by(AnsweredBy::Screening));
            screener.handle(at(5_000), &CallEvent::MachineReady { beep: false });
            let [CallCommand::Play { playback: INTRODUCTION, items, .. }] = &commands(&mut screener)[..] else {
                panic!("it speaks")
            };
            let PromptItem::Say { text, .. } = &items[0] else { panic!("it speaks") };
            assert_eq!(text, "This is Smith &amp; Sons. It is about your order.");
        }
        screener.handle(at(9_000), &by(AnsweredBy::Screening));
        screener.handle(at(9_900), &CallEvent::MachineReady { beep: false });
        assert_eq!(commands(&mut screener), [CallCommand::Hangup { cause: HangupCause::Declined }]);
    }

    #[test]
    fn who_was_fetched_and_heard_nothing_is_told_again_once() {
        let mut screener = screener(message());
        screener.handle(at(4_000), &by(AnsweredBy::Screening));
        for (ms, plays) in [(5_000, 1), (14_000, 1), (23_000, 0)] {
            screener.handle(at(ms), &CallEvent::MachineReady { beep: false });
            assert_eq!(commands(&mut screener).len(), plays, "at {ms}");
        }
        screener.handle(at(30_000), &by(AnsweredBy::Person));
        assert_eq!(commands(&mut screener), [CallCommand::HandOn(HandOn::Conversation)]);
    }

    #[test]
    fn without_any_sound_the_time_decides() {
        let mut screener = screener(MachinePlan::default());
        assert_eq!(screener.poll_timeout(), Some(Duration::from_secs(7)));
        screener.handle_timeout(at(7_000));
        assert_eq!(commands(&mut screener), [CallCommand::HandOn(HandOn::Conversation)]);
    }

    #[test]
    fn it_is_said_in_five_languages() {
        for (language, expected) in [
            ("de-AT", "Hier ist Nord. Es geht um Ihr Paket."),
            ("es", "Le llama Nord. Se trata de Ihr Paket."),
            ("fr", "Ici Nord. Il s'agit de Ihr Paket."),
            ("it", "Qui è Nord. Si tratta di Ihr Paket."),
            ("en", "This is Nord. It is about Ihr Paket."),
        ] {
            assert_eq!(introduction(language, "Nord", Some("Ihr Paket")), expected);
        }
        assert_eq!(introduction("en", " ", None), "This is an automated call.");
    }
}
