//! In English.

use super::{Talk, brain, play, play_at};

#[test]
fn questions_are_answered() {
    play(
        "en",
        "> hello
         < help you
         > when are you open
         < Monday, Tuesday and Thursday
         > and where do I park my car
         < behind the house
         > how much does a cleaning cost
         < ninety
         > thank you
         < welcome
         > no
         < Goodbye
         # hang_up",
    );
}

#[test]
fn hours_of_a_day_are_told() {
    play(
        "en",
        "> are you open now
         < Yes | until | today
         > are you open on Saturday
         < On Saturday, the twenty-eighth of November | closed
         > are you open tomorrow
         < Tomorrow, Tuesday | open
         > are you open on Wednesday at three
         < No | closed
         > and on Wednesday at ten, are you open
         < Yes",
    );
    let night = brain("2026-11-27T20:00:00");
    play_at(&night, "en", "> are you open right now\n < closed | again on Monday, the thirtieth of November | eight");
}

#[test]
fn a_message_is_taken() {
    play(
        "en",
        "> I would like to leave a message
         < name
         > my name is John Miller
         < John Miller | number
         > zero one seven one two three four five six seven
         < seven | message
         > please tell them that I will bring the forms on Friday
         < I will bring the forms on Friday | John Miller | right
         > yes that's right
         # take_message {\"name\": \"John Miller\", \"phone\": \"0171234567\", \"message\": \"I will bring the forms on Friday\"}
         < passed that on
         > no that's all
         < Goodbye
         # hang_up",
    );
}

#[test]
fn an_unknown_question_leads_to_a_message() {
    play(
        "en",
        "> do you sell electric bicycles
         < don't know | message
         > yes please
         < name
         > Anna Bell
         < Anna Bell | number
         > this number
         < message
         > I want to know if you sell electric bicycles
         < calling from | right
         > correct
         # take_message {\"name\": \"Anna Bell\"}
         < passed",
    );
}

#[test]
fn an_appointment_is_asked_for_and_repaired() {
    play(
        "en",
        "> I'd like to make an appointment for a cleaning
         < Which day
         > on Tuesday
         < Tomorrow, Tuesday | time
         > no I said Thursday
         < Sorry | Thursday, the twenty-sixth of November | time
         > at half past ten
         < ten thirty | name
         > it's miller, M I double L E R
         < Miller | number
         > oh one seven one five five five one two three
         < Thursday | ten thirty | Miller | right
         > no, make it Friday
         < Friday, the twenty-seventh of November | right
         > yes
         # take_message {\"name\": \"Miller\", \"phone\": \"0171555123\", \"message\": \"Appointment request: Friday, 27 November 2026, 10:30. I'd like to make an appointment for a cleaning\"}
         < confirm the appointment",
    );
}

#[test]
fn an_appointment_said_at_once_is_understood_at_once() {
    play(
        "en",
        "> can I book an appointment tomorrow at nine
         < Tomorrow, Tuesday | nine | name
         > Brown
         < number
         > same number
         < Brown | calling from | right
         > that is correct
         # take_message {\"name\": \"Brown\"}
         < confirm",
    );
}

#[test]
fn when_it_is_closed_another_time_is_asked_for() {
    play(
        "en",
        "> I need an appointment on Sunday
         < On Sunday | closed | other day | !Which day
         > then Wednesday at four
         < closed | eight | time
         > at eleven
         < eleven | name
         > never mind
         < dropped",
    );
}

#[test]
fn a_call_back_is_noted() {
    play(
        "en",
        "> please call me back
         < name
         > I am Peter Stone
         < Peter Stone | number
         > plus four four
         < go on
         > two zero seven nine four six
         < about
         > zero nine five eight
         < nine five eight | about
         > my bill from last month
         < call you back | my bill from last month | Peter Stone | right
         > the number is wrong
         < number
         > zero three zero one two three four five
         < zero three zero | right
         > yes
         # take_message {\"phone\": \"03012345\", \"message\": \"Please call back. my bill from last month\"}
         < call you back",
    );
}

#[test]
fn a_question_in_the_middle_of_a_form_is_answered() {
    play(
        "en",
        "> I would like an appointment
         < Which day
         > how long does a cleaning take
         < about an hour | Which day
         > sorry what did you say
         < about an hour
         > and when are you open
         < Monday | Which day
         > Friday at nine
         < Friday | nine | name
         > that's wrong
         < time
         > ten
         < ten | name
         > cancel that
         < dropped",
    );
}

#[test]
fn a_person_is_asked_for() {
    play("en", "> can I speak to a person please\n < One moment\n # transfer {\"to\": \"reception\"}");
    play("en", "> I want to talk to Anna\n < One moment\n # transfer {\"to\": \"anna\"}");
    play(
        "en",
        "> my tooth hurts
         < put you through
         > yes please
         < One moment
         # transfer",
    );
    play(
        "en",
        "> I want to leave a message
         < name
         > actually put me through to reception
         < One moment
         # transfer",
    );
    let brain = brain("2026-11-23T10:00:00");
    let mut talk = Talk::new("en");
    talk.broken = true;
    let (said, calls) = talk.say(&brain, "put me through please");
    assert!(said.contains("message") && calls.len() == 1, "{said}");
    let (said, _) = talk.say(&brain, "yes");
    assert!(said.contains("name"), "{said}");
}

#[test]
fn small_talk_and_repeating() {
    play(
        "en",
        "> are you a robot
         < automatic assistant of Northwind Dental
         > what can you do
         < message
         > where are you located
         < 12 Harbour Street
         > say that again please
         < 12 Harbour Street
         > um
         < again
         > hm
         < other words
         > goodbye
         < Goodbye
         # hang_up",
    );
}

#[test]
fn calls_are_stopped() {
    play(
        "en",
        "> please take me off your list and stop calling me
         < do not want any more calls
         > yes please
         # take_message {\"message\": \"The caller does not want any more calls.\"}
         < passed on",
    );
    play("en", "> stop calling me\n < any more calls\n > no\n < nything else");
}

#[test]
fn another_language_is_spoken() {
    play("en", "> sprechen sie deutsch\n # set_language {\"language\": \"de\"}\n < helfen");
    play("en", "> can we speak french\n < only speak English");
    play(
        "en",
        "> I want to leave a message
         < name
         > in german please
         # set_language {\"language\": \"de\"}
         < Namen",
    );
}

#[test]
fn the_same_is_not_asked_for_twice() {
    play(
        "en",
        "> take a message
         < name
         > Jane Doe
         < number
         > zero three zero five five five six six
         < message
         > I lost my umbrella in your practice
         < umbrella | right
         > yes
         # take_message
         < anything else
         > I also need an appointment on Thursday at two
         < Jane Doe | zero three zero | Thursday | right | !Which
         > yes
         # take_message {\"name\": \"Jane Doe\", \"phone\": \"03055566\"}
         < confirm",
    );
}

#[test]
fn nothing_gets_stuck() {
    play(
        "en",
        "> I need an appointment
         < Which day
         > purple
         < name a day
         > green elephant
         < name a day
         > oh well whenever you like
         < time
         > no particular time
         < your name
         > I would rather not say
         < number
         > no
         < right
         > purple
         < yes or no
         > elephant
         < yes or no
         > umbrella
         # take_message
         < confirm",
    );
}

#[test]
fn a_tool_that_fails_is_admitted() {
    let brain = brain("2026-11-23T10:00:00");
    let mut talk = Talk::new("en");
    for text in ["leave a message", "Tom", "this number", "I will be late"] {
        talk.say(&brain, text);
    }
    talk.broken = true;
    let (said, calls) = talk.say(&brain, "yes");
    assert!(said.contains("could not save") && calls.len() == 1, "{said}");
}

#[test]
fn what_the_recogniser_gets_wrong_in_small_words_does_no_harm() {
    play("en", "> want speak person\n < One moment\n # transfer");
    play("en", "> where park car\n < behind the house");
    play("en", "> opening hour please\n < Monday");
    play("en", "> leave message\n < name");
    play("en", "> need a appointment for tuesday ten\n < Tuesday");
    play("en", "> what costs the cleaning\n < ninety");
}

#[test]
fn a_day_alone_asks_for_its_hours_after_the_hours() {
    play(
        "en",
        "> what are your opening hours
         < Monday
         > and on Friday
         < On Friday, the twenty-seventh of November we are open from eight
         > and on Sunday
         < closed",
    );
}

#[test]
fn names_are_set_right() {
    play(
        "en",
        "> I want to book for my son
         < Which day
         > next Thursday at quarter past two
         < two fifteen | name
         > john
         < John | number
         > no that's wrong it's jon
         < Jon | !John | number
         > jon o'hara
         < Jon O'Hara | number
         > at three
         < three | number
         > it's the number I'm calling from
         < Jon O'Hara | calling from | right
         > yes but my name is John O'Hara
         < John O'Hara | right
         > the time is wrong
         < time
         > four
         < four | right
         > correct
         # take_message {\"name\": \"John O'Hara\"}
         < confirm",
    );
}

#[test]
fn a_day_takes_up_the_offer_of_an_appointment() {
    play(
        "en",
        "> how often should I come for a check-up
         < twice a year | appointment
         > next Thursday at nine thirty
         < Thursday, the twenty-sixth | nine thirty | name",
    );
}

#[test]
fn callers_who_give_their_name_are_not_asked_for_it() {
    play(
        "en",
        "> this is Lisa Miller
         < Lisa Miller | help you
         > one moment please
         < take your time
         > please tell the doctor that I lost my insurance card
         < number
         > this number
         < lost my insurance card | Lisa Miller | right
         > yes
         # take_message {\"name\": \"Lisa Miller\", \"message\": \"I lost my insurance card\"}
         < passed",
    );
}
