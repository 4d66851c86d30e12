use super::*;

fn zones(number: &str) -> Vec<&'static str> {
    table::find(number).map(|found| found.zones.to_vec()).unwrap_or_default()
}

#[test]
fn numbers_tell_their_zones() {
    for (number, zone) in [
        ("+4930901820", "Europe/Berlin"),
        ("+41443334455", "Europe/Zurich"),
        ("+34922123456", "Atlantic/Canary"),
        ("+34911234567", "Europe/Madrid"),
        ("+351291123456", "Atlantic/Madeira"),
        ("+12125550123", "America/New_York"),
        ("+16025550123", "America/Phoenix"),
        ("+18085550123", "Pacific/Honolulu"),
        ("+16045550123", "America/Vancouver"),
        ("+18765550123", "America/Jamaica"),
        ("+74951234567", "Europe/Moscow"),
        ("+77012345678", "Asia/Almaty"),
        ("+61291234567", "Australia/Sydney"),
        ("+61891234567", "Australia/Perth"),
        ("+5592912345678", "America/Manaus"),
        ("+5511912345678", "America/Sao_Paulo"),
        ("+3531234567", "Europe/Dublin"),
    ] {
        assert_eq!(zone_of_number(number), Some(zone), "{number}");
    }
}

#[test]
fn where_a_number_may_be_in_several_zones_all_are_told() {
    assert_eq!(zones("+34612345678"), ["Europe/Madrid", "Atlantic/Canary"]);
    assert_eq!(zones("+18505550123"), ["America/New_York", "America/Chicago"]);
    assert_eq!(zones("+18005550123").len(), 8);
    assert_eq!(zones("+79161234567").len(), 11);
    assert_eq!(zones("+61412345678").len(), 5);
    assert_eq!(zone_of_number("+34612345678"), None);
    assert!(zones("+8811234567").is_empty() && zones("4930901820").is_empty() && zones("+").is_empty());
}

#[test]
fn the_books_know_better_than_the_number() {
    let place = Place::of_number("+34928123456");
    assert_eq!((place.country(), place.region()), (Country::new("es"), Some("CN")));
    let moved = Place::new("+4915112345678", None, Some("ES"), Some("ES-CT")).unwrap();
    assert_eq!((moved.zones().len(), moved.region()), (2, Some("CT")));
    let here = Place::new("+4915112345678", Some("Asia/Tokyo"), Some("de"), Some("nonsense")).unwrap();
    assert_eq!((here.zones().len(), here.region()), (1, None));
    assert_eq!(here.zones()[0].iana_name(), Some("Asia/Tokyo"));
    assert!(matches!(Place::new("+49", Some("Mars/Base"), None, None), Err(PlaceError::Zone(_))));
    assert!(matches!(Place::new("+49", None, Some("DEU"), None), Err(PlaceError::Country(_))));
}

#[test]
fn every_zone_of_the_tables_exists() {
    for zone in table::every_zone().chain(north_america::every_zone()) {
        assert!(ZONES.get(zone).is_ok(), "{zone}");
    }
}

#[test]
fn every_area_code_is_one_and_stands_once() {
    let mut codes: Vec<&str> = north_america::every_code().collect();
    assert!(codes.iter().all(|code| code.len() == 3));
    codes.sort_unstable();
    let twice: Vec<_> = codes.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}
