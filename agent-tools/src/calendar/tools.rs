//! The calendar as an agent's tools. They reach the caller's own appointments only.

use call_model::{AppointmentId, ToolFailure, ToolRequest, ToolSpec};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::civil::{Date, DateTime, Time};
use serde_json::{Map, Value, json};
use store::{AppointmentFilter, AppointmentRecord, AppointmentState, ContactRecord};

use super::{DayPart, Desk, DeskError, Order, Slot, Wish};
use crate::Tool;
use crate::caller::{self, Right, invalid, needs_pin, refused, text};

/// Times that are offered at once.
const OFFERED: usize = 3;
/// Appointments that are listed.
const LISTED: u32 = 10;
/// The longest note and name, characters.
const MAX_NOTE: usize = 1_000;
const MAX_NAME: usize = 120;
/// Tools that give an appointment its time, or tell of it: what they gave no longer holds once it is moved or cancelled.
const GIVE_A_TIME: &[&str] = &["book_appointment", "reschedule_appointment", "send_confirmation"];
/// Tools that mean the caller's only appointment where none is named: that is another one once one is booked.
const MEAN_THE_ONLY_ONE: &[&str] = &["cancel_appointment", "reschedule_appointment", "send_confirmation"];

impl From<DeskError> for ToolFailure {
    fn from(error: DeskError) -> Self {
        match &error {
            DeskError::NoSeat(_) => Self::Invalid { message: error.to_string() },
            DeskError::Taken | DeskError::Unknown | DeskError::Cancelled => {
                Self::Refused { message: error.to_string() }
            }
            DeskError::Books(source) => caller::failed(source),
        }
    }
}

/// What each of the tools can do with the desk.
impl Desk {
    /// Services as a model chooses among them: `key` is what it says, the text what callers say.
    fn service_property(&self, language: &str) -> Value {
        let services = &self.plan().booking().services;
        let keys: Vec<&str> = services.iter().map(|service| service.key.as_str()).collect();
        let told: Vec<String> = services
            .iter()
            .map(|service| {
                let also = service.also.iter().find(|(tag, _)| same_language(tag, language)).map(|(_, also)| also);
                let also = also
                    .filter(|also| !also.is_empty())
                    .map_or_else(String::new, |also| format!(" (also called {})", also.join(", ")));
                let minutes = service.duration.as_secs() / 60;
                format!("`{}`: {}{also}, {minutes} minutes", service.key, service.name.get(language, "en"))
            })
            .collect();
        json!({ "type": "string", "enum": keys, "description": format!("Which service. {}", told.join("; ")) })
    }

    /// Whom to go to; `None` where there is no choice.
    fn person_property(&self, language: &str) -> Option<Value> {
        let persons = &self.plan().booking().persons;
        if persons.len() < 2 {
            return None;
        }
        let keys: Vec<&str> = persons.iter().map(|person| person.key.as_str()).collect();
        let told: Vec<String> =
            persons.iter().map(|person| format!("`{}`: {}", person.key, person.name.get(language, "en"))).collect();
        let about = format!("Only if the caller wants a certain person. {}", told.join("; "));
        Some(json!({ "type": "string", "enum": keys, "description": about }))
    }

    fn spec(
        &self,
        name: &str,
        about: &str,
        language: &str,
        mut properties: Map<String, Value>,
        required: &[&str],
    ) -> ToolSpec {
        if let Some(person) = self.person_property(language).filter(|_| properties.contains_key("person")) {
            properties.insert("person".to_owned(), person);
        } else {
            properties.shift_remove("person");
        }
        let parameters = json!({ "type": "object", "properties": properties, "required": required,
            "additionalProperties": false });
        ToolSpec { name: name.to_owned(), description: about.to_owned(), parameters }
    }

    /// An appointment as a model reads it.
    fn told(&self, record: &AppointmentRecord, language: &str) -> Value {
        let service = self.plan().service(&record.service).ok();
        let what = service.map_or(record.service.as_str(), |service| service.name.get(language, "en"));
        let mut told = self.told_time(&record.person, self.plan().local(record.starts_ms), language);
        let head = [("appointment", json!(record.id)), ("service", json!(record.service)), ("what", json!(what))];
        for (at, (key, value)) in head.into_iter().enumerate() {
            told.shift_insert(at, key.to_owned(), value);
        }
        Value::Object(told)
    }

    /// The same, with what was just done to it: `done` is the word for that.
    fn told_done(&self, done: &str, record: &AppointmentRecord, language: &str) -> Value {
        let mut told = self.told(record, language);
        told[done] = true.into();
        told
    }

    fn told_time(&self, person: &str, start: DateTime, language: &str) -> Map<String, Value> {
        let mut told = Map::new();
        told.insert("start".to_owned(), start.strftime("%Y-%m-%dT%H:%M").to_string().into());
        told.insert("weekday".to_owned(), start.strftime("%A").to_string().into());
        if self.plan().booking().persons.len() > 1 {
            let with = self.plan().person(person).map_or(person, |known| known.name.get(language, "en"));
            told.insert("person".to_owned(), person.into());
            told.insert("with".to_owned(), with.into());
        }
        told
    }

    /// The caller's appointments that are to come. Refused where the caller must be verified first.
    async fn mine(
        &self,
        request: &ToolRequest,
        me: Option<&ContactRecord>,
    ) -> Result<Vec<AppointmentRecord>, ToolFailure> {
        let base = AppointmentFilter {
            state: Some(AppointmentState::Booked),
            after_ms: Some(self.now_ms()),
            ..AppointmentFilter::default()
        };
        let list = async |filter: AppointmentFilter| {
            self.store().appointments(&filter, LISTED).await.map_err(|error| caller::failed(&error))
        };
        let mut found = list(AppointmentFilter { call: Some(request.call), ..base.clone() }).await?;
        let mut locked = false;
        if let Some(me) = me {
            for record in list(AppointmentFilter { contact: Some(me.id), ..base }).await? {
                match self.right(request, Some(me), &record) {
                    Right::Yes if !found.iter().any(|known| known.id == record.id) => found.push(record),
                    Right::NeedsPin => locked = true,
                    Right::Yes | Right::No => {}
                }
            }
        }
        if found.is_empty() && locked {
            return Err(needs_pin());
        }
        found.sort_by_key(|record| record.starts_ms);
        Ok(found)
    }

    fn right(&self, request: &ToolRequest, me: Option<&ContactRecord>, record: &AppointmentRecord) -> Right {
        let needs_pin = self.plan().business().privacy.appointments_need_pin;
        caller::right(request, me, record.contact, record.call, needs_pin)
    }

    /// The appointment that is meant: the one that is named, or the only one.
    pub(crate) async fn meant(&self, request: &ToolRequest) -> Result<AppointmentRecord, ToolFailure> {
        let me = caller::contact(self.store(), request).await?;
        if let Some(named) = text(request, "appointment") {
            let unknown = || ToolFailure::from(DeskError::Unknown);
            let id: AppointmentId = named.parse().map_err(|_| unknown())?;
            let record = self.store().appointment(id).await.map_err(|error| caller::failed(&error))?;
            let record = record.ok_or_else(unknown)?;
            return match self.right(request, me.as_ref(), &record) {
                Right::Yes => Ok(record),
                Right::NeedsPin => Err(needs_pin()),
                // Whether there is one of somebody else's is not told.
                Right::No => Err(unknown()),
            };
        }
        let mut mine = self.mine(request, me.as_ref()).await?;
        match mine.len() {
            0 => Err(refused("the caller has no appointment to come: offer to book one")),
            1 => Ok(mine.remove(0)),
            _ => Err(invalid("the caller has several: ask which one, and give its `appointment` of my_appointments")),
        }
    }
}

fn same_language(tag: &str, language: &str) -> bool {
    let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    primary(tag) == primary(language)
}

fn day(request: &ToolRequest, name: &str) -> Result<Option<Date>, ToolFailure> {
    let Some(text) = text(request, name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| invalid(format!("`{name}` is a day such as 2026-11-24")))
}

fn start(request: &ToolRequest) -> Result<DateTime, ToolFailure> {
    let text = text(request, "start").unwrap_or_default();
    let right = || invalid("`start` is a time of find_slots such as 2026-11-24T14:00, at the business");
    let start: DateTime = text.parse().map_err(|_| right())?;
    start.round(jiff::Unit::Minute).map_err(|_| right())
}

fn clipped(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(most).collect()
}

fn properties(pairs: Vec<(&str, Value)>) -> Map<String, Value> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn string(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn start_property() -> Value {
    string("When it begins: `start` of find_slots, as YYYY-MM-DDTHH:MM")
}

fn appointment_property() -> Value {
    string("Which appointment: `appointment` of my_appointments; may be left out when the caller has one")
}

/// Finds free times.
pub struct FindSlots(pub Desk);

impl Tool for FindSlots {
    fn spec(&self, language: &str) -> ToolSpec {
        let properties = properties(vec![
            ("service", self.0.service_property(language)),
            (
                "date",
                json!({ "type": "string", "format": "date", "description":
                "The day that the caller would like, as YYYY-MM-DD; left out: as soon as possible" }),
            ),
            (
                "until",
                json!({ "type": "string", "format": "date", "description":
                "The last day that would do, where several would" }),
            ),
            (
                "part",
                json!({ "type": "string", "enum": ["morning", "afternoon", "evening"],
                "description": "Part of the day" }),
            ),
            (
                "time",
                json!({ "type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$",
                "description": "Time of the day, as HH:MM" }),
            ),
            ("person", Value::Null),
            ("appointment", string("When an appointment is moved: which, so that its own time counts as free")),
        ]);
        let about = "Finds free times in the calendar. Offer two or three of them to the caller. Never name a time \
                     that it did not give.";
        self.0.spec("find_slots", about, language, properties, &["service"])
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let wish = Wish {
                service: text(&request, "service").unwrap_or_default(),
                person: text(&request, "person"),
                from: day(&request, "date")?,
                until: day(&request, "until")?,
                part: text(&request, "part").and_then(|word| DayPart::from_word(&word)),
                at: text(&request, "time").and_then(|time| time.parse::<Time>().ok()),
            };
            let but = match text(&request, "appointment") {
                Some(_) => Some(self.0.meant(&request).await?.id),
                None => None,
            };
            let found = self.0.find(&wish, OFFERED, but).await?;
            let told = |slot: &Slot| Value::Object(self.0.told_time(&slot.person, slot.start, &request.language));
            let slots: Vec<Value> = found.slots.iter().map(told).collect();
            let mut result = json!({ "slots": slots, "as_wished": found.exact });
            if found.slots.is_empty() {
                result["note"] = "nothing is free as far ahead as can be booked: offer to take a message".into();
            } else if !found.exact {
                result["note"] = "nothing is free as wished: say so, and offer these".into();
            }
            Ok(result)
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        false
    }
}

/// Books an appointment.
pub struct BookAppointment(pub Desk);

impl Tool for BookAppointment {
    fn spec(&self, language: &str) -> ToolSpec {
        let properties = properties(vec![
            ("service", self.0.service_property(language)),
            ("start", start_property()),
            ("person", Value::Null),
            ("name", string("The caller's name: ask for it")),
            ("phone", string("A number to reach the caller by, if it is another one than he calls from")),
            ("note", string("What the business should know of it")),
        ]);
        let about = "Books an appointment. First read service, day, time and name back to the caller and wait for his \
                     yes. It is booked only if this succeeds.";
        self.0.spec("book_appointment", about, language, properties, &["service", "start", "name"])
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let start = start(&request)?;
            let me = caller::contact(self.0.store(), &request).await?;
            let order = Order {
                service: text(&request, "service").unwrap_or_default(),
                start,
                person: text(&request, "person"),
                contact: me.map(|me| me.id),
                call: Some(request.call),
                name: text(&request, "name").map(|name| clipped(&name, MAX_NAME)),
                phone: text(&request, "phone").map(|phone| clipped(&phone, MAX_NAME)),
                language: Some(request.language.clone()),
                note: clipped(&text(&request, "note").unwrap_or_default(), MAX_NOTE),
                once: Some(request.once.clone()),
            };
            let record = self.0.book(order).await?;
            Ok(self.0.told_done("booked", &record, &request.language))
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        true
    }

    fn repeats_safely(&self) -> bool {
        true
    }

    fn undoes(&self) -> &[&str] {
        MEAN_THE_ONLY_ONE
    }
}

/// Moves an appointment.
pub struct RescheduleAppointment(pub Desk);

impl Tool for RescheduleAppointment {
    fn spec(&self, language: &str) -> ToolSpec {
        let properties = properties(vec![
            ("appointment", appointment_property()),
            ("start", start_property()),
            ("person", Value::Null),
        ]);
        let about = "Gives an appointment of the caller another time, in one step. Find free times with find_slots \
                     first, read the new time back and wait for his yes.";
        self.0.spec("reschedule_appointment", about, language, properties, &["start"])
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let start = start(&request)?;
            let before = self.0.meant(&request).await?;
            let record = self.0.reschedule(before.id, start, text(&request, "person").as_deref()).await?;
            Ok(self.0.told_done("moved", &record, &request.language))
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        true
    }

    fn repeats_safely(&self) -> bool {
        true
    }

    fn undoes(&self) -> &[&str] {
        GIVE_A_TIME
    }
}

/// Cancels an appointment.
pub struct CancelAppointment(pub Desk);

impl Tool for CancelAppointment {
    fn spec(&self, language: &str) -> ToolSpec {
        let properties = properties(vec![("appointment", appointment_property())]);
        let about = "Cancels an appointment of the caller. Say which one it is and wait for his yes.";
        self.0.spec("cancel_appointment", about, language, properties, &[])
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let before = self.0.meant(&request).await?;
            let record = self.0.cancel(before.id).await?;
            Ok(self.0.told_done("cancelled", &record, &request.language))
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        true
    }

    fn repeats_safely(&self) -> bool {
        true
    }

    fn undoes(&self) -> &[&str] {
        GIVE_A_TIME
    }
}

/// Lists the caller's appointments.
pub struct MyAppointments(pub Desk);

impl Tool for MyAppointments {
    fn spec(&self, language: &str) -> ToolSpec {
        let about = "Lists the caller's own appointments that are to come.";
        self.0.spec("my_appointments", about, language, Map::new(), &[])
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let me = caller::contact(self.0.store(), &request).await?;
            let mine = self.0.mine(&request, me.as_ref()).await?;
            let told: Vec<Value> = mine.iter().map(|record| self.0.told(record, &request.language)).collect();
            Ok(json!({ "appointments": told }))
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        false
    }
}
