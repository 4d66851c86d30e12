//! What confirmations say, in five languages; in English where the language is another one.

use jiff::civil::DateTime;

use super::Letter;

/// One of five: English, German, Spanish, French, Italian.
fn pick<T>(language: &str, of: [T; 5]) -> T {
    let [en, de, es, fr, it] = of;
    match language.split(['-', '_']).next().unwrap_or_default() {
        "de" => de,
        "es" => es,
        "fr" => fr,
        "it" => it,
        _ => en,
    }
}

/// Day and time as they are written, such as `Dienstag, 24.11.2026, 14:00`.
fn when(language: &str, at: DateTime) -> String {
    let weekday = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or_default();
    let weekday = pick(
        language,
        [
            ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
            ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
            ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
            ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
            ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
        ],
    )[weekday];
    let date = pick(language, ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d/%m/%Y", "%d/%m/%Y"]);
    format!("{weekday}, {}, {}", at.strftime(date), at.strftime("%H:%M"))
}

fn letter(language: &str, business: &str, to: String, subject: &str, body: &str) -> Letter {
    let hello = pick(language, ["Hello,", "Guten Tag,", "Buenos días:", "Bonjour,", "Buongiorno,"]);
    let bye =
        pick(language, ["Kind regards", "Freundliche Grüße", "Un cordial saludo", "Cordialement", "Cordiali saluti"]);
    let text = format!("{hello}\n\n{body}\n\n{bye}\n{business}\n");
    Letter { to, subject: format!("{business}: {subject}"), text, ics: None }
}

pub(super) fn appointment(
    language: &str,
    business: &str,
    to: String,
    what: &str,
    with: Option<&str>,
    start: DateTime,
) -> Letter {
    let subject =
        pick(language, ["your appointment", "Ihr Termin", "su cita", "votre rendez-vous", "il Suo appuntamento"]);
    let booked = pick(
        language,
        [
            "your appointment is booked:",
            "Ihr Termin ist gebucht:",
            "su cita está reservada:",
            "votre rendez-vous est réservé :",
            "il Suo appuntamento è prenotato:",
        ],
    );
    let cannot = pick(
        language,
        [
            "If you cannot come, please call us.",
            "Wenn Sie nicht kommen können, rufen Sie uns bitte an.",
            "Si no puede venir, llámenos, por favor.",
            "Si vous ne pouvez pas venir, veuillez nous appeler.",
            "Se non può venire, La preghiamo di chiamarci.",
        ],
    );
    let with = with.map_or_else(String::new, |with| format!(", {with}"));
    let body = format!("{booked}\n\n{what}{with}\n{}\n\n{cannot}", when(language, start));
    letter(language, business, to, subject, &body)
}

pub(super) fn ticket(language: &str, business: &str, to: String, number: u32, subject: &str) -> Letter {
    let title = pick(language, ["ticket", "Vorgang", "incidencia", "dossier", "pratica"]);
    let body = pick(
        language,
        [
            "we have taken down your request and are working on it. Please name this number when you call:",
            "wir haben Ihr Anliegen aufgenommen und kümmern uns darum. Nennen Sie bei Rückfragen bitte diese Nummer:",
            "hemos registrado su solicitud y nos ocupamos de ella. Indique este número cuando llame:",
            "nous avons enregistré votre demande et nous en occupons. Indiquez ce numéro lorsque vous appelez :",
            "abbiamo registrato la Sua richiesta e ce ne occupiamo. Indichi questo numero quando chiama:",
        ],
    );
    letter(language, business, to, &format!("{title} {number}"), &format!("{body}\n\n{number}: {subject}"))
}

pub(super) fn callback(language: &str, business: &str, to: String, at: Option<DateTime>) -> Letter {
    let subject = pick(
        language,
        ["we call you back", "wir rufen Sie zurück", "le llamamos", "nous vous rappelons", "La richiamiamo"],
    );
    let body = match at {
        Some(at) => {
            let words = pick(
                language,
                [
                    "we will call you back:",
                    "wir rufen Sie zurück:",
                    "le llamaremos:",
                    "nous vous rappellerons :",
                    "La richiameremo:",
                ],
            );
            format!("{words}\n\n{}", when(language, at))
        }
        None => pick(
            language,
            [
                "we will call you back as soon as we can.",
                "wir rufen Sie so bald wie möglich zurück.",
                "le llamaremos lo antes posible.",
                "nous vous rappellerons dès que possible.",
                "La richiameremo appena possibile.",
            ],
        )
        .to_owned(),
    };
    letter(language, business, to, subject, &body)
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    #[test]
    fn an_appointment_is_confirmed_in_the_callers_language() {
        let start = datetime(2026, 11, 24, 14, 0, 0, 0);
        let letter = appointment("de-AT", "Praxis", "a@b.example".into(), "Zahnreinigung", Some("Ben"), start);
        assert_eq!(letter.subject, "Praxis: Ihr Termin");
        assert!(letter.text.contains("Zahnreinigung, Ben\nDienstag, 24.11.2026, 14:00"), "{}", letter.text);
        let letter = appointment("nl", "Dental", "a@b.example".into(), "cleaning", None, start);
        assert!(letter.text.contains("cleaning\nTuesday, 2026-11-24, 14:00"), "{}", letter.text);
    }
}
