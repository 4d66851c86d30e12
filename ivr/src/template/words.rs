//! Words that the filters need, by language.

use crate::text::primary;

/// Monday to Sunday (1 to 7) as spoken.
pub(super) fn weekday(language: &str, day: i8) -> Option<&'static str> {
    let names = match primary(language) {
        "de" => ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
        "fr" => ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
        "it" => ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
        "es" => ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
        _ => ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    };
    usize::try_from(day - 1).ok().and_then(|index| names.get(index)).copied()
}

/// The name of a sign when something is spelled; `None` for letters and digits.
pub(super) fn sign(language: &str, c: char) -> Option<&'static str> {
    let column = match primary(language) {
        "de" => 1,
        "fr" => 2,
        "it" => 3,
        "es" => 4,
        _ => 0,
    };
    let names = match c {
        '-' => ["hyphen", "Bindestrich", "tiret", "trattino", "guion"],
        '.' => ["dot", "Punkt", "point", "punto", "punto"],
        '/' => ["slash", "Schrägstrich", "barre oblique", "barra", "barra"],
        '_' => ["underscore", "Unterstrich", "tiret bas", "trattino basso", "guion bajo"],
        '@' => ["at", "ät", "arobase", "chiocciola", "arroba"],
        '+' => ["plus", "plus", "plus", "più", "más"],
        '#' => ["hash", "Raute", "dièse", "cancelletto", "almohadilla"],
        '*' => ["star", "Stern", "étoile", "asterisco", "asterisco"],
        _ => return None,
    };
    names.get(column).copied()
}
