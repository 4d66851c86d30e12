//! What holds for calls that we make by ourselves: their rules by purpose, what the books say of a number, and how
//! whoever is called says no.

use std::collections::VecDeque;
use std::time::Duration;

use call_model::{CallApp, CallCommand, CallEvent, HangupCause, Moment, PlaybackId, PromptItem};
use permission::{Attempt, Consent, Facts, Place, Purpose, Reason, Rules, Verdict, decide};
use store::{Standing, Store, StoreError};

/// Rules of the house for calls that we make by ourselves.
#[derive(Debug, Clone)]
pub struct Outreach {
    rules: [Rules; Purpose::ALL.len()],
    /// The key that opts out in every such call, unless its app has given it a meaning of its own; `None`: none.
    pub opt_out_key: Option<char>,
    /// Whether it is heeded when somebody says so.
    pub opt_out_by_voice: bool,
}

impl Default for Outreach {
    fn default() -> Self {
        Self { rules: Purpose::ALL.map(Rules::new), opt_out_key: Some('9'), opt_out_by_voice: true }
    }
}

impl Outreach {
    /// Sets the rules for a purpose.
    pub fn set_rules(&mut self, purpose: Purpose, rules: Rules) {
        self.rules[purpose as usize] = rules;
    }

    /// Rules that let every call pass but those to who said no: for tests, at whatever hour they run.
    #[must_use]
    pub fn at_any_time() -> Self {
        let rules = |purpose| Rules {
            window: None,
            country_hours: false,
            holidays: false,
            caps: permission::Caps::default(),
            ring_s: 0,
            pause_after_dropped_days: 0,
            ..Rules::new(purpose)
        };
        Self { rules: Purpose::ALL.map(rules), ..Self::default() }
    }

    /// The rules for a purpose.
    pub fn rules(&self, purpose: Purpose) -> &Rules {
        &self.rules[purpose as usize]
    }
}

/// Where whoever is called is, as whoever places the call knows it: each goes before what the books and the number say.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Whereabouts {
    /// The time zone, by its name in the IANA database.
    pub zone: Option<String>,
    /// The country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The region within it.
    pub region: Option<String>,
}

impl std::fmt::Debug for Whereabouts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Whereabouts")
    }
}

/// What the books say of a number, as the gate wants it.
#[derive(Debug, Clone)]
pub struct Known {
    place: Place,
    suppressed: bool,
    do_not_call: bool,
    consent: Consent,
    attempts: Vec<Attempt>,
}

impl Known {
    /// Reads it.
    pub async fn read(store: &Store, number: &str, purpose: Purpose, now_ms: i64) -> Result<Self, StoreError> {
        let standing = store.standing(number, purpose.as_str(), now_ms).await?;
        Ok(Self::of(&standing, purpose, now_ms))
    }

    /// The same for somebody of whom it is known where they are.
    pub async fn read_at(
        store: &Store,
        (number, whereabouts): (&str, &Whereabouts),
        purpose: Purpose,
        now_ms: i64,
    ) -> Result<Self, StoreError> {
        let standing = store.standing(number, purpose.as_str(), now_ms).await?;
        Ok(Self::of(&placed(standing, whereabouts), purpose, now_ms))
    }

    /// From what the books gave.
    pub fn of(standing: &Standing, purpose: Purpose, now_ms: i64) -> Self {
        let Standing { number, time_zone, country, region, .. } = standing;
        let place = Place::new(number, time_zone.as_deref(), country.as_deref(), region.as_deref());
        let consent = standing.consent.as_ref().map_or(Consent::Unknown, |consent| {
            let withdrawn = consent.withdrawn_ms.is_some_and(|at| at <= now_ms);
            match consent.state {
                _ if consent.holds(now_ms) => Consent::Given,
                store::ConsentState::Refused => Consent::Withdrawn,
                _ if withdrawn => Consent::Withdrawn,
                _ => Consent::Unknown,
            }
        });
        let counts = |of: &Option<String>| purpose.counts(of.as_deref().and_then(|of| of.parse().ok()));
        let attempts = standing.attempts.iter().filter(|attempt| !attempt.by_member && counts(&attempt.purpose));
        Self {
            // What somebody wrote wrongly tells nothing.
            place: place.unwrap_or_else(|_| Place::of_number(number)),
            suppressed: standing.suppressed.is_some(),
            do_not_call: !standing.do_not_call.is_empty(),
            consent,
            attempts: attempts
                .filter_map(|attempt| {
                    let at = jiff::Timestamp::from_millisecond(attempt.at_ms).ok()?;
                    Some(Attempt { at, dropped: attempt.dropped })
                })
                .collect(),
        }
    }

    /// The same for a contact whose field says that they do not want to be called.
    pub(crate) fn or_suppressed(self, suppressed: bool) -> Self {
        Self { suppressed: self.suppressed || suppressed, ..self }
    }

    /// Whether they said no.
    pub const fn is_suppressed(&self) -> bool {
        self.suppressed
    }

    /// Whether the number may be called at this time.
    pub fn decide(&self, purpose: Purpose, rules: &Rules, now_ms: i64) -> Verdict {
        let Ok(now) = jiff::Timestamp::from_millisecond(now_ms) else {
            return Verdict::Never { reason: Reason::NoWindow };
        };
        let facts = Facts {
            place: &self.place,
            suppressed: self.suppressed,
            do_not_call: self.do_not_call,
            consent: self.consent,
            attempts: &self.attempts,
            // A campaign counts its own attempts before it dials.
            campaign_attempts: 0,
        };
        decide(purpose, &facts, rules, now)
    }
}

/// What the books gave, where it is known where they are.
fn placed(standing: Standing, whereabouts: &Whereabouts) -> Standing {
    let Whereabouts { zone, country, region } = whereabouts.clone();
    Standing {
        time_zone: zone.or(standing.time_zone),
        country: country.or(standing.country),
        region: region.or(standing.region),
        ..standing
    }
}

/// Has the call of somebody who said no: it confirms that, and ends the call.
#[derive(Debug)]
pub(crate) struct Farewell {
    commands: VecDeque<CallCommand>,
}

/// The name of its only playback: high, so that no event of the app before is taken for it.
const FAREWELL: PlaybackId = PlaybackId(u32::MAX - 2);

impl Farewell {
    pub(crate) fn new(language: &str) -> Self {
        let items = vec![PromptItem::Say { text: farewell(language).into(), language: language.into(), voice: None }];
        let commands = VecDeque::from([
            CallCommand::CancelTransfer,
            CallCommand::StopPlaying { playback: None },
            CallCommand::Play { playback: FAREWELL, items, repeat: false },
        ]);
        Self { commands }
    }
}

/// What whoever said no hears, once it is in the books.
pub(crate) fn farewell(language: &str) -> &'static str {
    match language.get(..2).unwrap_or_default() {
        "de" => "In Ordnung. Das ist notiert: Wir rufen Sie nicht mehr an. Auf Wiederhören.",
        "es" => "De acuerdo. Queda anotado: no volveremos a llamarle. Adiós.",
        "fr" => "C'est entendu et c'est noté : nous ne vous appellerons plus. Au revoir.",
        "it" => "Va bene. È annotato: non la chiameremo più. Arrivederci.",
        _ => "All right. That is noted: we will not call you again. Goodbye.",
    }
}

impl CallApp for Farewell {
    fn handle(&mut self, _now: Moment, event: &CallEvent) {
        if matches!(event, CallEvent::PlaybackEnded { playback: FAREWELL, .. }) {
            self.commands.push_back(CallCommand::Hangup { cause: HangupCause::Normal });
        }
    }

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_command(&mut self) -> Option<CallCommand> {
        self.commands.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_768_388_400_000; // 2026-01-14, a Wednesday, 12:00 in Berlin

    fn attempt(purpose: Option<&str>, by_member: bool) -> store::AttemptRecord {
        store::AttemptRecord {
            call: store::fresh_id(NOON),
            at_ms: NOON - 3_600_000,
            answered: false,
            dropped: false,
            purpose: purpose.map(Into::into),
            by_member,
        }
    }

    fn standing(attempts: Vec<store::AttemptRecord>) -> Standing {
        Standing { number: "+4930901820".into(), region: Some("BE".into()), attempts, ..Standing::default() }
    }

    fn verdict(standing: &Standing, purpose: Purpose) -> Verdict {
        Known::of(standing, purpose, NOON).decide(purpose, Outreach::default().rules(purpose), NOON)
    }

    #[test]
    fn calls_by_hand_and_codes_take_no_place_from_automatic_ones() {
        let by_hand = standing(vec![attempt(None, true), attempt(None, true), attempt(Some("code"), false)]);
        assert_eq!(verdict(&by_hand, Purpose::Reminder), Verdict::Now);
        let automatic = standing(vec![attempt(Some("service"), false), attempt(None, false)]);
        assert_eq!(verdict(&automatic, Purpose::Reminder).reason(), Some(Reason::DayCap));
        assert_eq!(verdict(&automatic, Purpose::Code), Verdict::Now);
    }

    #[test]
    fn what_the_contact_says_of_the_zone_goes_before_the_number() {
        let tokyo = Standing { time_zone: Some("Asia/Tokyo".into()), ..standing(vec![]) };
        assert_eq!(verdict(&tokyo, Purpose::Service).reason(), Some(Reason::Window));
        let nonsense = Standing { time_zone: Some("Nowhere".into()), ..standing(vec![]) };
        assert_eq!(verdict(&nonsense, Purpose::Service), Verdict::Now);
    }

    #[test]
    fn what_a_campaign_says_of_the_zone_goes_before_the_books() {
        let tokyo = Whereabouts { zone: Some("Asia/Tokyo".into()), ..Whereabouts::default() };
        let berlin = Standing { time_zone: Some("Europe/Berlin".into()), ..standing(vec![]) };
        assert_eq!(verdict(&placed(berlin.clone(), &tokyo), Purpose::Service).reason(), Some(Reason::Window));
        assert_eq!(verdict(&placed(berlin, &Whereabouts::default()), Purpose::Service), Verdict::Now);
    }

    #[test]
    fn the_farewell_is_spoken_in_five_languages() {
        let mut texts = ["de", "en", "es", "fr", "it"].map(farewell).to_vec();
        texts.dedup();
        assert_eq!(texts.len(), 5);
        assert_eq!(farewell("tr"), farewell("en-GB"));
    }
}
