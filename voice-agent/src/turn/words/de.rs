//! German.

use super::Lexicon;

pub(super) static LEXICON: Lexicon = Lexicon {
    backchannels: &[
        "mhm", "hm", "hmm", "mm", "mm hm", "m hm", "aha", "ah", "oh", "ach", "ach so", "achso", "ja", "jaja", "ja ja",
        "jo", "jawohl", "ok", "okay", "genau", "richtig", "stimmt", "gut", "sehr gut", "alles klar", "klar", "in ordnung",
        "verstehe", "ich verstehe", "verstanden", "super", "prima", "schön", "natürlich", "sicher", "eben", "doch",
        "passt", "wunderbar", "toll", "danke", "vielen dank", "danke schön", "dankeschön", "gerne", "gern", "so so",
        "na gut", "ach ja", "interessant",
    ],
    farewells: &[
        "tschüss", "tschüs", "ciao", "auf wiederhören", "wiederhören", "auf wiedersehen", "wiedersehen", "bis dann",
        "bis bald", "schönen tag", "schönen tag noch", "einen schönen tag", "ade", "servus", "ihnen auch", "das wars",
        "das war's", "das war alles",
    ],
    yes: &["ja", "jawohl", "jo", "ok", "okay", "klar", "gerne", "gern", "einverstanden", "in ordnung", "natürlich",
        "sicher", "bitte", "dürfen sie", "genau", "richtig", "passt", "meinetwegen"],
    no: &["nein", "nee", "ne", "nicht", "nö", "lieber nicht", "auf keinen fall", "kein", "keine", "niemals"],
    fillers: &["äh", "ähm", "öh", "öhm", "hm", "hmm", "mm", "em", "eh", "tja", "naja"],
    open: &[
        "und", "oder", "aber", "weil", "dass", "wenn", "ob", "als", "denn", "sondern", "damit", "obwohl", "also", "dann",
        "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines", "mein", "meine",
        "meinen", "meinem", "meiner", "ihr", "ihre", "ihren", "ihrem", "sein", "seine", "unser", "unsere", "kein", "keine",
        "dieser", "diese", "diesen", "dieses", "ich", "wir", "er", "es", "man", "äh", "ähm", "öhm", "naja", "tja",
        "bin", "habe", "hab", "hätte", "könnte", "müsste",
        "möchte", "wollte", "würde", "sollte", "dürfte", "sehr", "vielleicht", "zum", "zur",
        "beim", "vom", "im", "am", "ins", "wie", "was", "wo", "wann", "warum", "wegen", "noch", 
    ],
    leaning: &[
        "mit", "von", "für", "bei", "nach", "in", "über", "unter", "bis", "seit",
        "ohne", "gegen", "durch", "zwischen", "neben", "gegen", "zum", "am", "im", "das", "es", "habe",
        "möchte", "was", "noch", "halb", "viertel", "doppel", "punkt", "strich", "nächsten",
    ],
    digits: &["null", "eins", "ein", "zwei", "zwo", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "doppel"],
    dictation: &["nummer", "buchstabieren", "telefon", "geburtsdatum", "geboren", "e mail", "email", "mailadresse",
        "adresse", "anschrift", "postleitzahl", "code", "ziffern", "vollständigen namen"],
};
