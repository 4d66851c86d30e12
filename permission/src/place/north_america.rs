//! Area codes of the North American Numbering Plan (+1) with their countries and zones. Codes that lie on both sides of
//! a border of zones name both; mobile numbers keep theirs when their owners move, which nobody can tell from them.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::table::Found;

type Area = (&'static str, &'static str, &'static [&'static str]);

/// What an area code of three digits tells.
pub(super) fn find(area: &str) -> Option<Found> {
    static BY_AREA: LazyLock<HashMap<&str, Found>> = LazyLock::new(|| {
        let areas = AREAS.iter().flat_map(|&(country, codes, zones)| {
            codes.split_ascii_whitespace().map(move |code| (code, Found { country, zones, region: None }))
        });
        areas.collect()
    });
    // Numbers without a place (toll-free, personal), and codes newer than this table.
    let anywhere = Found { country: "US", zones: UNITED_STATES, region: None };
    area.bytes().all(|digit| digit.is_ascii_digit()).then(|| BY_AREA.get(area).copied().unwrap_or(anywhere))
}

/// All zones of a country of the plan.
pub(super) fn zones_of(country: &str) -> Option<&'static [&'static str]> {
    match country {
        "US" => Some(UNITED_STATES),
        "CA" => Some(CANADA),
        _ => AREAS.iter().find(|area| area.0 == country).map(|area| area.2),
    }
}

const UNITED_STATES: &[&str] = &[
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Adak",
    "Pacific/Honolulu",
];
const CANADA: &[&str] = &[
    "America/St_Johns",
    "America/Halifax",
    "America/Toronto",
    "America/Winnipeg",
    "America/Regina",
    "America/Edmonton",
    "America/Vancouver",
    "America/Whitehorse",
];
const EASTERN: &[&str] = &["America/New_York"];
const CENTRAL: &[&str] = &["America/Chicago"];
const EAST_AND_CENTRAL: &[&str] = &["America/New_York", "America/Chicago"];
const MOUNTAIN: &[&str] = &["America/Denver"];
const CENTRAL_AND_MOUNTAIN: &[&str] = &["America/Chicago", "America/Denver"];
const PACIFIC: &[&str] = &["America/Los_Angeles"];
const MOUNTAIN_AND_PACIFIC: &[&str] = &["America/Denver", "America/Los_Angeles"];
const ARIZONA: &[&str] = &["America/Phoenix"];
const NAVAJO: &[&str] = &["America/Phoenix", "America/Denver"];

const AREAS: &[Area] = &[
    // Connecticut, Delaware, District of Columbia, Maine, Maryland, Massachusetts, New Hampshire, New Jersey.
    (
        "US",
        "203 475 860 959 302 202 771 207 227 240 301 410 443 667 339 351 413 508 617 774 781 857 978 603 201 551 609 640 \
         732 848 856 862 908 973",
        EASTERN,
    ),
    // New York, North Carolina, Ohio, Pennsylvania, Rhode Island, South Carolina.
    (
        "US",
        "212 315 329 332 347 363 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934 252 336 472 704 743 828 \
         910 919 980 984 216 220 234 283 326 330 380 419 436 440 513 567 614 740 937 215 223 267 272 412 445 484 570 582 \
         610 717 724 814 835 878 401 803 821 839 843 854 864",
        EASTERN,
    ),
    // Vermont, Virginia, West Virginia, Georgia, Florida, and the eastern parts of Michigan, Indiana, Kentucky, Tennessee.
    (
        "US",
        "802 276 434 540 571 686 703 757 804 826 948 304 681 229 404 470 478 678 706 762 770 912 943 239 305 321 324 352 \
         386 407 561 645 656 689 727 728 754 772 786 813 863 904 941 954 231 248 269 313 517 586 616 679 734 810 947 989 \
         260 317 463 765 502 859 865",
        EASTERN,
    ),
    // The Florida panhandle, upper Michigan, and what lies on both sides in Indiana, Kentucky, Tennessee.
    ("US", "850 448 906 574 812 930 270 364 606 423 931", EAST_AND_CENTRAL),
    // Alabama, Arkansas, Illinois, Indiana by Chicago, Iowa, Kansas, Louisiana, Minnesota, Mississippi, Missouri.
    (
        "US",
        "205 251 256 659 938 327 479 501 870 217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872 219 319 \
         515 563 641 712 316 913 225 318 337 457 504 985 218 320 507 612 651 763 924 952 228 471 601 662 769 235 314 417 \
         557 573 636 660 816 975",
        CENTRAL,
    ),
    // Nebraska, Oklahoma, Tennessee, Texas, Wisconsin.
    (
        "US",
        "402 531 405 539 572 580 918 615 629 731 901 210 214 254 281 325 346 361 409 430 469 512 621 682 713 726 737 806 \
         817 830 832 903 936 940 945 956 972 979 262 274 353 414 534 608 715 920",
        CENTRAL,
    ),
    // Eastern Alabama by Columbus.
    ("US", "334", EAST_AND_CENTRAL),
    // Kansas, Nebraska, the Dakotas and Texas in the west.
    ("US", "620 785 308 701 605 432", CENTRAL_AND_MOUNTAIN),
    // Colorado, Montana, New Mexico, El Paso, Utah, Wyoming.
    ("US", "303 719 720 748 970 983 406 505 575 915 385 435 801 307", MOUNTAIN),
    ("US", "480 520 602 623", ARIZONA),
    ("US", "928", NAVAJO),
    // Idaho, Nevada and Oregon in the east.
    ("US", "208 986 775 541 458", MOUNTAIN_AND_PACIFIC),
    // California, Las Vegas, Oregon, Washington.
    (
        "US",
        "209 213 279 310 323 341 350 357 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747 \
         760 805 818 820 831 837 840 858 909 916 925 949 951 702 725 503 971 206 253 360 425 509 564",
        PACIFIC,
    ),
    ("US", "907", &["America/Anchorage", "America/Adak"]),
    ("US", "808", &["Pacific/Honolulu"]),
    ("PR", "787 939", &["America/Puerto_Rico"]),
    ("VI", "340", &["America/St_Thomas"]),
    ("GU", "671", &["Pacific/Guam"]),
    ("MP", "670", &["Pacific/Saipan"]),
    ("AS", "684", &["Pacific/Pago_Pago"]),
    // Canada, from the east to the west.
    ("CA", "709 879", &["America/St_Johns", "America/Goose_Bay"]),
    ("CA", "902 782", &["America/Halifax"]),
    ("CA", "506 428", &["America/Moncton"]),
    ("CA", "418 581 367", &["America/Toronto", "America/Halifax"]),
    (
        "CA",
        "263 354 438 450 468 514 579 819 873 226 249 289 343 365 382 387 416 437 519 548 613 647 683 705 742 753 905 942",
        &["America/Toronto"],
    ),
    ("CA", "807", &["America/Toronto", "America/Winnipeg"]),
    ("CA", "204 431 584", &["America/Winnipeg"]),
    ("CA", "306 639 474", &["America/Regina", "America/Edmonton"]),
    ("CA", "403 587 780 825 368", &["America/Edmonton"]),
    ("CA", "604", &["America/Vancouver"]),
    ("CA", "236 250 257 672 778", &["America/Vancouver", "America/Edmonton", "America/Fort_Nelson"]),
    ("CA", "867", &["America/Whitehorse", "America/Edmonton", "America/Rankin_Inlet", "America/Iqaluit"]),
    ("CA", "600 622 633 644 655 677 688", CANADA),
    // The Caribbean and Bermuda.
    ("BS", "242", &["America/Nassau"]),
    ("BB", "246", &["America/Barbados"]),
    ("AI", "264", &["America/Anguilla"]),
    ("AG", "268", &["America/Antigua"]),
    ("VG", "284", &["America/Tortola"]),
    ("KY", "345", &["America/Cayman"]),
    ("BM", "441", &["Atlantic/Bermuda"]),
    ("GD", "473", &["America/Grenada"]),
    ("TC", "649", &["America/Grand_Turk"]),
    ("JM", "658 876", &["America/Jamaica"]),
    ("MS", "664", &["America/Montserrat"]),
    ("SX", "721", &["America/Lower_Princes"]),
    ("LC", "758", &["America/St_Lucia"]),
    ("DM", "767", &["America/Dominica"]),
    ("VC", "784", &["America/St_Vincent"]),
    ("DO", "809 829 849", &["America/Santo_Domingo"]),
    ("TT", "868", &["America/Port_of_Spain"]),
    ("KN", "869", &["America/St_Kitts"]),
];

#[cfg(test)]
pub(super) fn every_zone() -> impl Iterator<Item = &'static str> {
    AREAS.iter().flat_map(|area| area.2.iter().copied()).chain(UNITED_STATES.iter().copied())
}

#[cfg(test)]
pub(super) fn every_code() -> impl Iterator<Item = &'static str> {
    AREAS.iter().flat_map(|area| area.1.split_ascii_whitespace())
}
