//! What is read from outside is refused with words, never with a panic.

use campaigns::Spec;
use campaigns::audience::{Defaults, Mapping, read};
use proptest::prelude::*;

use crate::spec::WHOLE;

proptest! {
    #[test]
    fn any_bytes_are_a_table_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300), country in "[A-Z]{2}") {
        let house = Defaults { country: Some(country), ..Defaults::default() };
        let mut table = b"number,name,language,time_zone,appointment\n".to_vec();
        table.extend(&bytes);
        let audience = read(&table, &Mapping::default(), &house).unwrap();
        for fault in &audience.faults {
            prop_assert!(fault.line >= 2 && !fault.message.is_empty());
        }
        let _ = read(&bytes, &Mapping::default(), &house);
    }

    #[test]
    fn cells_of_any_signs_are_rows_or_faults(number in "[+0-9 ()./a-]{0,20}", time in "[0-9T:. -]{0,20}", zone in "\\PC{0,12}") {
        let table = format!("number,time_zone,appointment\n{number},\"{}\",{time}\n", zone.replace('"', ""));
        let house = Defaults { country: Some("DE".to_owned()), ..Defaults::default() };
        let audience = read(table.as_bytes(), &Mapping::default(), &house).unwrap();
        prop_assert!(audience.rows.len() + audience.bad_rows <= 1);
    }

    #[test]
    fn a_spoilt_campaign_is_read_or_its_faults_have_places(at in 0..WHOLE.len(), cut in 0_usize..30, put in "\\PC{0,6}") {
        let mut text: String = WHOLE.chars().take(at).collect();
        text.push_str(&put);
        text.extend(WHOLE.chars().skip(at + cut));
        let lines = text.lines().count() + 1;
        if let Err(faults) = Spec::parse(&text) {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!((1..=lines).contains(&fault.line) && fault.column >= 1, "{fault}");
            }
        }
    }
}
