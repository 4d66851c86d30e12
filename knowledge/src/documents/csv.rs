//! A table of questions and answers.

use super::outline::{Outline, clipped, tidy};
use super::{Found, ReadError};

const QUESTION: [&str; 7] = ["question", "questions", "frage", "fragen", "pregunta", "domanda", "title"];
const ANSWER: [&str; 7] = ["answer", "antwort", "respuesta", "risposta", "réponse", "reponse", "text"];
/// The longest answer that stays whole, characters.
const LONGEST: usize = 2_000;
/// The most questions of a row.
const QUESTIONS: usize = 50;

/// A row is a passage; one with an answer that is longer than [`LONGEST`] and than so many characters is several. Its
/// question may hold several, with `|` between. The first row names the columns.
pub(super) fn passages(text: &str, chars: usize) -> Result<Vec<Found>, ReadError> {
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
        let mut outline = Outline::default();
        outline.paragraph(cell(answer));
        let questions: Vec<String> = cell(question)
            .split('|')
            .map(|text| clipped(&tidy(text)))
            .filter(|text| !text.is_empty())
            .take(QUESTIONS)
            .collect();
        found.extend(outline.cut(chars.max(LONGEST)).into_iter().map(|(_, part)| (questions.clone(), part)));
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
        let found = passages(text, 450).expect("passages");
        assert_eq!(
            found,
            [(vec!["Kann ich parken?".into(), "Gibt es Parkplätze?".into()], "Ja; hinter dem Haus.".into())]
        );
        assert_eq!(passages("a,b\n1,2\n", 450), Err(ReadError::Columns));
    }

    #[test]
    fn an_answer_that_nobody_would_listen_to_is_cut() {
        let text = format!("question,answer\n{},{}\n", "Why? ".repeat(100), "Because it is so. ".repeat(1_000));
        let found = passages(&text, 450).expect("passages");
        assert_eq!(found.iter().map(|(_, answer)| answer.len() + 1).sum::<usize>(), 18_000);
        assert!(found.iter().all(|(questions, answer)| questions[0].len() <= 200 && answer.len() <= LONGEST));
    }

    proptest! {
        #[test]
        fn any_table_is_read_or_refused(text in "[a-z,;\"\\n\\t]{0,200}") {
            let _ = passages(&format!("question,answer\n{text}"), 450);
        }
    }
}
