//! What the rules make of scripted calls, in five languages.

mod support;

use after_call::rules::{Background, LeadWeights, RuleSettings, TicketRule, Topic, insights, terms};
use after_call::{EndedCall, FollowUpKind, Insights, Outcome};
use call_model::{Direction, HangupCause, HangupParty};
use serde_json::{Map, Value, json};
use support::{call, tool};

fn plain(call: &EndedCall) -> Insights {
    insights(call, &Background::default(), &RuleSettings::default())
}

fn overall(language: &str, script: &str) -> f64 {
    plain(&call(language, script)).sentiment.overall.unwrap_or(0.0)
}

#[test]
fn feelings_are_read_in_five_languages_and_not_turns_them() {
    for (language, good, bad) in [
        ("en", "> That is really great, very helpful.", "> This is terrible, I am very disappointed."),
        ("en", "> No problem at all, I'm happy.", "> I am not happy with it."),
        ("en", "> It was not bad.", "> It's not working and nobody calls."),
        ("de", "> Das ist super, sehr freundlich.", "> Das ist eine Katastrophe, ich bin sehr enttäuscht."),
        ("de", "> Ich bin zufrieden.", "> Ich bin nicht zufrieden, das gefällt mir nicht."),
        ("es", "> Excelente, muy amable.", "> Estoy muy enfadado, es un desastre."),
        ("es", "> Estoy contenta.", "> No estoy nada contento, no funciona."),
        ("fr", "> C'est parfait, vous êtes très gentille.", "> C'est inacceptable, je suis furieux."),
        ("fr", "> Je suis satisfait.", "> Je ne suis pas satisfait, ça ne marche pas."),
        ("it", "> Ottimo, molto gentile.", "> È inaccettabile, sono molto arrabbiato."),
        ("it", "> Sono contenta.", "> Non sono contento, non funziona."),
    ] {
        assert!(overall(language, good) > 0.2, "{good}: {}", overall(language, good));
        assert!(overall(language, bad) < -0.2, "{bad}: {}", overall(language, bad));
    }
}

#[test]
fn the_curve_goes_line_by_line_and_the_end_weighs_more() {
    let turned =
        "> This is terrible.\nI am sorry, it is put right.\n> The invoice is for May.\n> Excellent, thank you.";
    let felt = plain(&call("en", turned)).sentiment;
    let signs: Vec<i8> = felt.curve.iter().map(|feeling| feeling.value.total_cmp(&0.0) as i8).collect();
    assert_eq!(signs, [-1, 0, 1]);
    assert_eq!(felt.curve[1].at_ms, 8_000);
    assert!(felt.overall.unwrap() > 0.0);
    assert_eq!(plain(&call("en", "Hello?")).sentiment.overall, None);
    assert!(overall("en", "> Hello.\n> Thanks, bye.") < 0.25, "politeness is no joy");
}

#[test]
fn what_was_done_is_what_came_of_it() {
    let slot = json!({"service": "cleaning", "start": "2026-11-24T14:00", "name": "Lisa Miller"});
    let mut booked = call("en", "> I'd like an appointment.\nBooked for Tuesday at two.\n> Thanks, bye.");
    booked.tools = vec![
        tool("find_slots", json!({"service": "cleaning"}), Some(json!({"slots": []}))),
        tool("book_appointment", slot.clone(), Some(json!({"booked": true}))),
    ];
    let made = plain(&booked);
    assert_eq!(made.outcome, Outcome::AppointmentBooked);
    assert_eq!((made.fields["date"].as_str(), made.fields["time"].as_str()), (Some("2026-11-24"), Some("14:00")));
    assert!(made.summary.contains("booked (2026-11-24 14:00)"), "{}", made.summary);
    assert!(made.summary.starts_with("Lisa Miller called about: appointment"), "{}", made.summary);
    assert!(made.follow_ups.is_empty());

    booked.tools.push(tool("cancel_appointment", json!({}), Some(json!({"cancelled": true}))));
    assert_eq!(plain(&booked).outcome, Outcome::AppointmentCancelled, "the last stands");
    booked.tools = vec![tool("book_appointment", slot, None)];
    assert_eq!(plain(&booked).outcome, Outcome::Answered, "it failed");

    let done = |name: &str| {
        let mut call = call("en", "> My parcel is lost.\nI noted it.\n> Thanks, bye.");
        call.tools = vec![tool(name, json!({}), Some(json!({})))];
        plain(&call).outcome
    };
    assert_eq!(done("create_ticket"), Outcome::TicketCreated);
    assert_eq!(done("take_message"), Outcome::MessageTaken);
    assert_eq!(done("request_callback"), Outcome::CallbackRequested);
    assert_eq!(done("record_survey_answer"), Outcome::SurveyAnswered);
    assert_eq!(done("opt_out"), Outcome::OptedOut);

    let mut other = call("en", "> My parcel is lost.\nOne moment.");
    other.remembered = Map::from_iter([("message".to_owned(), json!({"name": "Tom Barker", "text": "call me"}))]);
    assert_eq!(plain(&other).outcome, Outcome::MessageTaken);
    assert_eq!(plain(&other).fields["name"], "Tom Barker");
    other.transferred = true;
    assert_eq!(plain(&other).outcome, Outcome::Transferred);
    let mut left = call("en", "Please leave a message.");
    left.voicemails = 1;
    assert_eq!(plain(&left).outcome, Outcome::Voicemail);
}

#[test]
fn what_was_said_tells_the_rest() {
    for (language, script, outcome) in [
        ("en", "> When are you open?\nFrom nine to five.\n> Great, bye.", Outcome::Answered),
        ("en", "Hello.\n> When are you open?", Outcome::Abandoned),
        ("en", "Hello.", Outcome::Abandoned),
        ("en", "> Stop calling me!", Outcome::OptedOut),
        ("en", "> Could somebody call me back on Tuesday?\nSure.", Outcome::CallbackRequested),
        ("de", "> Rufen Sie mich bitte nicht mehr an.", Outcome::OptedOut),
        ("de", "> Können Sie mich morgen zurückrufen?\nGern.", Outcome::CallbackRequested),
        ("es", "> No me llamen más.", Outcome::OptedOut),
        ("es", "> ¿Me puede devolver la llamada mañana?\nClaro.", Outcome::CallbackRequested),
        ("fr", "> Ne m'appelez plus.", Outcome::OptedOut),
        ("fr", "> Rappelez-moi demain.\nOui.", Outcome::CallbackRequested),
        ("it", "> Non mi chiami più.", Outcome::OptedOut),
        ("it", "> Mi richiami domani.\nCerto.", Outcome::CallbackRequested),
    ] {
        assert_eq!(plain(&call(language, script)).outcome, outcome, "{script}");
    }
    let mut missed = call("en", "");
    missed.talked_ms = None;
    missed.end = Some((HangupCause::NoAnswer, HangupParty::System));
    assert_eq!(plain(&missed).outcome, Outcome::Missed);
    missed.direction = Direction::Outbound;
    assert_eq!(plain(&missed).outcome, Outcome::NotReached);
    assert_eq!(plain(&missed).summary, "We called somebody. Nobody was reached.");
}

#[test]
fn follow_ups_are_noted_with_their_time_unless_a_tool_did() {
    for (language, said, date, time) in [
        ("en", "> Please call me back on Tuesday at ten thirty.", "2026-11-24", Some("10:30:00")),
        ("de", "> Rufen Sie mich am Dienstag um zehn Uhr zurück.", "2026-11-24", Some("10:00:00")),
        ("es", "> Llámeme el martes a las diez.", "2026-11-24", Some("10:00:00")),
        ("fr", "> Rappelez-moi mardi à dix heures.", "2026-11-24", Some("10:00:00")),
        ("it", "> Mi richiami martedì alle dieci.", "2026-11-24", Some("10:00:00")),
        ("en", "> Call me back tomorrow.", "2026-11-22", None),
    ] {
        let mut call = call(language, said);
        let noted = plain(&call).follow_ups;
        assert_eq!(noted.len(), 1, "{said}");
        assert_eq!(noted[0].kind, FollowUpKind::Callback);
        assert_eq!(noted[0].date.map(|date| date.to_string()).as_deref(), Some(date), "{said}");
        assert_eq!(noted[0].time.map(|time| time.to_string()).as_deref(), time, "{said}");
        call.tools = vec![tool("request_callback", json!({}), Some(json!({})))];
        assert!(plain(&call).follow_ups.is_empty());
    }
    assert_eq!(plain(&call("en", "> Please send me the invoice.")).follow_ups[0].kind, FollowUpKind::Task);
}

#[test]
fn fields_come_from_tools_first_then_from_what_was_said() {
    for (language, said, field, value) in [
        ("en", "> Hello, this is Lisa Miller.", "name", "Lisa Miller"),
        ("de", "> Guten Tag, hier ist Anna Schmidt.", "name", "Anna Schmidt"),
        ("fr", "> Je m'appelle Dupont.", "name", "Dupont"),
        ("en", "> It's anna dot miller at example dot com", "email", "anna.miller@example.com"),
        ("en", "> Write to Lisa@Example.org please", "email", "lisa@example.org"),
        ("de", "> anna unterstrich m at beispiel punkt de", "email", "anna_m@beispiel.de"),
        ("es", "> ana punto lopez arroba ejemplo punto es", "email", "ana.lopez@ejemplo.es"),
        ("fr", "> jean tiret luc arobase exemple point fr", "email", "jean-luc@exemple.fr"),
        ("it", "> mario chiocciola esempio punto it", "email", "mario@esempio.it"),
        ("en", "> You reach me on oh one seven one, two three four five six.", "phone", "017123456"),
        ("de", "> null eins sieben eins zwei drei vier fünf", "phone", "01712345"),
        ("en", "> My order number is A B one two three four.", "order", "AB1234"),
        ("de", "> Die Bestellnummer ist 7 7 1 0 4.", "order", "77104"),
        ("es", "> El número de pedido es 5501.", "order", "5501"),
        ("en", "> Next Tuesday would be fine.", "date", "2026-11-24"),
    ] {
        let fields = plain(&call(language, said)).fields;
        assert_eq!(fields.get(field).and_then(Value::as_str), Some(value), "{said}: {fields:?}");
    }
    let asked = call("it", "Qual è il numero d'ordine?\n> sette sette uno due");
    assert_eq!(plain(&asked).fields["order"], "7712");
    let mut given = call("en", "> This is Lisa Mueller.");
    given.tools = vec![tool("create_ticket", json!({"name": "Lisa Möller", "subject": "x"}), Some(json!({})))];
    assert_eq!(plain(&given).fields["name"], "Lisa Möller");
    for (language, none) in [
        ("en", "> I have two children."),
        ("en", "> Call me back tomorrow.\n> I am very angry.\n> This is wrong."),
        ("de", "> Ich bin Kunde.\n> Das ist schlecht."),
        ("fr", "> Je suis furieux.\n> C'est urgent."),
    ] {
        assert_eq!(plain(&call(language, none)).fields.get("name"), None, "{none}");
    }
}

#[test]
fn topics_are_the_business_own_the_tools_and_what_is_rare_elsewhere() {
    let topics = vec![Topic::new("billing", ["invoice", "bill*"]), Topic::new("returns", ["send back"])];
    let settings = RuleSettings { topics, ..RuleSettings::default() };
    let mut held =
        call("en", "> I have a question about my invoice.\n> The cooling fan rattles and the cooling fan stops.");
    held.tools = vec![tool("create_ticket", json!({}), Some(json!({"ticket": 7})))];
    let asked = terms(&held);
    assert!(asked.contains(&"rattles".to_owned()) && !asked.contains(&"about".to_owned()), "{asked:?}");
    let common = [("question", 900), ("invoice", 300), ("cooling", 4), ("fan", 5), ("rattles", 2), ("stops", 200)];
    let background =
        Background { lines: 1_000, terms: common.iter().map(|(term, count)| ((*term).to_owned(), *count)).collect() };
    let topics = insights(&held, &background, &settings).topics;
    assert_eq!(&topics[..2], ["billing", "ticket"]);
    assert_eq!(topics[2], "cooling");
    assert!(topics.len() <= 5 && !topics.contains(&"question".to_owned()), "{topics:?}");
}

#[test]
fn summaries_have_two_to_four_sentences_in_five_languages() {
    for (language, script, parts) in [
        (
            "en",
            "Hello!\n> My name is Tom Barker.\n> The washing machine you delivered makes a terrible noise.\nI note that.\n> Bye.",
            ["Tom Barker called", "washing machine you delivered", "not happy"],
        ),
        (
            "de",
            "Guten Tag!\n> Hier ist Anna Schmidt.\n> Die gelieferte Waschmaschine macht furchtbaren Lärm.\nIch notiere das.\n> Tschüss.",
            ["Anna Schmidt rief an", "Waschmaschine macht", "Stimmung war schlecht"],
        ),
        (
            "es",
            "¡Hola!\n> Me llamo Ana García.\n> La lavadora entregada hace un ruido horrible.\nLo anoto.\n> Adiós.",
            ["Ana García llamó", "lavadora entregada", "no estaba contenta"],
        ),
        (
            "fr",
            "Bonjour !\n> Je m'appelle Dupont.\n> La machine livrée fait un bruit horrible.\nJe le note.\n> Au revoir.",
            ["Dupont a appelé", "machine livrée", "n'était pas contente"],
        ),
        (
            "it",
            "Buongiorno!\n> Mi chiamo Rossi.\n> La lavatrice consegnata fa un rumore orribile.\nLo annoto.\n> Arrivederci.",
            ["Rossi ha chiamato", "lavatrice consegnata", "non era contenta"],
        ),
    ] {
        let summary = plain(&call(language, script)).summary;
        for part in parts {
            assert!(summary.contains(part), "{summary}");
        }
    }
}

#[test]
fn a_farewell_is_no_topic() {
    for (language, farewell) in [
        ("en", "> No thank you, goodbye."),
        ("de", "> Nein danke, auf Wiederhören."),
        ("es", "> No, gracias, adiós."),
        ("fr", "> Non merci, au revoir."),
        ("it", "> No grazie, arrivederci."),
    ] {
        let topics = plain(&call(language, farewell)).topics;
        assert!(topics.is_empty(), "{language}: {topics:?}");
    }
}

#[test]
fn a_lead_is_weighed_by_what_was_given_and_said() {
    let settings = RuleSettings { lead: Some(LeadWeights::default()), ..RuleSettings::default() };
    let score = |call: &EndedCall| insights(call, &Background::default(), &settings).lead.unwrap();
    let script = "> We need forty phones by the end of March.\n> I am the owner, our budget is ten thousand euros.";
    assert_eq!(score(&call("en", script)).score, 100);
    let script = "> Wir brauchen eine Anlage.\n> Wir haben kein Budget.";
    let lead = score(&call("de", script));
    assert_eq!((lead.score, lead.found.keys().map(String::as_str).collect::<Vec<_>>()), (30, vec!["need"]));
    let mut given = call("fr", "> Bonjour.");
    given.tools = vec![tool("qualify", json!({"budget": "20000", "authority": false, "need": "CRM"}), Some(json!({})))];
    assert_eq!(score(&given).score, 55);
    assert_eq!(insights(&given, &Background::default(), &RuleSettings::default()).lead, None);
}

#[test]
fn a_ticket_is_proposed_by_the_rule_and_only_where_there_is_none() {
    let ticket = Some(TicketRule { below: Some(-0.3), topics: vec!["returns".to_owned()] });
    let topics = vec![Topic::new("returns", ["send back", "return"])];
    let settings = RuleSettings { ticket, topics, ..RuleSettings::default() };
    let proposed = |call: &EndedCall| insights(call, &Background::default(), &settings).ticket;
    let mut angry = call("en", "> This is unacceptable, I am furious.\nI am sorry.");
    assert!(proposed(&angry).unwrap().urgent);
    angry.tools = vec![tool("create_ticket", json!({}), Some(json!({"ticket": 1})))];
    assert_eq!(proposed(&angry), None);
    let calm = call("en", "> I would like to return a lamp.\nFine.\n> Thanks.");
    assert_eq!(proposed(&calm).map(|ticket| (ticket.subject, ticket.urgent)), Some(("returns".to_owned(), false)));
    assert_eq!(proposed(&call("en", "> When are you open?")), None);
}

proptest::proptest! {
    #[test]
    fn any_call_is_survived(script in "(> )?\\PC{0,40}\n(> \\PC{0,40}\n){0,6}", language in 0usize..5) {
        let call = call(["en", "de", "es", "fr", "it"][language], &script);
        let made = plain(&call);
        proptest::prop_assert!(made.sentiment.overall.is_none_or(|felt| (-1.0..=1.0).contains(&felt)));
        proptest::prop_assert!(!made.summary.is_empty());
    }
}
