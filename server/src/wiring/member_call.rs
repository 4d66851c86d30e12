//! A call that was made for members: whoever answers is put through to one at once, or hears an apology with the name of
//! the business and a way to opt out.

use std::collections::VecDeque;
use std::time::Duration;

use call_model::{
    CallApp, CallCommand, CallEvent, HangupCause, ListenSettings, Moment, PlaybackId, PromptItem, RingStrategy,
    TransferOutcome, TransferSettings,
};
use calls::app::ForMembers;
use serde_json::Value;

/// How often it is tried again while all members talk.
const AGAIN: Duration = Duration::from_millis(250);

/// How long the key that opts out is waited for after the apology.
const FOR_THE_KEY: Duration = Duration::from_secs(5);

const SORRY: PlaybackId = PlaybackId(0);

/// What is kept of the call as what came of it.
const RESULT: &str = "result";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It was not answered.
    Before,
    /// A member is looked for.
    Looking,
    /// A member talks.
    Talking,
    /// The apology is said.
    Sorry,
    Over,
}

/// Has the call until a member has it. Pure.
#[derive(Debug)]
pub(super) struct MemberCall {
    plan: ForMembers,
    language: String,
    state: State,
    /// Until when a member may become free.
    until: Duration,
    deadline: Option<Duration>,
    commands: VecDeque<CallCommand>,
}

impl MemberCall {
    pub(super) fn new(plan: ForMembers, language: String) -> Self {
        let commands = VecDeque::new();
        Self { plan, language, state: State::Before, until: Duration::ZERO, deadline: None, commands }
    }

    fn remember(&mut self, result: Value) {
        self.commands.push_back(CallCommand::Remember { key: RESULT.into(), value: result });
    }

    fn ring(&mut self) {
        self.deadline = None;
        let settings = TransferSettings {
            strategy: RingStrategy::InTurn,
            ..TransferSettings::to(self.plan.targets.clone(), self.plan.ring_ms)
        };
        self.commands.push_back(CallCommand::Transfer(settings));
    }

    fn apologise(&mut self) {
        self.state = State::Sorry;
        self.deadline = None;
        if self.plan.opt_out_key.is_none() {
            let language = Some(self.language.clone());
            self.commands.push_back(CallCommand::Listen(ListenSettings { language, hints: vec![], partials: false }));
        }
        let text = apology(&self.language, &self.plan.who, self.plan.opt_out_key);
        let items = vec![PromptItem::Say { text, language: self.language.clone(), voice: None }];
        self.commands.push_back(CallCommand::Play { playback: SORRY, items, repeat: false });
    }

    fn hang_up(&mut self) {
        self.state = State::Over;
        self.deadline = None;
        self.commands.push_back(CallCommand::Hangup { cause: HangupCause::Normal });
    }

    fn nobody(&mut self, now: Moment, outcome: TransferOutcome) {
        match outcome {
            TransferOutcome::Cancelled => {}
            TransferOutcome::Completed => self.hang_up(),
            TransferOutcome::Busy if now.since_start < self.until => {
                self.deadline = Some((now.since_start + AGAIN).min(self.until));
            }
            _ => self.apologise(),
        }
    }
}

impl CallApp for MemberCall {
    fn handle(&mut self, now: Moment, event: &CallEvent) {
        match (self.state, event) {
            (_, CallEvent::HungUp { .. }) => {
                self.state = State::Over;
                self.deadline = None;
                self.commands.clear();
            }
            (State::Before, CallEvent::Answered) => {
                self.state = State::Looking;
                self.until = now.since_start + Duration::from_millis(self.plan.wait_ms);
                // Whoever hangs up before somebody talks with them was abandoned.
                self.remember("dropped".into());
                self.ring();
            }
            (State::Looking, CallEvent::TransferAnswered { .. }) => {
                self.state = State::Talking;
                self.remember(Value::Null);
            }
            (State::Looking | State::Talking, CallEvent::TransferEnded { outcome }) => self.nobody(now, *outcome),
            (State::Sorry, CallEvent::PlaybackEnded { playback: SORRY, .. }) => {
                self.deadline = Some(now.since_start + FOR_THE_KEY);
            }
            _ => {}
        }
    }

    fn handle_timeout(&mut self, now: Moment) {
        if self.deadline.is_none_or(|at| at > now.since_start) {
            return;
        }
        match self.state {
            State::Looking => self.ring(),
            State::Sorry => self.hang_up(),
            State::Before | State::Talking | State::Over => self.deadline = None,
        }
    }

    fn poll_command(&mut self) -> Option<CallCommand> {
        self.commands.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.deadline
    }
}

/// What whoever was called in vain hears.
fn apology(language: &str, who: &str, key: Option<char>) -> String {
    let language = match language.get(..2).unwrap_or_default() {
        known @ ("de" | "es" | "fr" | "it") => known,
        _ => "en",
    };
    let who = who.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let text = match language {
        "de" => {
            "Guten Tag, hier ist WHO. Wir haben Sie angerufen, und gerade ist niemand frei, um mit Ihnen zu sprechen. \
             Dafür bitten wir um Entschuldigung."
        }
        "es" => {
            "Hola, le llama WHO. Le hemos llamado y en este momento no hay nadie libre para hablar con usted. \
             Le pedimos disculpas."
        }
        "fr" => {
            "Bonjour, ici WHO. Nous vous avons appelé et personne n'est libre en ce moment pour vous parler. \
             Nous vous prions de nous excuser."
        }
        "it" => {
            "Buongiorno, qui è WHO. L'abbiamo chiamata e in questo momento nessuno è libero per parlare con lei. \
             Ci scusiamo."
        }
        _ => "Hello, this is WHO. We called you, and nobody is free to talk to you right now. We are sorry about that.",
    };
    format!("{} {}", text.replace("WHO", &who), way_out(language, key))
}

fn way_out(language: &str, key: Option<char>) -> String {
    let Some(key) = key else {
        return match language {
            "de" => "Wenn Sie keine Anrufe mehr von uns möchten, sagen Sie jetzt: Rufen Sie mich nicht mehr an.",
            "es" => "Si no quiere recibir más llamadas nuestras, diga ahora: no me llame más.",
            "fr" => "Si vous ne souhaitez plus recevoir nos appels, dites maintenant : ne m'appelez plus.",
            "it" => "Se non desidera più ricevere le nostre chiamate, dica ora: non chiamatemi più.",
            _ => "If you want no more calls from us, say now: stop calling me.",
        }
        .to_owned();
    };
    let text = match language {
        "de" => "Wenn Sie keine Anrufe mehr von uns möchten, drücken Sie jetzt die KEY. Sonst legen Sie einfach auf.",
        "es" => "Si no quiere recibir más llamadas nuestras, pulse ahora KEY. Si no, simplemente cuelgue.",
        "fr" => "Si vous ne souhaitez plus recevoir nos appels, appuyez maintenant sur KEY. Sinon, raccrochez.",
        "it" => "Se non desidera più ricevere le nostre chiamate, prema ora KEY. Altrimenti riagganci.",
        _ => "If you want no more calls from us, press KEY now. Otherwise just hang up.",
    };
    text.replace("KEY", &key_word(language, key))
}

fn key_word(language: &str, key: char) -> String {
    match (key, language) {
        ('*', "de") => "Sterntaste",
        ('#', "de") => "Rautetaste",
        ('*', "es" | "it") => "asterisco",
        ('#', "es") => "almohadilla",
        ('*', "fr") => "étoile",
        ('#', "fr") => "dièse",
        ('#', "it") => "cancelletto",
        ('*', _) => "star",
        ('#', _) => "hash",
        (digit, _) => return digit.to_string(),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Moment {
        Moment { since_start: Duration::from_millis(ms), unix_ms: 0 }
    }

    fn answered() -> MemberCall {
        let plan = ForMembers {
            targets: vec!["anna".into(), "ben".into()],
            ring_ms: 10_000,
            wait_ms: 2_000,
            who: "Nord & Sons".into(),
            opt_out_key: Some('9'),
        };
        let mut call = MemberCall::new(plan, "en".into());
        call.handle(at(0), &CallEvent::Started);
        assert_eq!(call.poll_command(), None, "nobody is rung before there is somebody to talk to");
        call.handle(at(1_000), &CallEvent::Answered);
        call
    }

    fn commands(call: &mut MemberCall) -> Vec<CallCommand> {
        std::iter::from_fn(|| call.poll_command()).collect()
    }

    fn ended(outcome: TransferOutcome) -> CallEvent {
        CallEvent::TransferEnded { outcome }
    }

    fn result(value: Value) -> CallCommand {
        CallCommand::Remember { key: "result".into(), value }
    }

    #[test]
    fn a_member_has_the_call_and_nothing_was_dropped() {
        let mut call = answered();
        let begun = commands(&mut call);
        assert_eq!(begun[0], result("dropped".into()), "as long as nobody talks");
        assert!(matches!(&begun[1], CallCommand::Transfer(settings) if settings.targets == ["anna", "ben"]));
        call.handle(at(3_000), &CallEvent::TransferAnswered { target: "anna".into() });
        assert_eq!(commands(&mut call), [result(Value::Null)]);
        call.handle(at(60_000), &ended(TransferOutcome::Completed));
        assert_eq!(commands(&mut call), [CallCommand::Hangup { cause: HangupCause::Normal }]);
    }

    #[test]
    fn who_finds_all_busy_waits_for_two_seconds_and_then_hears_an_apology_with_a_way_out() {
        let mut call = answered();
        commands(&mut call);
        let mut now = 1_000;
        let mut tries = 0;
        loop {
            call.handle(at(now), &ended(TransferOutcome::Busy));
            let Some(next) = call.poll_timeout() else { break };
            now = u64::try_from(next.as_millis()).unwrap();
            call.handle_timeout(at(now));
            assert!(matches!(commands(&mut call)[..], [CallCommand::Transfer(_)]));
            tries += 1;
        }
        assert_eq!((now, tries), (3_000, 8));
        let said = commands(&mut call);
        let [CallCommand::Play { items, .. }] = &said[..] else { panic!("{said:?}") };
        let [PromptItem::Say { text, .. }] = &items[..] else { panic!("{items:?}") };
        assert!(text.contains("Nord &amp; Sons") && text.contains("press 9"), "{text}");
        let over = CallEvent::PlaybackEnded { playback: SORRY, end: call_model::PlaybackEnd::Finished, played_ms: 9 };
        call.handle(at(12_000), &over);
        assert_eq!(commands(&mut call), [], "there is time for the key");
        call.handle_timeout(at(17_000));
        assert_eq!(commands(&mut call), [CallCommand::Hangup { cause: HangupCause::Normal }]);
    }

    #[test]
    fn a_phone_that_nobody_takes_is_not_rung_for_ever() {
        let mut call = answered();
        commands(&mut call);
        call.handle(at(11_000), &ended(TransferOutcome::NoAnswer));
        assert!(matches!(commands(&mut call)[..], [CallCommand::Play { .. }]));
    }

    #[test]
    fn the_apology_is_said_in_five_languages_and_what_is_to_be_said_is_understood() {
        let mut texts: Vec<String> =
            ["de", "en", "es", "fr", "it"].iter().map(|language| apology(language, "Nord", Some('#'))).collect();
        texts.dedup();
        assert_eq!(texts.len(), 5);
        assert!(texts.iter().all(|text| text.contains("Nord") && !text.contains("KEY") && !text.contains("WHO")));
        for language in ["de", "en", "es", "fr", "it"] {
            let way = way_out(language, None);
            let words = way.rsplit_once(':').unwrap().1;
            assert!(permission::asks_to_stop(words, language), "{words}");
        }
    }
}
