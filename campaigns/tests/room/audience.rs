//! Tables of contacts, as people save them.

use campaigns::audience::{Audience, AudienceError, Defaults, Duplicate, Mapping, Person, read, row_of_person};
use campaigns::{Spec, fill_text};

fn house() -> Defaults {
    let some = |text: &str| Some(text.to_owned());
    Defaults { country: some("DE"), language: some("de"), time_zone: some("Europe/Berlin"), clock: None }
}

fn table(text: &str) -> Audience {
    read(text.as_bytes(), &Mapping::default(), &house()).unwrap()
}

fn mapping(yaml: &str) -> Mapping {
    Spec::parse(&format!("name: a\npurpose: reminder\nflow: a\naudience:\n{yaml}")).unwrap().audience
}

#[test]
fn good_rows_are_kept_and_bad_ones_told_one_by_one() {
    let audience = table(
        "number,name,language,time_zone,appointment,doctor\n\
         030 1234567,Anna,de,,2026-12-01 09:30,Dr. Weber\n\
         hello,Bert,,,,\n\
         +43 1 2345678,Carla,,Europe/Vienna,,\n\
         +49301234567,Anna again,,,,\n\
         030 7654321,Dora,deutsch,,,\n\
         030 7654322,Emil,,Mars/Olympus,,\n\
         030 7654323,Fritz,,,tomorrow,\n\
         ,Gerd,,,,\n\
         030 7654325,too,many,cells,,,,\n",
    );
    let rows: Vec<_> = audience.rows.iter().map(|row| (row.line, row.number.to_string())).collect();
    assert_eq!(rows, [(2, "+49301234567".to_owned()), (4, "+4312345678".to_owned())]);
    assert_eq!(audience.duplicates, [Duplicate { line: 5, of: 2 }]);
    let faults: Vec<_> = audience.faults.iter().map(|fault| (fault.line, fault.column.as_deref())).collect();
    let expected = [
        (3, Some("number")),
        (6, Some("language")),
        (7, Some("time_zone")),
        (8, Some("appointment")),
        (9, Some("number")),
        (10, None),
    ];
    assert_eq!((faults, audience.bad_rows), (expected.to_vec(), 6));
    assert!(audience.faults[2].to_string().contains("write it as `Europe/Berlin`"));
    let row = &audience.rows[0];
    assert_eq!(row.appointment, Some("2026-12-01T08:30:00Z".parse().unwrap()));
    assert_eq!(row.local_appointment().as_deref(), Some("2026-12-01T09:30"));
    assert_eq!(row.fields["doctor"], "Dr. Weber");
}

#[test]
fn zone_and_language_come_from_the_column_the_number_or_the_default() {
    let audience = table(
        "number,language,time_zone\n+33155555555,,\n+33155555556,de,Europe/Berlin\n+12125550123,es,\n+41445555555,,\n",
    );
    let known: Vec<_> =
        audience.rows.iter().map(|row| (row.language.as_deref().unwrap(), row.time_zone.as_deref())).collect();
    assert_eq!(known[0], ("fr", Some("Europe/Paris")));
    assert_eq!(known[1], ("de", Some("Europe/Berlin")));
    assert_eq!(known[2].0, "es");
    assert_eq!(known[3], ("de", Some("Europe/Zurich")));
}

#[test]
fn a_sheet_saved_with_semicolons_and_a_byte_order_mark_reads_as_well() {
    let mapping = mapping(
        "  columns:\n    number: Telefon\n    other_numbers: [Mobil, Büro]\n    name: Patient\n    appointment: Termin\n    \
         fields: { doctor: Arzt }\n  appointment_format: \"%d.%m.%Y %H:%M\"\n",
    );
    let text = "\u{feff}Telefon;Mobil;Büro;Patient;Termin;Arzt\r\n\
                030 1234567;0151 12345678;030 1234567;\"Müller; Anna\";1.12.2026 09:30;Weber\r\n";
    let audience = read(text.as_bytes(), &mapping, &house()).unwrap();
    assert_eq!(audience.faults, []);
    let row = &audience.rows[0];
    let others: Vec<_> = row.others.iter().map(ToString::to_string).collect();
    assert_eq!((others, row.name.as_deref()), (vec!["+4915112345678".to_owned()], Some("Müller; Anna")));
    let said = fill_text("{{ name }} bei {{ fields.doctor }} am {{ appointment }}", row).unwrap();
    assert_eq!(said, "Müller; Anna bei Weber am 2026-12-01T09:30");
}

#[test]
fn an_appointment_of_somebody_who_may_be_anywhere_is_on_the_clock_of_the_business() {
    let house = Defaults { clock: Some("Europe/Berlin".to_owned()), ..Defaults::default() };
    let text = "number,appointment\n+1 800 555 0199,2026-12-01T09:30\n+49 30 90182001,2026-12-01T09:30\n";
    let audience = read(text.as_bytes(), &Mapping::default(), &house).unwrap();
    assert_eq!(audience.faults, []);
    for row in &audience.rows {
        assert_eq!(row.appointment.unwrap().to_string(), "2026-12-01T08:30:00Z");
        assert_eq!(row.local_appointment().as_deref(), Some("2026-12-01T09:30"));
    }
    let zones: Vec<_> = audience.rows.iter().map(|row| row.time_zone.as_deref()).collect();
    assert_eq!(zones, [None, Some("Europe/Berlin")], "nobody is called by it");
}

#[test]
fn a_table_without_the_column_says_which_there_are() {
    let wrong = read(b"phone,name\n1,2\n", &Mapping::default(), &house()).unwrap_err();
    assert!(wrong.to_string().contains("no column `number`: it has phone, name"), "{wrong}");
    assert_eq!(read(b"", &Mapping::default(), &house()), Err(AudienceError::Empty));
    let twice = read(b"number,Name,name\n", &Mapping::default(), &house());
    assert_eq!(twice, Err(AudienceError::TwoColumns("name".to_owned())));
}

#[test]
fn a_template_that_asks_for_what_is_not_there_says_so_without_the_values() {
    let audience = table("number,name\n030 1234567,Anna\n");
    let wrong = fill_text("{{ fields.doctor }} {{ name }}", &audience.rows[0]).unwrap_err();
    assert!(wrong.message.contains("audience.columns.fields") && !wrong.to_string().contains("Anna"));
    assert!(fill_text("{% for a in range(100000) %}{{ name }}{% endfor %}", &audience.rows[0]).is_err());
}

#[test]
fn a_table_may_be_without_other_numbers() {
    let mapping = mapping("  columns: { other_numbers: [mobile, Office] }\n");
    let read = |text: &str| read(text.as_bytes(), &mapping, &house()).unwrap();
    let none = read("number,name\n030 1234567,Anna\n");
    assert_eq!((none.rows[0].others.len(), &none.absent[..]), (0, &["mobile".to_owned(), "Office".to_owned()][..]));
    assert!(none.faults.is_empty());
    let one = read("number,office\n030 1234567,030 7654321\n");
    assert_eq!((one.rows[0].others.len(), &one.absent[..]), (1, &["mobile".to_owned()][..]));
}

#[test]
fn a_filter_with_an_empty_cell_is_a_fault_unless_there_is_a_default() {
    let audience = table("number,name,day\n030 1234567,Anna,\n030 1234568,Ben,2026-12-01\n");
    let said = |template: &str, row: usize| fill_text(template, &audience.rows[row]);
    for template in ["on {{ fields.day|date }}", "on {{ fields.room|spell }}", "at {{ appointment|time }}"] {
        let wrong = said(template, 0).unwrap_err();
        assert!(wrong.message.contains("empty cell") && wrong.message.contains("default('')"), "{wrong}");
    }
    assert!(said("on {{ fields.day|date }}", 1).unwrap().contains("2026-12-01"));
    assert_eq!(said("on {{ fields.day|default('')|date }}", 0).as_deref(), Ok("on "));
    assert!(said("on {{ fields.day|default('2026-12-24')|date }}", 0).unwrap().contains("2026-12-24"));
    assert_eq!(said("{{ name|default('you') }}, {{ fields.day }}", 0).as_deref(), Ok("Anna, "), "a cell may be empty");
}

#[test]
fn who_is_known_already_is_a_row_by_what_is_known() {
    let person = |number: Option<&str>, day: &str| Person {
        number: number.map(str::to_owned),
        others: vec!["+4915112345678".to_owned(), "sip:x@y".to_owned()],
        name: Some("Anna".to_owned()),
        fields: [("appointment".to_owned(), day.to_owned())].into(),
        ..Person::default()
    };
    let row = row_of_person(person(Some("+4930901820"), "2026-12-01 09:30"), &Mapping::default(), &house()).unwrap();
    assert_eq!(
        (row.number.to_string().as_str(), row.others.len(), row.name.as_deref()),
        ("+4930901820", 1, Some("Anna"))
    );
    assert_eq!((row.language.as_deref(), row.time_zone.as_deref()), (Some("de"), Some("Europe/Berlin")));
    assert_eq!(row.local_appointment().as_deref(), Some("2026-12-01T09:30"));
    for (number, day, why) in [
        (None, "", "no number"),
        (Some("30901820"), "", "cannot be called"),
        (Some("+4930901820"), "soon", "`appointment`"),
    ] {
        let wrong = row_of_person(person(number, day), &Mapping::default(), &house()).unwrap_err();
        assert!(wrong.contains(why) && !wrong.contains("Anna"), "{wrong}");
    }
}
