//! In German.

use super::play;

#[test]
fn questions_are_answered() {
    play(
        "de",
        "> Guten Tag
         < helfen
         > wann haben Sie geöffnet
         < Montag bis Donnerstag
         > wo kann ich denn parken
         < hinter dem Haus
         > was kostet eine Zahnreinigung
         < neunzig
         > wie komme ich zu Ihnen
         < Hafenstraße 12
         > vielen Dank
         < och etwas
         > nein danke
         < Wiederhören
         # hang_up",
    );
}

#[test]
fn hours_of_a_day_are_told() {
    play(
        "de",
        "> haben Sie jetzt geöffnet
         < Ja | heute bis
         > haben Sie am Samstag offen
         < Am Samstag, den achtundzwanzigsten November | geschlossen
         > haben Sie morgen geöffnet
         < Morgen, Dienstag | geöffnet
         > haben Sie am Mittwoch um fünfzehn Uhr geöffnet
         < Nein | geschlossen",
    );
}

#[test]
fn a_message_is_taken() {
    play(
        "de",
        "> ich möchte eine Nachricht hinterlassen
         < Name
         > mein Name ist Schmidt
         < Schmidt | Nummer
         > null eins sieben eins, zwo drei vier, fünfundvierzig
         < fünf | Nachricht
         > richten Sie bitte aus, dass ich morgen später komme
         < ich morgen später komme | Schmidt | richtig
         > ja das stimmt
         # take_message {\"name\": \"Schmidt\", \"phone\": \"017123445\", \"message\": \"ich morgen später komme\"}
         < weitergegeben
         > nein das war alles
         < Wiederhören
         # hang_up",
    );
}

#[test]
fn an_appointment_is_asked_for_and_repaired() {
    play(
        "de",
        "> ich brauche einen Termin
         < Welcher Tag
         > am Dienstag
         < Morgen, Dienstag | Uhr
         > nein ich sagte Donnerstag
         < Entschuldigung | Donnerstag, den sechsundzwanzigsten November | Uhr
         > halb zehn
         < Name
         > Maier, M A I E R
         < Maier | Nummer
         > diese Nummer
         < Donnerstag | Maier | anrufen | richtig
         > nein, um zehn
         < zehn | richtig
         > genau
         # take_message {\"name\": \"Maier\", \"message\": \"Terminwunsch: Donnerstag, 26. November 2026, 10:00.\"}
         < bestätigen",
    );
}

#[test]
fn a_closed_day_and_a_cancelled_form() {
    play(
        "de",
        "> ich hätte gern am Sonntag einen Termin
         < Am Sonntag | geschlossen | andere
         > dann Freitag um fünfzehn Uhr
         < geschlossen | Zeit
         > um elf
         < elf | Name
         > vergessen Sie es
         < lassen",
    );
}

#[test]
fn a_person_a_call_back_and_unknown_things() {
    play("de", "> ich möchte mit einem Menschen sprechen\n < verbinde\n # transfer");
    play("de", "> verbinden Sie mich bitte\n < verbinde\n # transfer");
    play(
        "de",
        "> verkaufen Sie auch Fahrräder
         < weiß ich leider nicht | Nachricht
         > nein
         < noch
         > können Sie mich zurückrufen
         < Name
         > Weber
         < Weber | Nummer
         > null drei null, eins zwei drei, vier fünf sechs
         < Worum
         > meine Rechnung
         < Rechnung | Weber | richtig
         > der Name ist falsch
         < Name
         > Wagner
         < Wagner
         > ja
         # take_message {\"name\": \"Wagner\", \"message\": \"Bitte zurückrufen. meine Rechnung\"}
         < zurück",
    );
    play("de", "> rufen Sie mich nicht mehr an\n < keine Anrufe mehr\n > ja\n # take_message\n < weitergegeben");
    play("de", "> do you speak english\n # set_language {\"language\": \"en\"}\n < help you");
}

#[test]
fn small_talk_and_repeating() {
    play(
        "de",
        "> sind Sie ein Roboter
         < automatische Assistent
         > wie bitte
         < automatische Assistent
         > Hilfe
         < fragen
         > mein Zahn tut weh
         < verbinden
         > ja bitte
         < verbinde
         # transfer",
    );
}
