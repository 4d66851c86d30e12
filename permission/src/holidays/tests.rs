use jiff::civil::date;

use super::*;

fn on(country: &str, region: Option<&str>, (year, month, day): (i16, i8, i8)) -> Option<&'static str> {
    holiday(Country::new(country).unwrap(), region, date(year, month, day))
}

#[test]
fn easter_falls_where_the_tables_of_the_church_have_it() {
    for (year, month, day) in [
        (1961, 4, 2),
        (2000, 4, 23),
        (2008, 3, 23),
        (2024, 3, 31),
        (2025, 4, 20),
        (2026, 4, 5),
        (2027, 3, 28),
        (2038, 4, 25),
    ] {
        assert_eq!(easter(year), date(year, month, day));
    }
}

#[test]
fn german_laender_keep_their_own_days() {
    assert_eq!(on("DE", Some("BY"), (2026, 6, 4)), Some("Fronleichnam"));
    assert_eq!(on("DE", Some("DE-BY"), (2026, 6, 4)), Some("Fronleichnam"));
    assert_eq!(on("DE", Some("HH"), (2026, 6, 4)), None);
    assert_eq!(on("DE", Some("HH"), (2026, 10, 31)), Some("Reformationstag"));
    assert_eq!(on("DE", Some("SN"), (2026, 11, 18)), Some("Buß- und Bettag"));
    assert_eq!(on("DE", Some("BY"), (2026, 11, 18)), None);
    assert_eq!(on("DE", Some("SN"), (2022, 11, 16)), Some("Buß- und Bettag"));
    assert_eq!(on("DE", Some("BE"), (2026, 3, 8)), Some("Internationaler Frauentag"));
    assert_eq!(on("DE", Some("BE"), (2026, 5, 14)), Some("Christi Himmelfahrt"));
    assert_eq!(on("DE", None, (2026, 11, 18)), Some("Buß- und Bettag"), "nobody knows where: it may be there");
    assert_eq!(on("DE", Some("XX"), (2026, 11, 18)), Some("Buß- und Bettag"), "nor where that is");
    assert_eq!(on("DE", None, (2026, 11, 19)), None);
}

#[test]
fn the_alps_have_their_cantons_and_austria_no_good_friday() {
    assert_eq!(on("AT", Some("9"), (2026, 10, 26)), Some("Nationalfeiertag"));
    assert_eq!(on("AT", None, (2026, 4, 3)), None);
    assert_eq!(on("CH", Some("GE"), (2026, 9, 10)), Some("Jeûne genevois"));
    assert_eq!(on("CH", Some("VD"), (2026, 9, 21)), Some("Lundi du Jeûne"));
    assert_eq!(on("CH", Some("ZH"), (2026, 9, 21)), None);
    assert_eq!(on("CH", Some("TI"), (2026, 4, 3)), None);
    assert_eq!(on("CH", Some("ZH"), (2026, 8, 1)), Some("Bundesfeier"));
    assert_eq!(on("CH", Some("GL"), (2025, 4, 3)), Some("Näfelser Fahrt"));
    assert_eq!(on("CH", Some("GL"), (2026, 4, 2)), None, "that is Maundy Thursday");
    assert_eq!(on("CH", Some("GL"), (2026, 4, 9)), Some("Näfelser Fahrt"));
}

#[test]
fn romance_countries() {
    assert_eq!(on("FR", Some("FR-67"), (2026, 12, 26)), Some("Saint-Étienne"));
    assert_eq!(on("FR", Some("6AE"), (2026, 4, 3)), Some("Vendredi saint"));
    assert_eq!(on("FR", Some("75"), (2026, 4, 3)), None);
    assert_eq!(on("FR", None, (2026, 4, 3)), Some("Vendredi saint"));
    assert_eq!(on("ES", Some("CT"), (2026, 9, 11)), Some("Diada Nacional de Catalunya"));
    assert_eq!(on("ES", Some("CT"), (2026, 4, 2)), None, "Maundy Thursday is a day of work there");
    assert_eq!(on("ES", Some("MD"), (2026, 4, 2)), Some("Jueves Santo"));
    assert_eq!(on("IT", Some("RM"), (2026, 10, 4)), Some("San Francesco"));
    assert_eq!(on("IT", Some("RM"), (2025, 10, 4)), None);
    assert_eq!(on("IT", Some("BZ"), (2026, 5, 25)), Some("Lunedì di Pentecoste"));
    assert_eq!(on("IT", Some("RM"), (2026, 5, 25)), None);
}

#[test]
fn british_days_are_made_good_after_weekends() {
    for (region, day, name) in [
        ("ENG", (2022, 1, 3), Some("New Year's Day")),
        ("ENG", (2022, 1, 4), None),
        ("SCT", (2022, 1, 4), Some("New Year")),
        ("SCT", (2026, 1, 2), Some("New Year")),
        ("ENG", (2026, 1, 2), None),
        ("ENG", (2021, 12, 27), Some("Christmas")),
        ("ENG", (2021, 12, 28), Some("Christmas")),
        ("ENG", (2022, 12, 27), Some("Christmas")),
        ("ENG", (2022, 12, 28), None),
        ("ENG", (2026, 12, 28), Some("Christmas")),
        ("SCT", (2026, 8, 3), Some("Summer bank holiday")),
        ("ENG", (2026, 8, 31), Some("Summer bank holiday")),
        ("SCT", (2026, 4, 6), None),
        ("NIR", (2026, 7, 13), Some("Battle of the Boyne")),
        ("WLS", (2026, 5, 25), Some("Spring bank holiday")),
    ] {
        assert_eq!(on("GB", Some(region), day), name, "{region} {day:?}");
    }
}

#[test]
fn american_days_are_observed_around_weekends() {
    for (day, name) in [
        ((2026, 7, 3), Some("Independence Day")),
        ((2026, 7, 4), Some("Independence Day")),
        ((2027, 7, 5), Some("Independence Day")),
        ((2021, 12, 31), Some("New Year's Day")),
        ((2026, 11, 26), Some("Thanksgiving Day")),
        ((2026, 1, 19), Some("Martin Luther King Jr. Day")),
        ((2026, 5, 25), Some("Memorial Day")),
        ((2026, 11, 27), None),
    ] {
        assert_eq!(on("US", Some("NY"), day), name, "{day:?}");
    }
}

#[test]
fn every_region_that_a_feast_names_is_one() {
    for country in ["DE", "AT", "CH", "FR", "ES", "IT", "GB", "US"] {
        let table = table::find(country).unwrap();
        let known = regions(Country::new(country).unwrap());
        for region in table.feasts.iter().flat_map(|feast| feast.only.split_ascii_whitespace()) {
            assert!(known.contains(&region), "{country} {region}");
        }
        assert!(table.aliases.iter().filter_map(|(_, region)| *region).all(|region| known.contains(&region)));
    }
}
