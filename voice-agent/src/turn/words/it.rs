//! Italian.

use super::Lexicon;

pub(super) static LEXICON: Lexicon = Lexicon {
    backchannels: &[
        "mm", "mhm", "hm", "ah", "oh", "sì", "si", "sì sì", "eh", "eh sì", "va bene", "bene", "molto bene", "ok", "okay",
        "certo", "certamente", "esatto", "esattamente", "giusto", "capisco", "ho capito", "capito", "d'accordo", "perfetto",
        "benissimo", "ecco", "appunto", "grazie", "grazie mille", "già", "vero", "ottimo", "infatti",
    ],
    farewells: &["arrivederci", "ciao", "buona giornata", "buonasera", "a presto", "a dopo", "altrettanto", "è tutto",
        "tante grazie", "salve"],
    yes: &["sì", "si", "certo", "va bene", "ok", "okay", "d'accordo", "esatto", "giusto", "volentieri", "certamente", "prego"],
    no: &["no", "non", "mai", "meglio di no", "niente"],
    fillers: &["ehm", "eh", "em", "mmm", "mm", "hm", "beh", "boh", "uhm"],
    open: &[
        "e", "ed", "o", "ma", "perché", "che", "se", "quando", "anche", "però", "quindi", "allora", "poi", "come", "dove",
        "il", "lo", "la", "i", "gli", "le", "un", "uno", "una", "mio", "mia", "miei", "mie", "suo", "sua", "nostro", "questo",
        "questa", "quel", "quella", "del", "della", "dei", "delle", "al", "alla", "nel", "nella", "dal", "dalla", "sul",
        "noi", "è", "sono", "era", "ho", "ha", "abbiamo", "vorrei", "voglio", "posso", "potrei", "devo", "mi", "si",
        "molto", "ehm", "beh", "ogni", "quale", "non", "chi",
    ],
    leaning: &["di", "a", "da", "in", "con", "su", "per", "tra", "fra", "senza", "fino", "verso", "anche",
        "è", "ho", "questo", "doppio", "punto", "trattino", "prossimo"],
    digits: &["zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "doppio"],
    dictation: &["numero", "compitare", "lettera per lettera", "telefono", "data di nascita", "mail", "indirizzo",
        "codice", "nome completo"],
};
