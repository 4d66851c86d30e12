//! The tables. Sources: the holiday acts of the Länder; Feiertagsruhegesetz (AT); the Federal Office of Justice's list
//! (CH); Code du travail, article L3133-1 and L3134-13 (FR); Estatuto de los Trabajadores, artículo 37.2 (ES); legge
//! 27 maggio 1949, n. 260 (IT); Banking and Financial Dealings Act 1971 (GB); 5 U.S.C. 6103 (US).

use jiff::civil::Weekday::{self, Monday, Thursday, Wednesday};

/// When a feast is.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    /// Month and day.
    Fixed(i8, i8),
    /// Days after Easter Sunday.
    Easter(i16),
    /// The first such weekday of a month on or after a day.
    OnOrAfter(i8, i8, Weekday),
    /// The last such weekday of a month.
    Last(i8, Weekday),
    /// Month and day; on a Saturday the Friday before, too, and on a Sunday the Monday after.
    Observed(i8, i8),
    /// Month and day; on a weekend the Monday after, too.
    Substituted(i8, i8),
    /// Month and day, and the day after.
    SubstitutedPair(i8, i8),
    /// The Näfelser Fahrt.
    Nafels,
}

use When::{Easter, Fixed, Last, Nafels, Observed, OnOrAfter, Substituted, SubstitutedPair};

/// A public holiday.
#[derive(Debug)]
pub(super) struct Feast {
    pub name: &'static str,
    pub when: When,
    /// The regions that keep it, with spaces between; empty: all.
    pub only: &'static str,
    /// The first year.
    pub since: i16,
}

/// A country's.
pub(super) struct Holidays {
    pub country: &'static str,
    pub regions: &'static str,
    /// Other names of regions; `None`: a region of which only a part keeps its own days.
    pub aliases: &'static [(&'static str, Option<&'static str>)],
    /// Whether regions that are not named have none of their own.
    pub others: bool,
    pub feasts: &'static [Feast],
}

/// A region without days of its own.
pub(super) const ELSEWHERE: &str = "-";

pub(super) fn find(country: &str) -> Option<&'static Holidays> {
    COUNTRIES.iter().find(|holidays| holidays.country == country)
}

const fn all(name: &'static str, when: When) -> Feast {
    Feast { name, when, only: "", since: 0 }
}

const fn only(only: &'static str, name: &'static str, when: When) -> Feast {
    Feast { name, when, only, since: 0 }
}

const COUNTRIES: &[Holidays] = &[
    Holidays {
        country: "DE",
        regions: "BW BY BE BB HB HH HE MV NI NW RP SL SN ST SH TH",
        aliases: &[],
        others: false,
        feasts: GERMANY,
    },
    Holidays { country: "AT", regions: "1 2 3 4 5 6 7 8 9", aliases: &[], others: true, feasts: AUSTRIA },
    Holidays {
        country: "CH",
        regions: "ZH BE LU UR SZ OW NW GL ZG FR SO BS BL SH AR AI SG GR AG TG TI VD VS NE GE JU",
        aliases: &[],
        others: false,
        feasts: SWITZERLAND,
    },
    Holidays {
        country: "FR",
        regions: "57 67 68",
        aliases: &[("6AE", Some("67")), ("A", Some("67")), ("GES", None)],
        others: true,
        feasts: FRANCE,
    },
    Holidays {
        country: "ES",
        regions: "AN AR AS CN CB CL CM CT EX GA IB RI MD MC NC PV VC CE ML",
        aliases: &[],
        others: false,
        feasts: SPAIN,
    },
    Holidays { country: "IT", regions: "BZ", aliases: &[("32", None)], others: true, feasts: ITALY },
    Holidays { country: "GB", regions: "ENG WLS SCT NIR", aliases: &[], others: false, feasts: KINGDOM },
    Holidays { country: "US", regions: "", aliases: &[], others: true, feasts: STATES },
];

const GERMANY: &[Feast] = &[
    all("Neujahr", Fixed(1, 1)),
    only("BW BY ST", "Heilige Drei Könige", Fixed(1, 6)),
    only("BE MV", "Internationaler Frauentag", Fixed(3, 8)),
    all("Karfreitag", Easter(-2)),
    all("Ostersonntag", Easter(0)),
    all("Ostermontag", Easter(1)),
    all("Tag der Arbeit", Fixed(5, 1)),
    all("Christi Himmelfahrt", Easter(39)),
    all("Pfingstsonntag", Easter(49)),
    all("Pfingstmontag", Easter(50)),
    // In Sachsen and Thüringen in some places only: they are kept free whole.
    only("BW BY HE NW RP SL SN TH", "Fronleichnam", Easter(60)),
    only("BY SL", "Mariä Himmelfahrt", Fixed(8, 15)),
    only("TH", "Weltkindertag", Fixed(9, 20)),
    all("Tag der Deutschen Einheit", Fixed(10, 3)),
    only("BB HB HH MV NI SN ST SH TH", "Reformationstag", Fixed(10, 31)),
    only("BW BY NW RP SL", "Allerheiligen", Fixed(11, 1)),
    only("SN", "Buß- und Bettag", OnOrAfter(11, 16, Wednesday)),
    all("Erster Weihnachtstag", Fixed(12, 25)),
    all("Zweiter Weihnachtstag", Fixed(12, 26)),
];

const AUSTRIA: &[Feast] = &[
    all("Neujahr", Fixed(1, 1)),
    all("Heilige Drei Könige", Fixed(1, 6)),
    all("Ostermontag", Easter(1)),
    all("Staatsfeiertag", Fixed(5, 1)),
    all("Christi Himmelfahrt", Easter(39)),
    all("Pfingstmontag", Easter(50)),
    all("Fronleichnam", Easter(60)),
    all("Mariä Himmelfahrt", Fixed(8, 15)),
    all("Nationalfeiertag", Fixed(10, 26)),
    all("Allerheiligen", Fixed(11, 1)),
    all("Mariä Empfängnis", Fixed(12, 8)),
    all("Christtag", Fixed(12, 25)),
    all("Stefanitag", Fixed(12, 26)),
];

const SWITZERLAND: &[Feast] = &[
    all("Neujahrstag", Fixed(1, 1)),
    only("ZH BE LU OW GL ZG FR SO SH AG TG VD NE JU", "Berchtoldstag", Fixed(1, 2)),
    only("UR SZ GR TI", "Heilige Drei Könige", Fixed(1, 6)),
    only("NE", "Instauration de la République", Fixed(3, 1)),
    only("LU UR SZ NW ZG SO GR TI VS", "Josefstag", Fixed(3, 19)),
    only("GL", "Näfelser Fahrt", Nafels),
    only("ZH BE LU UR SZ OW NW GL ZG FR SO BS BL SH AR AI SG GR AG TG VD NE GE JU", "Karfreitag", Easter(-2)),
    all("Ostermontag", Easter(1)),
    only("ZH FR SO BS BL SH AG TG TI NE JU", "Tag der Arbeit", Fixed(5, 1)),
    all("Auffahrt", Easter(39)),
    all("Pfingstmontag", Easter(50)),
    only("LU UR SZ OW NW ZG FR SO AI GR AG TI VS NE JU", "Fronleichnam", Easter(60)),
    only("JU", "Commémoration du plébiscite jurassien", Fixed(6, 23)),
    only("LU GR TI", "Peter und Paul", Fixed(6, 29)),
    all("Bundesfeier", Fixed(8, 1)),
    only("LU UR SZ OW NW ZG FR SO BL AI GR AG TI VS JU", "Mariä Himmelfahrt", Fixed(8, 15)),
    only("GE", "Jeûne genevois", OnOrAfter(9, 5, Thursday)),
    only("VD NE", "Lundi du Jeûne", OnOrAfter(9, 16, Monday)),
    only("AI", "Mauritiustag", Fixed(9, 22)),
    only("OW", "Bruderklausenfest", Fixed(9, 25)),
    only("LU UR SZ OW NW GL ZG FR SO AI SG GR AG TI VS JU", "Allerheiligen", Fixed(11, 1)),
    only("LU UR SZ OW NW ZG FR SO AI GR AG TI VS", "Mariä Empfängnis", Fixed(12, 8)),
    all("Weihnachtstag", Fixed(12, 25)),
    only("ZH BE LU UR SZ OW NW GL ZG FR SO BS BL SH AR AI SG GR AG TG TI NE", "Stephanstag", Fixed(12, 26)),
    only("GE", "Restauration de la République", Fixed(12, 31)),
];

const FRANCE: &[Feast] = &[
    all("Jour de l'an", Fixed(1, 1)),
    only("57 67 68", "Vendredi saint", Easter(-2)),
    all("Lundi de Pâques", Easter(1)),
    all("Fête du Travail", Fixed(5, 1)),
    all("Victoire de 1945", Fixed(5, 8)),
    all("Ascension", Easter(39)),
    all("Lundi de Pentecôte", Easter(50)),
    all("Fête nationale", Fixed(7, 14)),
    all("Assomption", Fixed(8, 15)),
    all("Toussaint", Fixed(11, 1)),
    all("Armistice de 1918", Fixed(11, 11)),
    all("Noël", Fixed(12, 25)),
    only("57 67 68", "Saint-Étienne", Fixed(12, 26)),
];

const SPAIN: &[Feast] = &[
    all("Año Nuevo", Fixed(1, 1)),
    all("Epifanía del Señor", Fixed(1, 6)),
    only("AN", "Día de Andalucía", Fixed(2, 28)),
    only("IB", "Dia de les Illes Balears", Fixed(3, 1)),
    only("VC MC NC PV GA CM MD EX", "San José", Fixed(3, 19)),
    only("AN AR AS CN CB CL CM EX GA IB RI MD MC NC PV CE ML", "Jueves Santo", Easter(-3)),
    all("Viernes Santo", Easter(-2)),
    only("CT IB RI NC PV VC CM", "Lunes de Pascua", Easter(1)),
    only("AR CL", "San Jorge; Día de Castilla y León", Fixed(4, 23)),
    all("Fiesta del Trabajo", Fixed(5, 1)),
    only("MD", "Fiesta de la Comunidad de Madrid", Fixed(5, 2)),
    only("GA", "Día das Letras Galegas", Fixed(5, 17)),
    only("CT", "Segona Pasqua", Easter(50)),
    only("CN", "Día de Canarias", Fixed(5, 30)),
    only("CM", "Día de Castilla-La Mancha", Fixed(5, 31)),
    only("CM", "Corpus Christi", Easter(60)),
    only("RI MC", "Día de La Rioja; Día de la Región de Murcia", Fixed(6, 9)),
    only("CT VC", "San Juan", Fixed(6, 24)),
    only("GA PV NC MD", "Santiago Apóstol", Fixed(7, 25)),
    only("CB", "Día de las Instituciones de Cantabria", Fixed(7, 28)),
    all("Asunción de la Virgen", Fixed(8, 15)),
    only("CE", "Día de Ceuta", Fixed(9, 2)),
    only("AS EX", "Día de Asturias; Día de Extremadura", Fixed(9, 8)),
    only("CT", "Diada Nacional de Catalunya", Fixed(9, 11)),
    only("CB", "La Bien Aparecida", Fixed(9, 15)),
    only("ML", "Día de Melilla", Fixed(9, 17)),
    only("VC", "Dia de la Comunitat Valenciana", Fixed(10, 9)),
    all("Fiesta Nacional de España", Fixed(10, 12)),
    all("Todos los Santos", Fixed(11, 1)),
    only("NC", "San Francisco Javier", Fixed(12, 3)),
    all("Día de la Constitución", Fixed(12, 6)),
    all("Inmaculada Concepción", Fixed(12, 8)),
    all("Navidad", Fixed(12, 25)),
    only("CT IB", "Sant Esteve", Fixed(12, 26)),
];

const ITALY: &[Feast] = &[
    all("Capodanno", Fixed(1, 1)),
    all("Epifania", Fixed(1, 6)),
    all("Pasqua", Easter(0)),
    all("Lunedì dell'Angelo", Easter(1)),
    all("Liberazione", Fixed(4, 25)),
    all("Festa del lavoro", Fixed(5, 1)),
    only("BZ", "Lunedì di Pentecoste", Easter(50)),
    all("Festa della Repubblica", Fixed(6, 2)),
    all("Assunzione", Fixed(8, 15)),
    // Legge 8 ottobre 2025, n. 151.
    Feast { name: "San Francesco", when: Fixed(10, 4), only: "", since: 2026 },
    all("Ognissanti", Fixed(11, 1)),
    all("Immacolata Concezione", Fixed(12, 8)),
    all("Natale", Fixed(12, 25)),
    all("Santo Stefano", Fixed(12, 26)),
];

const KINGDOM: &[Feast] = &[
    only("ENG WLS NIR", "New Year's Day", Substituted(1, 1)),
    only("SCT", "New Year", SubstitutedPair(1, 1)),
    only("NIR", "St Patrick's Day", Substituted(3, 17)),
    all("Good Friday", Easter(-2)),
    only("ENG WLS NIR", "Easter Monday", Easter(1)),
    all("Early May bank holiday", OnOrAfter(5, 1, Monday)),
    all("Spring bank holiday", Last(5, Monday)),
    only("NIR", "Battle of the Boyne", Substituted(7, 12)),
    only("SCT", "Summer bank holiday", OnOrAfter(8, 1, Monday)),
    only("ENG WLS NIR", "Summer bank holiday", Last(8, Monday)),
    only("SCT", "St Andrew's Day", Substituted(11, 30)),
    all("Christmas", SubstitutedPair(12, 25)),
];

const STATES: &[Feast] = &[
    all("New Year's Day", Observed(1, 1)),
    all("Martin Luther King Jr. Day", OnOrAfter(1, 15, Monday)),
    all("Washington's Birthday", OnOrAfter(2, 15, Monday)),
    all("Memorial Day", Last(5, Monday)),
    all("Juneteenth", Observed(6, 19)),
    all("Independence Day", Observed(7, 4)),
    all("Labor Day", OnOrAfter(9, 1, Monday)),
    all("Columbus Day", OnOrAfter(10, 8, Monday)),
    all("Veterans Day", Observed(11, 11)),
    all("Thanksgiving Day", OnOrAfter(11, 22, Thursday)),
    all("Christmas Day", Observed(12, 25)),
];
