//! A table of questions and answers.

use super::outline::tidy;
use super::{Found, ReadError};

const QUESTION: [&str; 7] = ["question", "questions", "frage", "fragen", "pregunta", "domanda", "title"];
const ANSWER: [&str; 7] = ["answer", "antwort", "respuesta", "risposta", "réponse", "reponse", "text"];

/// A row is a passage. Its question may hold several, with `|` between. The first row names the columns.
pub(super) fn passages(text: &str) -> Result<Vec<Found>, ReadError> {
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|mark| first.bytes().filter(|b| b == mark).count());
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter.unwrap_or(b',')).flexible(true).from_reader(text.as_bytes());
    let broken = |error: csv::Error| ReadError::Broken(error.to_string());
    let head = reader.headers().map_err(broken)?.clone();
    let column = |names: &[&str]| head.iter().position(|name| names.contains(&name.trim().to_lowercase().as_str()));
    let (Some(question), Some(answer)) = (column(&QUESTION), column(&ANSWER)) else { return Err(ReadError::Columns) };
    let mut found = Vec::new();
    for row in reader.records() {
        let row = row.map_err(broken)?;
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let answer = tidy(cell(answer));
        let questions: Vec<String> = cell(question).split('|').map(tidy).filter(|text| !text.is_empty()).collect();
        if !answer.is_empty() {
            found.push((questions, answer));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_row_is_a_passage() {
        let text = "Frage;Antwort\nKann ich parken?|Gibt es Parkplätze?;\"Ja; hinter\ndem Haus.\"\nLeer;\n";
        let found = passages(text).expect("passages");
        assert_eq!(
            found,
            [(vec!["Kann ich parken?".into(), "Gibt es Parkplätze?".into()], "Ja; hinter dem Haus.".into())]
        );
        assert_eq!(passages("a,b\n1,2\n"), Err(ReadError::Columns));
    }

    proptest! {
        #[test]
        fn any_table_is_read_or_refused(text in "[a-z,;\"\\n\\t]{0,200}") {
            let _ = passages(&format!("question,answer\n{text}"));
        }
    }
}
