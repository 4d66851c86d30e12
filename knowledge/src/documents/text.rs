//! Plain text, and what bytes say.

use super::outline::Outline;

/// UTF-8, UTF-16 with its mark, or else Windows-1252, which every byte can be read as.
pub(super) fn decode(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| windows_1252(*byte)).collect(),
        },
    }
}

/// The WHATWG index of windows-1252, where it differs from ISO 8859-1.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// Paragraphs between empty lines. A short line of its own without an end of sentence is a heading.
pub(super) fn outline(text: &str) -> Outline {
    let mut outline = Outline::default();
    let text = text.replace("\r\n", "\n");
    for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        let (first, rest) = block.split_once('\n').unwrap_or((block, ""));
        if is_heading(first) {
            outline.heading(1, first);
            outline.paragraph(rest);
        } else {
            outline.paragraph(block);
        }
    }
    outline
}

/// A question is asked for as it stands; other headings do not end like a sentence.
fn is_heading(line: &str) -> bool {
    let line = line.trim();
    let short = line.chars().count() <= 80;
    short && !line.ends_with(['.', '!', ':', ',', ';']) && !line.starts_with(['-', '*', '•'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_any_kind_are_text() {
        assert_eq!(decode("Öffnung".as_bytes()), "Öffnung");
        assert_eq!(decode(b"\xef\xbb\xbfA"), "A");
        assert_eq!(decode(b"\xff\xfeA\0\xd6\0"), "AÖ");
        assert_eq!(decode(b"\xd6ffnung \x80 5"), "Öffnung € 5");
    }

    #[test]
    fn a_question_is_the_heading_of_its_answer() {
        let text = "Our practice\n\nWhere can I park?\nBehind the house.\n\nWe speak English.\n";
        let found = outline(text).cut(200);
        assert_eq!(found[0], (vec!["Where can I park?".to_owned()], "Behind the house. We speak English.".to_owned()));
    }
}
