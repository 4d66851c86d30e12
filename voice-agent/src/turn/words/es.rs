//! Spanish.

use super::Lexicon;

pub(super) static LEXICON: Lexicon = Lexicon {
    backchannels: &[
        "mm", "mhm", "hm", "ajá", "aja", "ah", "oh", "sí", "si", "sí sí", "ya", "ya veo", "claro", "vale", "ok", "okay",
        "bien", "muy bien", "bueno", "exacto", "exactamente", "correcto", "de acuerdo", "entiendo", "entendido", "perfecto",
        "por supuesto", "genial", "eso", "eso es", "gracias", "muchas gracias", "así es", "verdad", "estupendo",
    ],
    farewells: &["adiós", "adios", "hasta luego", "hasta pronto", "hasta mañana", "chao", "chau", "buen día",
        "buenas tardes", "igualmente", "nada más", "eso es todo", "que tenga buen día"],
    yes: &["sí", "si", "claro", "vale", "ok", "okay", "de acuerdo", "por supuesto", "correcto", "adelante", "bueno", "exacto"],
    no: &["no", "nunca", "tampoco", "mejor no", "nada"],
    fillers: &["eh", "em", "este", "mmm", "mm", "ehm", "pues", "hm"],
    open: &[
        "y", "e", "o", "u", "pero", "porque", "que", "si", "cuando", "aunque", "como", "entonces", "pues", "el", "la",
        "los", "las", "un", "una", "unos", "unas", "mi", "mis", "su", "sus", "tu", "este", "esta", "ese", "esa", "del",
        "al", "nosotros", "es", "son", "soy", "estoy", "era", "he", "ha", "tengo", "quiero", "quería",
        "quisiera", "puedo", "podría", "necesito", "me", "se", "le", "lo", "muy", "quizás", "eh", "em",
        "ehm", "cada", "donde", "cuál", "qué", "para",
    ],
    leaning: &["de", "a", "en", "con", "por", "para", "sin", "sobre", "entre", "hasta", "desde", "hacia", "ante", "según",
        "este", "esta", "lo", "es", "me", "qué", "si", "doble", "punto", "guion", "próximo"],
    digits: &["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "doble"],
    dictation: &["número", "numero", "deletrear", "deletree", "teléfono", "telefono", "fecha de nacimiento", "correo",
        "dirección", "código", "nombre completo"],
};
