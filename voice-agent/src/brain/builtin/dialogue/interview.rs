//! An interview under way: questions in order, answers checked and corrected, the tools told.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::super::interview::{Interview, Kind, Question};
use super::super::lexicon::Intent;
use super::super::parse;
use super::super::words::{Word, find, key};
use super::Turn;
use super::form::join;
use super::state::{Pending, Waiting};

/// How sure a wish must be to interrupt; in more than a few words.
const SURE: f32 = 0.75;
const CERTAIN: f32 = 0.85;
const FEW: usize = 6;
/// A question that was asked so often in vain is left out.
const MOST_TRIES: usize = 3;
/// The longest answer, characters.
const LONGEST: usize = 1_000;

/// How far an interview has come.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Talk {
    /// Which one.
    pub id: String,
    /// The question that is open.
    pub at: usize,
    /// How often it was asked in vain.
    pub tries: usize,
    /// Answers by the ids of their questions.
    pub answers: Map<String, Value>,
}

impl Turn<'_> {
    fn interview(&self, id: &str) -> Option<Interview> {
        self.room.interviews.iter().find(|interview| interview.id == id).cloned()
    }

    /// The caller's answer to the agent's own first question, where an interview hangs on it.
    pub(super) fn agreed(&mut self) -> Option<String> {
        let state = &self.state;
        if state.interviewed || state.form.is_some() || state.pending.is_some() {
            return None;
        }
        let interview = self.room.interviews.iter().find(|interview| interview.when_agreed).cloned()?;
        match self.lexicon().verdict(&self.words) {
            Some((true, _)) => Some(self.begin_interview(&interview.id, "")),
            Some((false, _)) => {
                self.state.interviewed = true;
                let declined = interview.declined.clone().unwrap_or_else(|| self.say("all_right"));
                let bye = self.goodbye();
                Some(join(&declined, &bye))
            }
            None => None,
        }
    }

    /// Asks the first question, after `lead`.
    pub(super) fn begin_interview(&mut self, id: &str, lead: &str) -> String {
        let Some(interview) = self.interview(id) else { return lead.to_owned() };
        (self.state.form, self.state.pending, self.state.interviewed) = (None, None, true);
        self.state.interview = Some(Talk { id: id.to_owned(), at: 0, tries: 0, answers: Map::new() });
        join(lead, &interview.questions[0].ask)
    }

    /// The question that is open, again.
    pub(super) fn ask_interview_again(&mut self) -> String {
        let Some((_, question)) = self.open_question() else { return self.say("anything_else") };
        question.again.unwrap_or(question.ask)
    }

    fn open_question(&mut self) -> Option<(Interview, Question)> {
        let talk = self.state.interview.clone()?;
        let found = self.interview(&talk.id).and_then(|interview| {
            let question = interview.questions.get(talk.at).cloned()?;
            Some((interview, question))
        });
        if found.is_none() {
            self.state.interview = None;
        }
        found
    }

    /// The caller said something while a question is open.
    pub(super) fn in_interview(&mut self) -> String {
        let Some((interview, question)) = self.open_question() else { return self.free() };
        let fits = question.kind != Kind::Text && self.read_answer(&question, &self.words, &self.text).is_some();
        if let Some(text) = self.interview_interruption(&question, fits) {
            return text;
        }
        if let Some(text) = self.correct_answer(&interview, &question) {
            return text;
        }
        let text = self.text.clone();
        match self.read_answer(&question, &self.words.clone(), &text) {
            Some(answer) => self.answered(&interview, &question, answer),
            None => self.no_answer(&interview, question),
        }
    }

    /// Wishes that go before a question. Open words are an answer, whatever else they may mean, unless they are few or
    /// certainly meant. `fits`: they are an answer too.
    fn interview_interruption(&mut self, question: &Question, fits: bool) -> Option<String> {
        let open = question.kind == Kind::Text;
        let wish = self.wish(if open && self.words.len() > FEW { CERTAIN } else { SURE })?;
        let leaves = matches!(wish, Intent::Person | Intent::Cancel | Intent::Goodbye | Intent::StopCalling);
        if fits && !leaves {
            return None;
        }
        Some(match wish {
            Intent::Repeat => self.state.said.clone(),
            Intent::Wait => self.say("wait"),
            Intent::Slower => join(&self.say("slower"), &self.state.said),
            Intent::Person => {
                self.state.interview = None;
                self.put_through()
            }
            Intent::Cancel => {
                self.state.interview = None;
                self.state.pending = Some(Pending::AnythingElse);
                self.say("dropped")
            }
            Intent::Goodbye => {
                self.state.interview = None;
                self.goodbye()
            }
            Intent::StopCalling => {
                self.state.interview = None;
                self.ask_to_stop()
            }
            Intent::Robot if !open => join(&self.say_as("robot", 0, &[("name", "")]), &question.ask),
            _ => return None,
        })
    }

    /// "No, I meant eight": the answer before is set right, and the open question stays.
    fn correct_answer(&mut self, interview: &Interview, open: &Question) -> Option<String> {
        let talk = self.state.interview.as_ref()?;
        let before = interview.questions.get(talk.at.checked_sub(1)?)?.clone();
        let taken = self.lexicon().repair(&self.words);
        if taken == 0 || taken >= self.words.len() || before.kind == Kind::Text {
            return None;
        }
        let words: Vec<Word> = self.words[taken..].to_vec();
        // What answers the open question too is meant for that.
        if open.kind == before.kind && open.kind == Kind::Number {
            return None;
        }
        let text = self.text[words[0].place.start..].to_owned();
        let answer = self.read_answer(&before, &words, &text)?;
        if self.keep_answer(interview, &before, answer) {
            self.state.waiting = Some(Waiting::Answer(false));
            return Some(String::new());
        }
        Some(join(&self.say("skipped"), &open.ask))
    }

    /// What the words answer; `None` when they do not fit.
    fn read_answer(&self, question: &Question, words: &[Word], text: &str) -> Option<Value> {
        match question.kind {
            Kind::Text => {
                let text: String = text.trim().chars().take(LONGEST).collect();
                (!text.is_empty()).then(|| text.into())
            }
            Kind::Number => {
                let (from, to) = question.bounds();
                let found = (0..words.len()).find_map(|at| parse::cardinal(self.language, &words[at..]));
                found.map(|(number, _)| number).filter(|number| (from..=to).contains(number)).map(Value::from)
            }
            Kind::Digits => {
                let digits = parse::phone(self.language, words);
                let spoken = (0..words.len()).find_map(|at| parse::cardinal(self.language, &words[at..]));
                // "Twenty one" is a number, "two one" are digits.
                match (digits.parse::<u64>(), spoken) {
                    (Ok(number), _) if digits.len() > 1 => Some(number.into()),
                    (_, Some((number, _))) => Some(number.into()),
                    (Ok(number), None) => Some(number.into()),
                    (Err(_), None) => None,
                }
            }
            Kind::Choice => {
                let longest = |phrases: &Vec<String>| {
                    let keys = phrases.iter().map(|phrase| key(phrase));
                    keys.filter(|phrase| find(words, phrase).is_some()).map(|phrase| phrase.len()).max()
                };
                let rated = question.choices.iter().filter_map(|(value, phrases)| Some((longest(phrases)?, value)));
                rated.max_by_key(|(length, _)| *length).map(|(_, value)| value.clone().into())
            }
            Kind::Name => {
                let refused = matches!(self.lexicon().verdict(words), Some((false, _)));
                parse::name(self.language, text, words).filter(|_| !refused).map(Value::from)
            }
        }
    }

    /// Keeps an answer. Whether a tool is told of it.
    fn keep_answer(&mut self, interview: &Interview, question: &Question, answer: Value) -> bool {
        let mut told = false;
        if let Some(tool) = &interview.each {
            let words = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
            let mut arguments = json!({ "question": question.id, "answer": words });
            if answer.is_number() {
                arguments["score"] = answer.clone();
            }
            told = self.call_tool(tool, arguments);
        }
        if let Some(talk) = &mut self.state.interview {
            talk.answers.insert(question.id.clone(), answer);
        }
        told
    }

    /// An answer was written down.
    pub(super) fn answer_kept(&mut self, goes_on: bool) -> String {
        let Some((interview, question)) = self.open_question() else { return self.say("anything_else") };
        if goes_on { self.next_question(&interview, "") } else { join(&self.say("skipped"), &question.ask) }
    }

    /// The caller goes on before an answer was written down: what he says belongs to the next question.
    pub(super) fn pass_question(&mut self) {
        if let Some(talk) = &mut self.state.interview {
            talk.at += 1;
            talk.tries = 0;
        }
    }

    fn answered(&mut self, interview: &Interview, question: &Question, answer: Value) -> String {
        if self.keep_answer(interview, question, answer) {
            self.state.waiting = Some(Waiting::Answer(true));
            return String::new();
        }
        self.next_question(interview, "")
    }

    fn next_question(&mut self, interview: &Interview, lead: &str) -> String {
        self.state.misses = 0;
        let Some(talk) = &mut self.state.interview else { return lead.to_owned() };
        talk.at += 1;
        talk.tries = 0;
        if let Some(next) = interview.questions.get(talk.at) {
            return join(lead, &next.ask);
        }
        let answers = std::mem::take(&mut talk.answers);
        let id = talk.id.clone();
        let Some(tool) = &interview.tool else {
            self.state.interview = None;
            return join(lead, &self.interview_over(interview, &Value::Null));
        };
        let mut arguments: Map<String, Value> =
            interview.with.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        arguments.extend(answers);
        self.state.interview = None;
        self.state.waiting = Some(Waiting::Interview(id.clone()));
        if self.call_tool(tool, Value::Object(arguments)) {
            lead.to_owned()
        } else {
            self.interview_done(&id, false, &Value::Null)
        }
    }

    fn no_answer(&mut self, interview: &Interview, question: Question) -> String {
        let refuses = matches!(self.lexicon().verdict(&self.words), Some((false, _)));
        let tries = self.state.interview.as_mut().map_or(0, |talk| {
            talk.tries += 1;
            talk.tries
        });
        if refuses || tries >= MOST_TRIES {
            let lead = self.say("skipped");
            return self.next_question(interview, &lead);
        }
        question.again.unwrap_or(question.ask)
    }

    /// The tool at the end has given this back.
    pub(super) fn interview_done(&mut self, id: &str, done: bool, result: &Value) -> String {
        let Some(interview) = self.interview(id) else { return self.say("anything_else") };
        if !done {
            self.state.pending = Some(Pending::AnythingElse);
            return interview.failed.clone().unwrap_or_else(|| self.say("not_taken"));
        }
        if interview.put_through_if.as_ref().is_some_and(|name| result[name.as_str()] == true) {
            return self.put_through();
        }
        self.interview_over(&interview, result)
    }

    fn interview_over(&mut self, interview: &Interview, result: &Value) -> String {
        let text = filled(&interview.done, result);
        if interview.hang_up {
            let bye = self.goodbye();
            return join(&text, &bye);
        }
        self.state.pending = Some(Pending::AnythingElse);
        if text.ends_with('?') { text } else { join(&text, &self.say_as("anything_else", 0, &[])) }
    }

    /// Calls a tool; whether the agent has it.
    fn call_tool(&mut self, name: &str, arguments: Value) -> bool {
        let known = self.request.tools.iter().any(|tool| tool.name == name);
        if known {
            self.calls.push((name.to_owned(), arguments));
        }
        known
    }
}

/// A text with the values of a result.
fn filled(text: &str, result: &Value) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((path, after)) = after.split_once('}') else { break };
        out.push_str(before);
        let found = path.split('.').try_fold(result, |value, part| match part.parse::<usize>() {
            Ok(at) => value.get(at),
            Err(_) => value.get(part),
        });
        match found {
            Some(Value::String(text)) => out.push_str(text),
            Some(Value::Null) | None => {}
            Some(other) => out.push_str(&other.to_string()),
        }
        rest = after;
    }
    out.push_str(rest);
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_told() {
        let result = json!({ "ticket": 12, "tickets": [{ "state": "open", "answer": null }] });
        assert_eq!(filled("Number {ticket}, {tickets.0.state}. {tickets.0.answer}", &result), "Number 12, open.");
        assert_eq!(filled("{tickets.1.state}{", &result), "{");
    }
}
