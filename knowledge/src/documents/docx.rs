//! Office Open XML: `word/document.xml` within a ZIP (ECMA-376 part 1, 17.3).

use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::ReadError;
use super::outline::Outline;

pub(super) fn outline(bytes: &[u8], most: usize) -> Result<Outline, ReadError> {
    let xml = document(bytes, most)?;
    let mut reader = Reader::from_reader(xml.as_slice());
    let broken = |error: &dyn std::fmt::Display| ReadError::Broken(error.to_string());
    let mut outline = Outline::default();
    let (mut line, mut level, mut in_text) = (String::new(), None, false);
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == b"pStyle" => level = heading(&tag),
            Event::Start(tag) if tag.local_name().as_ref() == b"t" => in_text = true,
            Event::Empty(tag) if matches!(tag.local_name().as_ref(), b"tab" | b"br" | b"cr") => line.push(' '),
            Event::Text(text) if in_text => line.push_str(&text.decode().map_err(|error| broken(&error))?),
            Event::GeneralRef(name) if in_text => {
                let known = name.resolve_char_ref().ok().flatten();
                line.extend(known.or_else(|| entity(&name)));
            }
            Event::End(tag) => match tag.local_name().as_ref() {
                b"t" => in_text = false,
                b"tc" => line.push_str(", "),
                b"p" => {
                    match level.take() {
                        Some(level) => outline.heading(level, &line),
                        None => outline.paragraph(line.trim_end().trim_end_matches(',')),
                    }
                    line.clear();
                }
                _ => {}
            },
            Event::Eof => return Ok(outline),
            _ => {}
        }
    }
}

fn entity(name: &[u8]) -> Option<char> {
    Some(match name {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        _ => return None,
    })
}

/// `Heading1`, `berschrift1` (Word in German), `Titre1`, `Ttulo1`, `Titolo1`; `Title` is above them.
fn heading(tag: &BytesStart<'_>) -> Option<u8> {
    let value = tag.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == b"val")?;
    let name = String::from_utf8_lossy(&value.value).to_lowercase();
    let named = ["heading", "berschrift", "titre", "ttulo", "título", "titolo"].iter().any(|word| name.contains(word));
    match name.chars().last().and_then(|last| last.to_digit(10)) {
        Some(digit @ 1..=9) if named => Some(digit as u8 + 1),
        _ if name == "title" || name == "titel" => Some(1),
        _ => None,
    }
}

fn document(bytes: &[u8], most: usize) -> Result<Vec<u8>, ReadError> {
    let broken = |error: zip::result::ZipError| ReadError::Broken(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let file = archive.by_name("word/document.xml").map_err(broken)?;
    let mut xml = Vec::new();
    // What says that it is short may still be long.
    let read = file.take(most as u64 + 1).read_to_end(&mut xml);
    read.map_err(|error| ReadError::Broken(error.to_string()))?;
    if xml.len() > most { Err(ReadError::TooLong { limit: most }) } else { Ok(xml) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn docx(xml: &str) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file("word/document.xml", options).expect("a file");
        writer.write_all(xml.as_bytes()).expect("written");
        writer.finish().expect("an archive").into_inner()
    }

    #[test]
    fn headings_and_paragraphs_are_read() {
        let xml = r#"<w:document xmlns:w="x"><w:body><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Park</w:t></w:r>
            <w:r><w:t>ing</w:t></w:r></w:p><w:p><w:r><w:t xml:space="preserve">Behind </w:t><w:tab/><w:t>the house &amp; &#x20AC;</w:t></w:r></w:p>
            </w:body></w:document>"#;
        let found = outline(&docx(xml), 10_000).expect("an outline").cut(100);
        assert_eq!(found, [(vec!["Parking".into()], "Behind the house & €".into())]);
    }

    #[test]
    fn a_bomb_or_a_wrong_file_is_refused() {
        let bomb = docx(&"a".repeat(1_000_000));
        assert!(bomb.len() < 10_000);
        assert_eq!(outline(&bomb, 50_000).err(), Some(ReadError::TooLong { limit: 50_000 }));
        assert!(matches!(outline(b"PK no", 10_000), Err(ReadError::Broken(_))));
        assert!(matches!(outline(&docx("<w:p><w:t>a</w:p>"), 10_000), Err(ReadError::Broken(_))));
    }
}
