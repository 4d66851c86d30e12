//! What a recorder is told of a call: who takes part, and whose voice is in which stream
//! ([RFC 7865](https://www.rfc-editor.org/rfc/rfc7865)). Always whole, so that one message that is lost does no harm.

use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// Those who left are told of, the latest.
const MAX_LEFT: usize = 16;

/// An id: 128 bits in base64 (RFC 7865 section 6.10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Id(String);

impl Id {
    /// One of these random bits, marked as a UUID of version 4.
    pub fn new(high: u64, low: u64) -> Self {
        let mut bytes = ((u128::from(high) << 64) | u128::from(low)).to_be_bytes();
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Self(BASE64_STANDARD.encode(bytes))
    }
}

/// Somebody who takes part, as a recorder is shown them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// A SIP address.
    pub address: String,
    /// Whether it is whom the call is about: their voice is the first stream, and what they hear the second.
    pub is_caller: bool,
    /// Whether they are heard and hear now: either ends while somebody holds.
    pub sends: bool,
    /// See `sends`.
    pub receives: bool,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("is_caller", &self.is_caller).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Participant {
    id: Id,
    person: Person,
    joined_ms: i64,
    left_ms: Option<i64>,
}

/// All that is told of a call.
#[derive(Debug)]
pub(crate) struct Metadata {
    session: Id,
    /// What is heard from the caller, and what the caller hears.
    streams: [Id; 2],
    call: String,
    started_ms: i64,
    participants: Vec<Participant>,
}

impl Metadata {
    /// The labels of the streams, as the session description repeats them: the caller's voice, and what the caller hears.
    pub const LABELS: [&'static str; 2] = ["1", "2"];

    /// Of a call that nobody takes part in yet. `random` makes ids.
    pub fn new(call: &str, started_ms: i64, mut random: impl FnMut() -> u64) -> Self {
        let mut id = || Id::new(random(), random());
        let (session, streams) = (id(), [id(), id()]);
        Self { session, streams, call: call.to_owned(), started_ms, participants: Vec::new() }
    }

    /// These take part now: whoever else did has left. Whether anything changed.
    pub fn present(&mut self, people: &[Person], now_ms: i64, mut random: impl FnMut() -> u64) -> bool {
        let same = |participant: &Participant, person: &Person| {
            let known = &participant.person;
            participant.left_ms.is_none() && known.address == person.address && known.is_caller == person.is_caller
        };
        let mut changed = false;
        for gone in self.participants.iter_mut().filter(|it| it.left_ms.is_none()) {
            if !people.iter().any(|person| same(gone, person)) {
                gone.left_ms = Some(now_ms);
                changed = true;
            }
        }
        for person in people {
            match self.participants.iter_mut().find(|participant| same(participant, person)) {
                Some(known) if known.person == *person => {}
                Some(known) => {
                    known.person = person.clone();
                    changed = true;
                }
                None => {
                    let id = Id::new(random(), random());
                    let person = person.clone();
                    self.participants.push(Participant { id, person, joined_ms: now_ms, left_ms: None });
                    changed = true;
                }
            }
        }
        let left = self.participants.iter().filter(|it| it.left_ms.is_some()).count();
        if left > MAX_LEFT
            && let Some(oldest) = self.participants.iter().position(|it| it.left_ms.is_some())
        {
            self.participants.remove(oldest);
        }
        changed
    }

    /// The document.
    pub fn to_xml(&self) -> String {
        let mut xml = String::with_capacity(2_048);
        // Writing into a string does not fail.
        let _ = self.write(&mut xml);
        xml
    }

    /// In the order that the schema demands (RFC 7865 section 9).
    fn write(&self, xml: &mut String) -> fmt::Result {
        let Id(session) = &self.session;
        let started = time(self.started_ms);
        xml.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n");
        xml.push_str("<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">\r\n<datamode>complete</datamode>\r\n");
        write!(xml, "<session session_id=\"{session}\">\r\n<start-time>{started}</start-time>\r\n")?;
        write!(xml, "<call xmlns=\"urn:callwright:recording\">{}</call>\r\n</session>\r\n", Escaped(&self.call))?;
        for Participant { id: Id(id), person, .. } in &self.participants {
            write!(xml, "<participant participant_id=\"{id}\">\r\n")?;
            write!(xml, "<nameID aor=\"{}\"/>\r\n</participant>\r\n", Escaped(&person.address))?;
        }
        for (Id(stream), label) in self.streams.iter().zip(Self::LABELS) {
            write!(
                xml,
                "<stream stream_id=\"{stream}\" session_id=\"{session}\">\r\n<label>{label}</label>\r\n</stream>\r\n"
            )?;
        }
        write!(
            xml,
            "<sessionrecordingassoc session_id=\"{session}\">\r\n<associate-time>{started}</associate-time>\r\n"
        )?;
        xml.push_str("</sessionrecordingassoc>\r\n");
        for Participant { id: Id(id), joined_ms, left_ms, .. } in &self.participants {
            write!(xml, "<participantsessionassoc participant_id=\"{id}\" session_id=\"{session}\">\r\n")?;
            write!(xml, "<associate-time>{}</associate-time>\r\n", time(*joined_ms))?;
            if let Some(left) = left_ms {
                write!(xml, "<disassociate-time>{}</disassociate-time>\r\n", time(*left))?;
            }
            xml.push_str("</participantsessionassoc>\r\n");
        }
        for Participant { id: Id(id), person, .. } in self.participants.iter().filter(|it| it.left_ms.is_none()) {
            let [Id(first), Id(second)] = &self.streams;
            let (own, other) = if person.is_caller { (first, second) } else { (second, first) };
            write!(xml, "<participantstreamassoc participant_id=\"{id}\">\r\n")?;
            if person.sends {
                write!(xml, "<send>{own}</send>\r\n")?;
            }
            if person.receives {
                write!(xml, "<recv>{other}</recv>\r\n")?;
            }
            xml.push_str("</participantstreamassoc>\r\n");
        }
        xml.push_str("</recording>\r\n");
        Ok(())
    }
}

/// A moment as XML has it.
fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_string()
}

/// Text as it may stand in XML, without the characters that XML has no place for.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().filter(|it| !it.is_control() && !matches!(it, '\u{fffe}' | '\u{ffff}')).try_for_each(|it| {
            match it {
                '<' => f.write_str("&lt;"),
                '>' => f.write_str("&gt;"),
                '&' => f.write_str("&amp;"),
                '"' => f.write_str("&quot;"),
                '\'' => f.write_str("&apos;"),
                it => f.write_char(it),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter() -> impl FnMut() -> u64 {
        let mut next = 0;
        move || {
            next += 1;
            next
        }
    }

    fn person(address: &str, is_caller: bool) -> Person {
        Person { address: address.into(), is_caller, sends: true, receives: true }
    }

    /// The elements of that name: their attributes and their content.
    fn elements<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
        let (open, close) = (format!("<{name} "), format!("</{name}>"));
        xml.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap_or_default()).collect()
    }

    fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
        text.split(before).nth(1).and_then(|rest| rest.split(after).next()).unwrap_or_default()
    }

    #[test]
    fn each_voice_is_said_to_be_in_its_stream() {
        let mut random = counter();
        let mut metadata = Metadata::new("call-1", 0, &mut random);
        assert!(metadata.present(&[person("sip:anna@a", true), person("sip:us@b", false)], 1_000, &mut random));
        let xml = metadata.to_xml();
        let streams: Vec<_> = elements(&xml, "stream").iter().map(|it| between(it, "stream_id=\"", "\"")).collect();
        let labels: Vec<_> = elements(&xml, "stream").iter().map(|it| between(it, "<label>", "<")).collect();
        assert_eq!(labels, ["1", "2"]);
        let people: Vec<_> = elements(&xml, "participant");
        assert_eq!(people.iter().map(|it| between(it, "aor=\"", "\"")).collect::<Vec<_>>(), ["sip:anna@a", "sip:us@b"]);
        for (at, voice) in elements(&xml, "participantstreamassoc").into_iter().enumerate() {
            assert_eq!(between(voice, "participant_id=\"", "\""), between(people[at], "participant_id=\"", "\""));
            assert_eq!(between(voice, "<send>", "<"), streams[at]);
            assert_eq!(between(voice, "<recv>", "<"), streams[1 - at]);
        }
        // The order of the schema.
        let order = [
            "<datamode>",
            "<session ",
            "<participant ",
            "<stream ",
            "<sessionrecordingassoc ",
            "<participantsessionassoc ",
            "<participantstreamassoc ",
        ];
        let places: Vec<_> = order.iter().map(|name| xml.find(name).expect("an element")).collect();
        assert!(places.is_sorted(), "{xml}");
        assert!(xml.contains("<associate-time>1970-01-01T00:00:01Z</associate-time>"));
    }

    #[test]
    fn two_of_one_address_are_two() {
        let mut random = counter();
        let mut metadata = Metadata::new("c", 0, &mut random);
        let people = [person("sip:anonymous@a", true), person("sip:anonymous@a", false)];
        assert!(metadata.present(&people, 0, &mut random));
        for now in 1..10 {
            assert!(!metadata.present(&people, now, &mut random), "nothing has changed");
        }
        assert_eq!(elements(&metadata.to_xml(), "participantstreamassoc").len(), 2);
    }

    #[test]
    fn who_leaves_is_told_with_the_time_and_has_no_voice() {
        let mut random = counter();
        let mut metadata = Metadata::new("c", 0, &mut random);
        let (anna, us, ben) = (person("sip:anna@a", true), person("sip:us@b", false), person("sip:ben@b", false));
        metadata.present(&[anna.clone(), us.clone()], 0, &mut random);
        assert!(!metadata.present(&[anna.clone(), us], 5, &mut random), "nothing new");
        assert!(metadata.present(&[anna, ben], 2_000, &mut random));
        let xml = metadata.to_xml();
        assert_eq!(elements(&xml, "participant").len(), 3);
        let times = elements(&xml, "participantsessionassoc");
        assert_eq!(between(times[1], "<disassociate-time>", "<"), "1970-01-01T00:00:02Z");
        assert!(!times[0].contains("disassociate") && !times[2].contains("disassociate"));
        assert_eq!(elements(&xml, "participantstreamassoc").len(), 2);
    }

    #[test]
    fn who_holds_is_not_heard_and_those_who_left_are_few() {
        let mut random = counter();
        let mut metadata = Metadata::new("c", 0, &mut random);
        let held = Person { receives: false, ..person("sip:anna@a", true) };
        metadata.present(&[person("sip:anna@a", true)], 0, &mut random);
        assert!(metadata.present(&[held], 1, &mut random));
        let xml = metadata.to_xml();
        assert!(xml.contains("<send>") && !xml.contains("<recv>"), "{xml}");
        for n in 0..100 {
            metadata.present(&[person(&format!("sip:{n}@a"), true)], n, &mut random);
        }
        assert_eq!(metadata.participants.len(), MAX_LEFT + 1);
    }

    #[test]
    fn what_callers_choose_cannot_break_out() {
        let mut random = counter();
        let mut metadata = Metadata::new("c", 0, &mut random);
        metadata.present(&[person("sip:\"><x a='&\u{0}\r\n@a", true)], 0, &mut random);
        assert!(metadata.to_xml().contains("aor=\"sip:&quot;&gt;&lt;x a=&apos;&amp;@a\"/>"));
        assert!(!format!("{metadata:?}").contains("@a"));
    }

    #[test]
    fn ids_are_uuids_in_base64() {
        let Id(id) = Id::new(u64::MAX, u64::MAX);
        let bytes = BASE64_STANDARD.decode(id).expect("base64");
        assert_eq!((bytes.len(), bytes[6] >> 4, bytes[8] >> 6), (16, 4, 2));
    }
}
