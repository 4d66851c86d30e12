//! Whether a caller asks something.

/// Whether something was asked: by its mark, which recognisers may leave out, or by its words.
pub(super) fn is_question(said: &str, language: &str) -> bool {
    let said = said.to_lowercase();
    let words: &[&str] = match language.get(..2).unwrap_or_default() {
        "de" => &[
            "wann",
            "wo",
            "wie",
            "was",
            "wer",
            "welche",
            "welcher",
            "welches",
            "wieviel",
            "gibt es",
            "haben sie",
            "kann ich",
            "können sie",
            "muss ich",
            "darf ich",
            "bieten sie",
        ],
        "es" => &[
            "cuándo", "cuando", "dónde", "donde", "cómo", "como", "qué", "quién", "cuánto", "cuánta", "cuál", "hay",
            "tienen", "puedo", "pueden", "ofrecen",
        ],
        "fr" => &[
            "quand",
            "où",
            "comment",
            "quoi",
            "qui",
            "combien",
            "quel",
            "quelle",
            "est-ce que",
            "y a-t-il",
            "avez-vous",
            "puis-je",
            "pouvez-vous",
            "proposez-vous",
        ],
        "it" => &[
            "quando", "dove", "come", "cosa", "chi", "quanto", "quanta", "quale", "c'è", "ci sono", "avete", "posso",
            "potete", "offrite",
        ],
        _ => &[
            "when",
            "where",
            "how",
            "what",
            "who",
            "which",
            "is there",
            "are there",
            "do you",
            "can i",
            "can you",
            "could i",
            "must i",
            "may i",
            "does",
            "why",
        ],
    };
    let spaced = format!(" {} ", said.replace(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-', " "));
    said.trim_end().ends_with('?') || words.iter().any(|word| spaced.contains(&format!(" {word} ")))
}
