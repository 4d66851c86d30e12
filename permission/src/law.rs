//! The hours that a country's law leaves for advertising calls, where it names them. Sources: `docs/compliance.md`.

use crate::place::Country;
use crate::rules::{Hours, Week};

/// The hours of advertising calls to this country; `None` where its law names none.
pub(crate) fn hours(country: Country) -> Option<Week> {
    let week = |weekday: &[Hours], saturday: &[Hours], sunday: &[Hours]| {
        let day = |index: usize| match index {
            5 => saturday.to_vec(),
            6 => sunday.to_vec(),
            _ => weekday.to_vec(),
        };
        Week::new(std::array::from_fn(day))
    };
    match country.as_str() {
        // Décret n° 2022-1313: Code de la consommation, article D. 223-9.
        "FR" => Some(week(&[Hours::new(10, 13), Hours::new(14, 20)], &[], &[])),
        // Real Decreto Legislativo 1/2007, artículo 96.2.
        "ES" => Some(week(&[Hours::new(9, 21)], &[], &[])),
        // Codice di condotta per le attività di telemarketing e teleselling, Garante 2023.
        "IT" => Some(week(&[Hours::new(9, 20)], &[Hours::new(10, 19)], &[])),
        // 47 CFR 64.1200(c)(1).
        "US" => Some(week(&[Hours::new(8, 21)], &[Hours::new(8, 21)], &[Hours::new(8, 21)])),
        _ => None,
    }
}
