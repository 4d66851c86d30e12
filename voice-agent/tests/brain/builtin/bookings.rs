//! Appointments, with a calendar that answers as the house's tools do.

use call_model::{ToolCall, ToolSpec};
use serde_json::{Value, json};

use super::{BRAIN, Talk, play_with};

fn tool(name: &str, properties: &Value) -> ToolSpec {
    let parameters = json!({ "type": "object", "properties": properties });
    ToolSpec { name: name.into(), description: "Does it.".into(), parameters }
}

fn slot(start: &str) -> Value {
    json!({ "start": start, "person": "weber", "with": "Doctor Weber" })
}

fn times(starts: &[&str], as_wished: bool) -> Value {
    json!({ "slots": starts.iter().map(|start| slot(start)).collect::<Vec<_>>(), "as_wished": as_wished })
}

fn appointment(id: &str, service: &str, what: &str, start: &str) -> Value {
    json!({ "appointment": id, "service": service, "what": what, "start": start })
}

/// A talk at a practice whose calendar answers so.
fn talk(language: &str, answer: impl FnMut(&ToolCall) -> Option<Value> + 'static) -> Talk {
    let mut talk = Talk::new(language);
    let text = json!({ "type": "string" });
    let services = json!({ "type": "string", "enum": ["cleaning", "checkup"] });
    talk.request.tools.extend([
        tool(
            "find_slots",
            &json!({ "service": services, "date": text, "part": text, "time": text, "appointment": text }),
        ),
        tool("book_appointment", &json!({ "service": services, "start": text, "person": text, "name": text })),
        tool("reschedule_appointment", &json!({ "appointment": text, "start": text, "person": text })),
        tool("cancel_appointment", &json!({ "appointment": text })),
        tool("my_appointments", &json!({})),
    ]);
    talk.tools = Some(Box::new(answer));
    talk
}

/// Tuesday the 24th in the afternoon: three times.
fn tuesday(call: &ToolCall) -> Option<Value> {
    match call.name.as_str() {
        "find_slots" => Some(times(&["2026-11-24T13:00", "2026-11-24T14:30", "2026-11-24T16:00"], true)),
        "my_appointments" => {
            Some(json!({ "appointments": [appointment("appt_1", "cleaning", "a cleaning", "2026-11-26T09:00")] }))
        }
        _ => None,
    }
}

#[test]
fn a_cleaning_is_booked() {
    play_with(
        &mut talk("en", tuesday),
        &BRAIN,
        "> I'd like to book an appointment for a cleaning next Tuesday afternoon
         # find_slots {\"service\": \"cleaning\", \"date\": \"2026-11-24\", \"part\": \"afternoon\"}
         < Tuesday | one P M | two thirty | or at four | with Doctor Weber | Which
         > half past two please
         < name
         > John Miller
         < John Miller | a cleaning | two thirty | for John Miller | Shall I book
         > yes please
         # book_appointment {\"service\": \"cleaning\", \"start\": \"2026-11-24T14:30\", \"person\": \"weber\", \"name\": \"John Miller\"}
         < It is booked | a cleaning | Tuesday | two thirty | anything else
         > no thank you
         < Goodbye
         # hang_up",
    );
}

#[test]
fn what_is_missing_is_asked_for() {
    play_with(
        &mut talk("en", tuesday),
        &BRAIN,
        "> can I make an appointment
         < a cleaning or a check-up
         > it's for the hygiene
         < Which day
         > as soon as possible
         # find_slots {\"service\": \"cleaning\"}
         < Which
         > the second one
         < name
         > Brown
         < Brown | two thirty
         > no, make it Thursday at ten
         # find_slots {\"service\": \"cleaning\", \"date\": \"2026-11-26\", \"time\": \"10:00\"}
         < !just been taken | Which",
    );
}

#[test]
fn other_times_are_looked_for_until_one_suits() {
    let mut asked = 0;
    let answer = move |call: &ToolCall| {
        (call.name == "find_slots").then(|| {
            asked += 1;
            match asked {
                1 => times(&["2026-11-25T08:00", "2026-11-25T10:00"], false),
                2 => times(&["2026-11-27T09:15"], true),
                _ => times(&[], false),
            }
        })
    };
    play_with(
        &mut talk("en", answer),
        &BRAIN,
        "> I need a check-up on Tuesday at nine
         # find_slots {\"service\": \"checkup\", \"date\": \"2026-11-24\", \"time\": \"09:00\"}
         < nothing is free then | Wednesday | eight o'clock | ten o'clock
         > none of those
         < Which other day
         > Friday morning
         # find_slots {\"service\": \"checkup\", \"date\": \"2026-11-27\", \"part\": \"morning\"}
         < free time on Friday | nine fifteen | Shall I take
         > is there parking
         < behind the house | nine fifteen
         > yes
         < name
         > never mind
         < dropped",
    );
}

#[test]
fn a_time_that_is_gone_is_not_promised() {
    let mut booked = 0;
    let answer = move |call: &ToolCall| match call.name.as_str() {
        "find_slots" => Some(times(&["2026-11-24T13:00", "2026-11-24T14:30"], true)),
        "book_appointment" => {
            booked += 1;
            (booked == 1).then(|| json!({ "error": "refused: that time was just taken" }))
        }
        _ => None,
    };
    play_with(
        &mut talk("en", answer),
        &BRAIN,
        "> book a check-up tomorrow
         # find_slots {\"service\": \"checkup\", \"date\": \"2026-11-24\"}
         > the first one
         > Anna Bell
         < one P M
         > yes
         # book_appointment {\"start\": \"2026-11-24T13:00\"}
         # find_slots {\"date\": \"2026-11-24\", \"time\": \"13:00\"}
         < just been taken | two thirty
         > two thirty
         < Shall I book
         > yes
         # book_appointment {\"start\": \"2026-11-24T14:30\", \"name\": \"Anna Bell\"}
         < It is booked",
    );
}

#[test]
fn an_appointment_is_moved_and_another_cancelled() {
    play_with(
        &mut talk("en", tuesday),
        &BRAIN,
        "> I want to move my appointment
         # my_appointments
         < a cleaning on Thursday | nine o'clock | Which day
         > Tuesday afternoon
         # find_slots {\"service\": \"cleaning\", \"appointment\": \"appt_1\", \"date\": \"2026-11-24\", \"part\": \"afternoon\"}
         > the last one
         < four P M | Shall I move it
         > yes
         # reschedule_appointment {\"appointment\": \"appt_1\", \"start\": \"2026-11-24T16:00\"}
         < moved it | four P M
         > I want to cancel my appointment
         # my_appointments
         < Shall I cancel | a cleaning on Thursday
         > yes please cancel it
         # cancel_appointment {\"appointment\": \"appt_1\"}
         < cancelled",
    );
}

#[test]
fn of_several_appointments_the_caller_says_which() {
    let answer = |call: &ToolCall| {
        (call.name == "my_appointments").then(|| {
            json!({ "appointments": [
                appointment("appt_1", "cleaning", "a cleaning", "2026-11-26T09:00"),
                appointment("appt_2", "checkup", "a check-up", "2026-12-01T15:00"),
            ] })
        })
    };
    play_with(
        &mut talk("en", answer),
        &BRAIN,
        "> please cancel my appointment
         # my_appointments
         < several | a cleaning on Thursday | and a check-up | Which one
         > the check-up
         < Shall I cancel | a check-up
         > no
         < nything else
         > when is my appointment
         # my_appointments
         < booked in for a cleaning | and a check-up",
    );
    let none = |call: &ToolCall| (call.name == "my_appointments").then(|| json!({ "appointments": [] }));
    play_with(
        &mut talk("en", none),
        &BRAIN,
        "> I have to cancel my appointment\n # my_appointments\n < can't find | Shall I book",
    );
}

#[test]
fn without_a_calendar_it_is_a_request() {
    super::play("en", "> I want to cancel my appointment\n < !Shall I cancel this");
    super::play("en", "> I'd like to make an appointment for a cleaning\n < Which day");
}

#[test]
fn german_appointments() {
    play_with(
        &mut talk("de", tuesday),
        &BRAIN,
        "> ich hätte gern einen Termin zur Zahnreinigung am Dienstagnachmittag
         # find_slots {\"service\": \"cleaning\", \"date\": \"2026-11-24\", \"part\": \"afternoon\"}
         < vierzehn Uhr dreißig | oder um sechzehn Uhr | Was
         > um halb drei
         < Name
         > Müller
         < eine Zahnreinigung | vierzehn Uhr dreißig | für Müller | buchen
         > ja bitte
         # book_appointment {\"start\": \"2026-11-24T14:30\", \"name\": \"Müller\"}
         < gebucht
         > ich muss meinen Termin verschieben
         # my_appointments
         < Welcher Tag
         > so bald wie möglich
         # find_slots {\"appointment\": \"appt_1\"}
         > der erste
         < dreizehn Uhr | verschieben
         > ja
         # reschedule_appointment {\"start\": \"2026-11-24T13:00\"}
         < verschoben
         > ich möchte meinen Termin absagen
         # my_appointments
         < absagen
         > ja
         # cancel_appointment
         < abgesagt",
    );
}

#[test]
fn spanish_french_and_italian_appointments() {
    for (language, wish, choice, name, yes) in [
        ("es", "quisiera una cita el martes por la tarde", "la segunda", "García", "sí"),
        ("fr", "je voudrais un rendez-vous mardi après-midi", "le deuxième", "Dupont", "oui"),
        ("it", "vorrei un appuntamento martedì pomeriggio", "il secondo", "Rossi", "sì"),
    ] {
        let script = format!(
            "> {wish}
             < ?
             > cleaning
             # find_slots {{\"service\": \"cleaning\", \"date\": \"2026-11-24\", \"part\": \"afternoon\"}}
             > {choice}
             > {name}
             < {name} | ?
             > {yes}
             # book_appointment {{\"start\": \"2026-11-24T14:30\", \"name\": \"{name}\"}}"
        );
        play_with(&mut talk(language, tuesday), &BRAIN, &script);
    }
}
