//! What the scripted model says and does as each of the four agents.

use jiff::civil::{Date, Weekday};
use provider_doubles::{Actor, ChatAnswer, Scene};
use serde_json::{Value, json};

/// All of them, in both languages.
pub fn all() -> Vec<Actor> {
    vec![reception(&EN), reception(&DE), support(&EN), support(&DE), lead(&EN), lead(&DE), survey(&EN), survey(&DE)]
}

/// What is the same in each language, said in one.
struct Words {
    language: &'static str,
    bye: &'static [&'static str],
    goodbye: &'static str,
    person: &'static [&'static str],
    moment: &'static str,
    nobody: &'static str,
    name: &'static str,
    only: &'static str,
}

const EN: Words = Words {
    language: "Speak English",
    bye: &["goodbye", "no thank you", "no, thank you", "not interested", "no time"],
    goodbye: "Thank you for calling. Goodbye!",
    person: &["a person", "real person"],
    moment: "One moment, I'll put you through.",
    nobody: "I'm sorry, nobody can be reached. Is there anything else?",
    name: "What is your name, please?",
    only: "I'm sorry, I only know about our practice and our plan. Is there anything else?",
};

const DE: Words = Words {
    language: "Speak German",
    bye: &["wiederhören", "nein, danke"],
    goodbye: "Danke für Ihren Anruf. Auf Wiederhören!",
    person: &["einem menschen"],
    moment: "Einen Moment, ich verbinde Sie.",
    nobody: "Leider ist niemand erreichbar. Kann ich noch etwas für Sie tun?",
    name: "Wie ist Ihr Name, bitte?",
    only: "Das weiß ich leider nicht. Kann ich noch etwas für Sie tun?",
};

fn text(text: &str) -> ChatAnswer {
    ChatAnswer::text(text)
}

fn call(name: &str) -> ChatAnswer {
    ChatAnswer::default().calling(name, json!({}))
}

/// An actor who lets people go, and puts them through to `desk`.
fn actor(persona: &str, words: &Words, desk: &str) -> Actor {
    let through = text(words.moment).calling("transfer", json!({ "to": desk }));
    Actor::of(&[persona, words.language])
        .on(words.person, through)
        .back("transfer", "", text(words.nobody))
        .on(words.bye, text(words.goodbye).calling("hang_up", json!({})))
}

/// Sets the arguments of the first tool.
fn arguments(answer: &mut ChatAnswer, value: Value) {
    if let Some((_, arguments)) = answer.calls.first_mut() {
        *arguments = value;
    }
}

/// The value of the first of these whose word was said.
fn chosen<'v>(said: &str, values: &[(&str, &'v str)], otherwise: &'v str) -> &'v str {
    values.iter().find(|(word, _)| said.contains(word)).map_or(otherwise, |(_, value)| value)
}

const SERVICES: [(&str, &str); 2] = [("cleaning", "cleaning"), ("reinigung", "cleaning")];
const DAYS: [(&str, Weekday); 5] = [
    ("tuesday", Weekday::Tuesday),
    ("thursday", Weekday::Thursday),
    ("donnerstag", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("freitag", Weekday::Friday),
];

fn service(scene: &Scene) -> &'static str {
    chosen(&scene.caller.join(" ").to_lowercase(), &SERVICES, "checkup")
}

fn find(scene: &Scene, answer: &mut ChatAnswer) {
    let said = scene.last();
    let day = DAYS.iter().find(|(word, _)| said.contains(word)).map_or(Weekday::Tuesday, |(_, day)| *day);
    let date = today(scene).nth_weekday(1, day).unwrap();
    arguments(answer, json!({ "service": service(scene), "date": date.to_string() }));
}

/// The day that the business says it is.
fn today(scene: &Scene) -> Date {
    // "now":"Monday, 2026-11-23, 09:00"
    let now = scene.instructions.split("\"now\":\"").nth(1).unwrap_or_default();
    now.split(", ").nth(1).and_then(|date| date.parse().ok()).expect("the instructions say what day it is")
}

fn book(scene: &Scene, answer: &mut ChatAnswer) {
    let slot = &scene.result("find_slots")["slots"][0];
    let order =
        json!({ "service": service(scene), "start": slot["start"], "person": slot["person"], "name": scene.ago(1) });
    arguments(answer, order);
}

fn cancel(scene: &Scene, answer: &mut ChatAnswer) {
    arguments(answer, json!({ "appointment": scene.result("my_appointments")["appointments"][0]["appointment"] }));
}

fn reception(words: &Words) -> Actor {
    let (closed, day, offer, order, booked, cancel_it, cancelled) = if words.language == EN.language {
        (
            "On Sunday we are closed. Which other day would suit you?",
            "Which day would suit you?",
            "I have three free times. Which one suits you?",
            "Shall I book that?",
            "It is booked. Is there anything else?",
            "You have one on Thursday. Shall I cancel it?",
            "It is cancelled. Is there anything else?",
        )
    } else {
        (
            "Am Sonntag ist geschlossen. Welcher Tag passt Ihnen?",
            "Welcher Tag passt Ihnen?",
            "Ich habe drei freie Zeiten. Was passt Ihnen?",
            "Soll ich das buchen?",
            "Der Termin ist gebucht. Kann ich noch etwas für Sie tun?",
            "Sie haben einen am Donnerstag. Soll ich ihn absagen?",
            "Er ist abgesagt. Kann ich noch etwas für Sie tun?",
        )
    };
    actor("You are the receptionist", words, "person")
        .back("find_slots", "", text(offer))
        .back("book_appointment", "booked", text(booked))
        .back("my_appointments", "appointment", text(cancel_it))
        .back("cancel_appointment", "", text(cancelled))
        .on(&["opening hours"], text("We are open from Monday to Friday. Is there anything else?"))
        .on(&["park"], text("There is parking behind the house. Is there anything else?"))
        .on(&["motorcycle"], text(words.only))
        .on(&["yes", "ja"], call("cancel_appointment"))
        .after(cancel_it)
        .filled(cancel)
        .on(&["cancel", "absagen"], call("my_appointments"))
        .on(&["yes", "ja"], call("book_appointment"))
        .after(order)
        .filled(book)
        .on(&["none of those"], text(offer))
        .on(&["sunday", "sonntag"], text(closed))
        .on(&["tuesday", "thursday", "friday", "donnerstag"], call("find_slots"))
        .filled(find)
        .on(&["first", "erste"], text(words.name))
        .after(offer)
        .otherwise(text(order))
        .after(words.name)
        .otherwise(text(day))
}

fn ticket(scene: &Scene, answer: &mut ChatAnswer) {
    let urgent = chosen(&scene.last(), &[("yes", "high"), ("dringend", "high")], "normal");
    // A first answer that did not fit stands between.
    let back = usize::from(scene.ago(1).contains("depends"));
    let (name, what) = (scene.ago(back + 1), scene.ago(back + 2));
    arguments(answer, json!({ "subject": "By telephone", "text": what, "name": name, "priority": urgent }));
}

fn told(scene: &Scene, answer: &mut ChatAnswer) {
    let number = &scene.result("create_ticket")["ticket"];
    answer.text = answer.text.replace('#', &number.to_string());
}

fn look_up(scene: &Scene, answer: &mut ChatAnswer) {
    let number = if scene.last().contains("one zero") { 1001 } else { 42 };
    arguments(answer, json!({ "ticket": number }));
}

fn state(scene: &Scene, answer: &mut ChatAnswer) {
    let state = scene.result("look_up_ticket")["tickets"][0]["state"].as_str().unwrap_or_default();
    answer.text = answer.text.replace('#', state);
}

fn support(words: &Words) -> Actor {
    let (what, urgent, again, made, number) = if words.language == EN.language {
        (
            "What exactly happened? Please tell me in a few words.",
            "Is it urgent?",
            "Please say yes or no. Is it urgent?",
            "I have made ticket number #. Is there anything else?",
            "What is the number of your ticket?",
        )
    } else {
        (
            "Was genau ist passiert?",
            "Ist es eilig?",
            "Bitte sagen Sie ja oder nein. Ist es eilig?",
            "Ihr Ticket hat die Nummer #. Kann ich noch etwas für Sie tun?",
            "Welche Nummer hat Ihr Ticket?",
        )
    };
    actor("You are the customer support", words, "person")
        .back("create_ticket", "created", text(made))
        .filled(told)
        .back("look_up_ticket", "state", text("Your ticket is #. Is there anything else?"))
        .filled(state)
        .back("look_up_ticket", "", text("I'm sorry, I don't find such a ticket. Is there anything else?"))
        .on(&["bank account"], text("I can't tell you that. Is there anything else?"))
        .on(&["depends"], text(again))
        .after(urgent)
        .otherwise(call("create_ticket"))
        .after(urgent)
        .filled(ticket)
        .otherwise(text(urgent))
        .after(words.name)
        .otherwise(text(words.name))
        .after(what)
        .otherwise(call("look_up_ticket"))
        .after(number)
        .filled(look_up)
        .on(&["my ticket", "mein ticket"], text(number))
        .otherwise(text(what))
}

fn qualify(scene: &Scene, answer: &mut ChatAnswer) {
    const BUDGET: [(&str, &str); 4] =
        [("more", "large"), ("fifty", "small"), ("hundred", "medium"), ("hundert", "medium")];
    const AUTHORITY: [(&str, &str); 4] =
        [("alone", "decides"), ("together", "shares"), ("gemeinsam", "shares"), ("manager", "none")];
    const TIMING: [(&str, &str); 3] = [("soon", "now"), ("next month", "quarter"), ("nächstes jahr", "year")];
    let said = |turns: usize| scene.ago(turns).to_lowercase();
    // The first answer about the money may have been none.
    let budget = said(3);
    let lead = json!({
        "budget": chosen(&budget, &BUDGET, "none"), "authority": chosen(&said(2), &AUTHORITY, "none"),
        "timing": chosen(&said(1), &TIMING, "open"), "name": scene.ago(0), "need": scene.ago(4),
    });
    arguments(answer, lead);
}

fn lead(words: &Words) -> Actor {
    let (need, budget, authority, timing, offer) = if words.language == EN.language {
        (
            "What do you need it for?",
            "How much may it cost a year and person: fifty euros, one hundred, or more?",
            "And who decides?",
            "When would you like to start?",
            "Thank you very much. Somebody will send you an offer. Is there anything else?",
        )
    } else {
        (
            "Wofür brauchen Sie es?",
            "Wie viel darf es im Jahr pro Person kosten?",
            "Und wer entscheidet?",
            "Ab wann möchten Sie anfangen?",
            "Vielen Dank. Jemand schickt Ihnen ein Angebot. Kann ich noch etwas für Sie tun?",
        )
    };
    let hot = text(words.moment).calling("transfer", json!({ "to": "sales" }));
    actor("You talk with companies", words, "sales")
        .back("qualify_lead", "\"hot\":true", hot)
        .back("qualify_lead", "", text(offer))
        .on(&["flight"], text(words.only))
        .otherwise(call("qualify_lead"))
        .after(words.name)
        .filled(qualify)
        .otherwise(text(words.name))
        .after(timing)
        .otherwise(text(timing))
        .after(authority)
        .on(&["hard to say"], text(budget))
        .after(budget)
        .otherwise(text(authority))
        .after(budget)
        .otherwise(text(budget))
        .after(need)
        .otherwise(text(need))
}

const NUMBERS: [(&str, u32); 6] = [("ten", 10), ("nine", 9), ("eight", 8), ("seven", 7), ("acht", 8), ("neun", 9)];

fn rating(scene: &Scene, answer: &mut ChatAnswer) {
    let said = scene.last();
    let score = NUMBERS.iter().find(|(word, _)| said.contains(word)).map_or(0, |(_, number)| *number);
    arguments(answer, json!({ "question": "rating", "answer": said, "score": score }));
}

fn best(scene: &Scene, answer: &mut ChatAnswer) {
    arguments(answer, json!({ "question": "best", "answer": scene.ago(0) }));
}

fn better(scene: &Scene, answer: &mut ChatAnswer) {
    arguments(answer, json!({ "question": "better", "answer": scene.ago(0) }));
}

fn recommend(scene: &Scene, answer: &mut ChatAnswer) {
    let said = scene.last();
    let no = said.contains("don't") || said.contains("nein");
    arguments(answer, json!({ "question": "recommend", "answer": if no { "no" } else { "yes" } }));
}

fn survey(words: &Words) -> Actor {
    let (scale, liked, improve, recommended, thanks, privacy) = if words.language == EN.language {
        (
            "On a scale from one to ten, how satisfied were you with your visit?",
            "What did you like best?",
            "And what should we do better?",
            "Would you recommend us?",
            "Thank you very much for your time. Goodbye!",
            "Only our practice reads your answers. On a scale from one to ten, how satisfied were you with your visit?",
        )
    } else {
        (
            "Wie zufrieden waren Sie mit Ihrem Besuch, von eins bis zehn?",
            "Was hat Ihnen am besten gefallen?",
            "Und was sollten wir besser machen?",
            "Würden Sie uns empfehlen?",
            "Vielen Dank für Ihre Zeit. Auf Wiederhören!",
            "Nur unsere Praxis liest Ihre Antworten. Wie zufrieden waren Sie, von eins bis zehn?",
        )
    };
    let kept = "record_survey_answer";
    let numbers = NUMBERS.map(|(word, _)| word);
    actor("You ask patients", words, "person")
        .back(kept, "", text(thanks).calling("hang_up", json!({})))
        .after(recommended)
        .back(kept, "", text(recommended))
        .after(improve)
        .back(kept, "", text(improve))
        .after(liked)
        .back(kept, "", text(liked))
        .otherwise(call(kept))
        .after(recommended)
        .filled(recommend)
        .otherwise(call(kept))
        .after(improve)
        .filled(better)
        .otherwise(call(kept))
        .after(liked)
        .filled(best)
        .on(&["twelve"], text("Please say a number from one to ten."))
        .on(&numbers, call(kept))
        .filled(rating)
        .on(&["what happens with my answers"], text(privacy))
        .otherwise(text(scale))
}
