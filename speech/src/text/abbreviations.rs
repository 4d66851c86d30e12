//! Abbreviations that matter on the telephone, written out.

use std::sync::OnceLock;

use regex::{Captures, Regex};

use super::Language;

type Table = &'static [(&'static str, &'static str)];

const GERMAN: Table = &[
    ("Dr.", "Doktor"),
    ("Prof.", "Professor"),
    ("Hr.", "Herr"),
    ("Str.", "Straße"),
    ("St.", "Sankt"),
    ("Nr.", "Nummer"),
    ("Tel.", "Telefon"),
    ("Std.", "Stunden"),
    ("Min.", "Minuten"),
    ("z.B.", "zum Beispiel"),
    ("d.h.", "das heißt"),
    ("u.a.", "unter anderem"),
    ("bzw.", "beziehungsweise"),
    ("ca.", "circa"),
    ("usw.", "und so weiter"),
    ("inkl.", "inklusive"),
    ("zzgl.", "zuzüglich"),
    ("evtl.", "eventuell"),
    ("ggf.", "gegebenenfalls"),
    ("MwSt.", "Mehrwertsteuer"),
];

const ENGLISH: Table = &[
    ("Mr.", "Mister"),
    ("Mrs.", "Missus"),
    ("Ms.", "Miss"),
    ("Prof.", "Professor"),
    ("Ave.", "Avenue"),
    ("Blvd.", "Boulevard"),
    ("Rd.", "Road"),
    ("Apt.", "Apartment"),
    ("Tel.", "telephone"),
    ("ext.", "extension"),
    ("approx.", "approximately"),
    ("etc.", "et cetera"),
    ("e.g.", "for example"),
    ("i.e.", "that is"),
    ("vs.", "versus"),
];

const SPANISH: Table = &[
    ("Sr.", "señor"),
    ("Sra.", "señora"),
    ("Srta.", "señorita"),
    ("Dr.", "doctor"),
    ("Dra.", "doctora"),
    ("Prof.", "profesor"),
    ("Avda.", "avenida"),
    ("Av.", "avenida"),
    ("Sta.", "Santa"),
    ("St.", "San"),
    ("núm.", "número"),
    ("nº", "número"),
    ("n.º", "número"),
    ("tel.", "teléfono"),
    ("Tel.", "teléfono"),
    ("p.ej.", "por ejemplo"),
    ("aprox.", "aproximadamente"),
    ("etc.", "etcétera"),
    ("Ud.", "usted"),
    ("Uds.", "ustedes"),
];

const FRENCH: Table = &[
    ("M.", "Monsieur"),
    ("Mme", "Madame"),
    ("Mlle", "Mademoiselle"),
    ("Dr.", "docteur"),
    ("Dr", "docteur"),
    ("Pr.", "professeur"),
    ("av.", "avenue"),
    ("bd.", "boulevard"),
    ("St.", "Saint"),
    ("St-", "Saint "),
    ("Ste-", "Sainte "),
    ("nº", "numéro"),
    ("n°", "numéro"),
    ("N°", "numéro"),
    ("tél.", "téléphone"),
    ("Tél.", "téléphone"),
    ("p.ex.", "par exemple"),
    ("env.", "environ"),
    ("etc.", "et cetera"),
];

const ITALIAN: Table = &[
    ("Sig.ra", "signora"),
    ("Sig.na", "signorina"),
    ("Sig.", "signor"),
    ("Dott.ssa", "dottoressa"),
    ("Dott.", "dottor"),
    ("Dr.", "dottor"),
    ("Prof.ssa", "professoressa"),
    ("Prof.", "professor"),
    ("Ing.", "ingegner"),
    ("Avv.", "avvocato"),
    ("V.le", "viale"),
    ("P.zza", "piazza"),
    ("C.so", "corso"),
    ("S.", "San"),
    ("n.", "numero"),
    ("tel.", "telefono"),
    ("Tel.", "telefono"),
    ("ecc.", "eccetera"),
    ("es.", "esempio"),
];

/// An abbreviation that means one thing or another, by what stands around it.
struct Doubtful {
    pattern: &'static str,
    replacement: &'static str,
}

/// Rules for the doubtful ones, in order.
fn doubtful(language: Language) -> &'static [Doubtful] {
    const fn rule(pattern: &'static str, replacement: &'static str) -> Doubtful {
        Doubtful { pattern, replacement }
    }
    const GERMAN: &[Doubtful] = &[
        rule(r"\b(\w+)str\.", "${1}straße"),
        rule(r"\b(Frau|Herr|Fr\.) (\p{Lu})", "$1 $2"),
        rule(r"\bFr\. (\p{Lu})", "Frau $1"),
    ];
    const ENGLISH: &[Doubtful] = &[
        rule(r"\bDr\. ?(\p{Lu})", "Doctor $1"),
        rule(r"\bDr\.", "Drive"),
        rule(r"(\p{Lu}\w+ )St\.", "${1}Street"),
        rule(r"\bSt\. ?(\p{Lu})", "Saint $1"),
        rule(r"\b[Nn]o\. ?(\d)", "number $1"),
    ];
    match language {
        Language::De => GERMAN,
        Language::EnGb | Language::EnUs => ENGLISH,
        _ => &[],
    }
}

struct Rules {
    table: Table,
    certain: Option<Regex>,
    doubtful: Vec<(Regex, &'static str)>,
}

impl Rules {
    fn new(language: Language) -> Self {
        let table = language.pick([GERMAN, ENGLISH, SPANISH, FRENCH, ITALIAN]);
        let mut names: Vec<String> = table.iter().map(|(short, _)| loose(short)).collect();
        // The longest first: `Sig.ra` before `Sig.`.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let doubtful = doubtful(language).iter();
        Self {
            table,
            certain: Regex::new(&format!(r"\b(?:{})", names.join("|"))).ok(),
            doubtful: doubtful.filter_map(|rule| Some((Regex::new(rule.pattern).ok()?, rule.replacement))).collect(),
        }
    }
}

/// A pattern for an abbreviation: spaces may stand after the full stops inside it, and a word does not go on after it.
fn loose(short: &str) -> String {
    let pattern = regex::escape(short);
    let inner = pattern
        .strip_suffix(r"\.")
        .map_or_else(|| pattern.replace(r"\.", r"\.\s?"), |body| format!(r"{}\.", body.replace(r"\.", r"\.\s?")));
    if short.ends_with(char::is_alphabetic) { format!(r"{inner}\b") } else { inner }
}

static RULES: [OnceLock<Rules>; 6] = [const { OnceLock::new() }; 6];

/// Writes the abbreviations out.
pub fn expand(text: &str, language: Language) -> String {
    let rules = RULES[language as usize].get_or_init(|| Rules::new(language));
    let mut expanded = text.to_owned();
    for (pattern, replacement) in &rules.doubtful {
        expanded = pattern.replace_all(&expanded, *replacement).into_owned();
    }
    if let Some(pattern) = &rules.certain {
        expanded = pattern
            .replace_all(&expanded, |found: &Captures<'_>| {
                let short: String = found[0].chars().filter(|c| !c.is_whitespace()).collect();
                let long = rules.table.iter().find(|(name, _)| *name == short).map_or(&found[0], |(_, long)| long);
                // The full stop of the last word is the sentence's as well.
                let last = found.get(0).is_some_and(|all| expanded[all.end()..].trim().is_empty());
                if last && short.ends_with('.') { format!("{long}.") } else { long.to_owned() }
            })
            .into_owned();
    }
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_are_written_out() {
        for (language, text, expanded) in [
            (Language::De, "Dr. Weiß, Hauptstr. 5, St. Gallen", "Doktor Weiß, Hauptstraße 5, Sankt Gallen"),
            (Language::De, "Berliner Str. Nr. 3, z. B. usw.", "Berliner Straße Nummer 3, zum Beispiel und so weiter."),
            (Language::De, "Fr. Müller am Fr. um 3", "Frau Müller am Fr. um 3"),
            (Language::EnUs, "Dr. Smith, 5 Oak Dr., 12 Main St.", "Doctor Smith, 5 Oak Drive, 12 Main Street"),
            (Language::EnGb, "St. Mary, No. 7. No. Never.", "Saint Mary, number 7. No. Never."),
            (Language::EnUs, "Mr. and Mrs. Jones etc.", "Mister and Missus Jones et cetera."),
            (Language::Es, "Sra. López, Avda. Sur nº 3", "señora López, avenida Sur número 3"),
            (Language::Fr, "M. Dupont, Mme Curie, St-Denis", "Monsieur Dupont, Madame Curie, Saint Denis"),
            (Language::It, "Sig.ra Rossi, P.zza Duomo n. 1", "signora Rossi, piazza Duomo numero 1"),
            (Language::It, "Dott. Bianchi", "dottor Bianchi"),
        ] {
            assert_eq!(expand(text, language), expanded);
        }
    }
}
