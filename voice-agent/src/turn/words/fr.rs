//! French.

use super::Lexicon;

pub(super) static LEXICON: Lexicon = Lexicon {
    backchannels: &[
        "mm", "mhm", "hm", "hum", "ah", "oh", "oui", "ouais", "oui oui", "ah oui", "d'accord", "ok", "okay", "très bien",
        "bien", "bien sûr", "voilà", "exactement", "tout à fait", "c'est ça", "je vois", "je comprends", "compris",
        "entendu", "parfait", "super", "merci", "merci beaucoup", "bon", "ça marche", "effectivement", "en effet", "vrai",
    ],
    farewells: &["au revoir", "à bientôt", "bonne journée", "bonne soirée", "salut", "à plus", "à vous aussi",
        "vous aussi", "c'est tout", "beaucoup"],
    yes: &["oui", "ouais", "d'accord", "ok", "okay", "bien sûr", "volontiers", "j'accepte", "tout à fait", "exact",
        "c'est ça", "allez y", "entendu"],
    no: &["non", "pas", "jamais", "je refuse", "surtout pas"],
    fillers: &["euh", "heu", "hum", "hm", "mm", "ben", "bah", "eh"],
    open: &[
        "et", "ou", "mais", "parce", "que", "si", "quand", "car", "donc", "puis", "comme", "qui", "dont", "où",
        "le", "la", "les", "un", "une", "des", "du", "au", "aux", "mon", "ma", "mes", "votre", "vos", "notre", "nos",
        "son", "sa", "ses", "leur", "ce", "cet", "cette", "ces", "je", "j'ai", "nous", "il", "elle", "on", "est", "suis",
        "sont", "était", "ai", "a", "avez", "ont", "voudrais", "veux", "peux", "pourrais", "dois", "aimerais", "très",
        "euh", "heu", "ben", "c'est", "qu'est", "ne", "me", "se", "chaque", "quel", "quelle",
    ],
    leaning: &["de", "à", "en", "avec", "pour", "par", "sans", "sur", "sous", "dans", "chez", "vers", "entre", "jusqu'à",
        "depuis", "pendant", "c'est", "est", "point", "tiret", "prochain"],
    digits: &["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "double"],
    dictation: &["numéro", "épeler", "épelez", "téléphone", "date de naissance", "mail", "adresse", "code",
        "nom complet"],
};
