//! Numbers of payment cards: ISO/IEC 7812-1, with the issuers' ranges as published by the networks (2026-11-21).

use std::ops::Range;

/// The shortest and the longest card number, in digits.
const LENGTHS: std::ops::RangeInclusive<usize> = 13..=19;

/// The most words between two parts of a number: "and then it goes on with".
const WORDS_BETWEEN: usize = 6;

/// Where card numbers are among digits that follow each other, each with the words before it that say none. A number
/// begins and ends with one of them.
pub fn find(figures: &[(&str, usize)]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while from < figures.len() {
        match longest(&figures[from..]) {
            Some(taken) => {
                found.push(from..from + taken);
                from += taken;
            }
            None => from += 1,
        }
    }
    found
}

/// How many of them make the longest card number that begins with the first.
fn longest(figures: &[(&str, usize)]) -> Option<usize> {
    let mut number = String::new();
    let mut best = None;
    for (at, (digits, gap)) in figures.iter().enumerate() {
        if at > 0 && *gap > WORDS_BETWEEN {
            break;
        }
        number.push_str(digits);
        if number.len() > *LENGTHS.end() {
            break;
        }
        if is_card(&number) {
            best = Some(at + 1);
        }
    }
    best
}

/// Whether these digits may be the number of a card: an issuer's prefix and length, and the check digit.
pub fn is_card(digits: &str) -> bool {
    let all = digits.bytes().all(|digit| digit.is_ascii_digit());
    all && LENGTHS.contains(&digits.len()) && is_issued(digits) && luhn(digits)
}

fn is_issued(digits: &str) -> bool {
    let length = digits.len();
    let prefix = |count: usize| digits[..count].parse::<u32>().unwrap_or(0);
    match (prefix(1), prefix(2), prefix(3), prefix(4)) {
        (4, ..) => matches!(length, 13 | 16 | 19),
        (_, 51..=55, ..) | (_, _, _, 2221..=2720) => length == 16,
        (_, 34 | 37, ..) => length == 15,
        (_, 36 | 38 | 39, ..) | (_, _, 300..=305, _) => length >= 14,
        (_, _, _, 3528..=3589) => length >= 16,
        (_, 50 | 56..=69 | 81, ..) => true,
        _ => false,
    }
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit - b'0');
            if at % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_networks_test_numbers_are_cards_and_others_are_not() {
        for card in [
            "4111111111111111",
            "4222222222222",
            "5555555555554444",
            "2223003122003222",
            "378282246310005",
            "30569309025904",
            "6011111111111117",
            "3530111333300000",
            "6304000000000000",
        ] {
            assert!(is_card(card), "{card}");
        }
        for none in ["4111111111111112", "411111111111", "0000000000000000", "1234567812345670", "+4111111111111111"] {
            assert!(!is_card(none), "{none}");
        }
    }
}
