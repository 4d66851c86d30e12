//! The only characters that an engine ever sees.

/// Punctuation that shapes how a sentence is spoken. `<` and `>` would be commands to SVOX Pico (it could be told to
/// read and write files), so they are never let through.
const PUNCTUATION: &[char] = &['.', ',', ';', ':', '!', '?', '-', '\''];

/// Leaves letters of the five languages, digits and plain punctuation; puts near ones in the place of other
/// characters, or nothing; makes one space of many. The result has no control character.
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            c if c.is_ascii_alphanumeric() || PUNCTUATION.contains(&c) => cleaned.push(c),
            'À'..='ÿ' if !matches!(character, '×' | '÷') => cleaned.push(character),
            '‘' | '’' | '‚' | 'ʼ' | '`' | '´' => cleaned.push('\''),
            '–' | '—' => cleaned.push_str(", "),
            '…' => cleaned.push('.'),
            '¿' | '¡' => {}
            other => cleaned.push_str(nearest(other)),
        }
    }
    tidy(&cleaned)
}

/// Letters of neighbouring languages as people without them write them; a space for all else.
fn nearest(character: char) -> &'static str {
    match character {
        'œ' => "oe",
        'Œ' => "Oe",
        'ā' | 'ă' | 'ą' => "a",
        'Ā' | 'Ă' | 'Ą' => "A",
        'ć' | 'č' => "c",
        'Ć' | 'Č' => "C",
        'ď' | 'đ' => "d",
        'Ď' | 'Đ' => "D",
        'ē' | 'ė' | 'ę' | 'ě' => "e",
        'Ē' | 'Ė' | 'Ę' | 'Ě' => "E",
        'ğ' => "g",
        'Ğ' => "G",
        'ī' | 'į' | 'ı' => "i",
        'İ' | 'Ī' | 'Į' => "I",
        'ł' | 'ľ' => "l",
        'Ł' | 'Ľ' => "L",
        'ń' | 'ň' => "n",
        'Ń' | 'Ň' => "N",
        'ő' | 'ō' => "ö",
        'Ő' | 'Ō' => "Ö",
        'ř' => "r",
        'Ř' => "R",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'Ś' | 'Š' | 'Ş' | 'Ș' => "S",
        'ẞ' => "ß",
        'ť' | 'ţ' | 'ț' => "t",
        'Ť' | 'Ţ' | 'Ț' => "T",
        'ū' | 'ů' | 'ų' => "u",
        'ű' => "ü",
        'Ű' => "Ü",
        'Ÿ' => "Y",
        'ź' | 'ż' | 'ž' => "z",
        'Ź' | 'Ż' | 'Ž' => "Z",
        // Soft hyphens and joiners stand inside of words.
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{300}'..='\u{36f}' => "",
        _ => " ",
    }
}

/// One space between words, none before a comma or full stop.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let joins = word.starts_with([',', '.', ';', ':', '!', '?']);
        if !tidied.is_empty() && !joins {
            tidied.push(' ');
        }
        tidied.push_str(word);
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_to_the_engine_do_not_get_through() {
        assert_eq!(clean("<genfile file=\"/tmp/x\"/>Hello\0<play>"), "genfile file tmp x Hello play");
        assert_eq!(clean("a\u{7}b\u{202e}c\r\nd"), "a b c d");
    }

    #[test]
    fn letters_keep_their_sound() {
        assert_eq!(clean("Grüße, señor Łukasz Kőszeg – ça va… «œuf»"), "Grüße, señor Lukasz Köszeg, ça va. oeuf");
        assert_eq!(clean("l’été 👍 东京"), "l'été");
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        for text in ["a , b . c", "– –", "œ ...", "x–\u{ad}y"] {
            assert_eq!(clean(&clean(text)), clean(text));
        }
    }
}
