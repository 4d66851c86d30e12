//! English.

use super::Lexicon;

pub(super) static LEXICON: Lexicon = Lexicon {
    backchannels: &[
        "mm hm", "mm", "mhm", "hm", "hmm", "mmm", "mm hmm", "uh huh", "aha", "ah", "oh", "yes", "yeah", "yep", "yup",
        "ya", "ok", "okay", "right", "alright", "all right", "sure", "i see", "got it", "of course", "great", "good",
        "fine", "cool", "perfect", "exactly", "really", "wow", "nice", "thanks", "thank you", "gotcha", "i know",
        "true", "understood", "sounds good", "very good", "go on",
    ],
    farewells: &[
        "bye", "bye bye", "goodbye", "good bye", "see you", "have a nice day", "have a good day", "you too", "cheers",
        "so much", "very much", "that's all", "that is all",
    ],
    yes: &["yes", "yeah", "yep", "sure", "ok", "okay", "of course", "go ahead", "all right", "alright", "fine", "agree",
        "please do", "correct", "right", "you may"],
    no: &["no", "nope", "not", "don't", "never", "rather not", "disagree"],
    fillers: &["um", "uhm", "uh", "er", "erm", "eh", "hm", "hmm", "mm", "mmm", "ah"],
    open: &[
        "and", "or", "but", "because", "whether", "if", "which", "while", "although", "than",
        "the", "a", "an", "my", "your", "our", "their", "his", "its", "every",
        "i", "i'm", "i'd", "i'll", "i've", "we", "we're", "they", "he", "she", 
        "been", "would", "could", "should", "may", "might",
        "must", "um", "uh", "er", "uhm", "erm", "very", "there's",
        "that's", "what's", "let's", "how", "what", "where", "why", "as",
    ],
    leaning: &[
        "to", "for", "with", "of", "at", "on", "in", "from", "by", "about", "into", "between", "until", "till", "after",
        "before", "around", "near", "without", "during", "since", "through", "want", "need", "wanted", 
        "get", "make", "take", "would", "could",
        "next", "half", "quarter", "double", "triple", "point", "dot", "dash",
    ],
    digits: &["zero", "oh", "o", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "double", "triple"],
    dictation: &["number", "spell", "telephone", "phone", "date of birth", "e mail", "email", "address", "postcode",
        "zip code", "code", "digits", "insurance", "full name"],
};
