"""What callers of a front desk say: a seeded grammar of English utterances.

A template is text with `(a|b)` for a choice, `[a]` for something that may be left out, and `<slot>` for a
list or a function of this file. `spoken` gives the text for a voice where it differs from the transcript.
"""

import random
import re

ONES = "zero one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = ("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
            "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth").split()
FIRST = ("anna ben maria john peter sarah tom emma david laura michael lisa james julia robert alice paul kate george "
         "helen mark sophie daniel nina").split()
LAST = ("miller smith brown jones taylor wilson baker carter clark cooper davis evans fisher hall harris hill johnson "
        "king lewis martin moore parker schmidt walker weber white young").split()
LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz", (
    "ay bee see dee ee eff jee aitch eye jay kay ell em en oh pee cue are ess tee you vee double-you ex why zed").split()))

SLOTS = {
    "day": "monday tuesday wednesday thursday friday saturday sunday".split(),
    "month": "january february march april may june july august september october november december".split(),
    "first": FIRST,
    "last": LAST,
    "part": ["morning", "afternoon", "evening"],
    "doctor": ["the doctor", "the dentist", "doctor <last>", "the hygienist"],
    "treatment": ["a cleaning", "a check up", "a filling", "a crown", "a root canal", "a consultation", "an x ray",
                  "whitening", "an implant", "braces", "a new crown", "a tooth cleaning", "an appointment"],
    "trouble": ["a toothache", "a broken tooth", "a lost filling", "a swollen cheek", "bleeding gums", "a loose tooth",
                "terrible pain", "pain", "a fever", "a lot of pain", "a loose crown", "sensitive teeth"],
    "family": ["my son", "my daughter", "my wife", "my husband", "my mother", "my father", "my child", "my children",
               "my family", "me", "myself", "a friend"],
    "when": ["today", "tomorrow", "[on] <day>", "next <day>", "next week", "this week", "this <part>", "<day> <part>",
             "tomorrow <part>", "the day after tomorrow", "on the <ordinal>", "the <ordinal> of <month>",
             "<month> <ordinal>", "at <time>", "<day> at <time>", "tomorrow at <time>", "next month",
             "<day> the <ordinal>", "<day> the <ordinal> of <month>", "in two weeks", "the week after"],
    "thing": ["an appointment", "the appointment", "my appointment"],
    "person": ["a person", "a human", "a real person", "someone", "somebody", "reception", "the reception",
               "the receptionist", "the office", "a human being", "an agent", "<doctor>", "the manager", "the team"],
    "number": lambda r: number(r.randint(0, 100)),
    "ordinal": lambda r: ordinal(r.randint(1, 31)),
    "time": lambda r: clock(r),
    "digits": lambda r: digits(r),
    "spelling": lambda r: " ".join(r.choice(FIRST + LAST)) if r.random() < 0.6 else
    " ".join(r.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(r.randint(2, 5))),
    "year": lambda r: r.choice(["nineteen ", "twenty "]) + number(r.randint(11, 99)),
    "street": ["harbour street", "main street", "station road", "park road", "church street", "<last> street"],
    "word": lambda r: r.choice(vocabulary()),
}

# (weight, template)
TRAINED = [
    # Short answers and backchannels.
    (10, "(yes|yeah|yep|yes please|yes that's right|yes that's correct|that's right|correct|that's correct|sure|of course|"
         "certainly|absolutely|exactly|right|okay|ok|all right|fine|that's fine|good|great|perfect|sounds good|that works|"
         "that would be great|very good|i think so|definitely)"),
    (8, "(no|nope|no thanks|no thank you|no that's wrong|that's not right|that's wrong|not really|no not today|no i don't|"
        "not at all|i don't think so|wrong|never mind|nothing else|no that's all|that's all|that's it|nothing)"),
    (4, "(maybe|perhaps|possibly|i'm not sure|i don't know|i have no idea|not yet|it depends|let me think|one moment|"
        "one moment please|just a moment|wait|wait a minute|hold on|just a second|hang on|let me see)"),
    (4, "(mm-hm|uh huh|mm|um|uh|hm|i see|oh|oh okay|ah|well|really|so|and|um yes|um no|uh yes|uh no)"),
    (4, "(hello|hi|good morning|good afternoon|good evening|hello there|hi there|hello good morning|hey)"),
    (5, "(goodbye|bye|bye bye|thank you goodbye|thanks bye|thank you very much|thank you|thanks|thanks a lot|"
        "many thanks|have a nice day|see you|see you on <day>|see you tomorrow|thank you for your help|you're welcome)"),
    # Questions.
    (9, "(when|what time) (do you|are you|does the practice|is the practice) (open|close|closed) [<when>]"),
    (7, "are you open [on] (<when>|<day>|the weekend|holidays|christmas|easter|new year)"),
    (7, "what are your [opening] hours [(today|tomorrow|this week|on <day>|next week|at christmas|at easter)]"),
    (4, "(how late|how long) are you open [<when>]"),
    (6, "(where are you|where is the practice|where are you located|what is your address|what's your address|"
        "what's the address|can you give me the address|could you tell me the address)"),
    (6, "(how do i get|how can i get|how do i come) (there|to you|to the practice|to <street>) [by (bus|train|car|tram|bike)]"),
    (6, "(is there|do you have|where can i find) [any|free] parking [(nearby|there|for my car|in front of the practice)]"),
    (3, "(which|what) (floor|bus|tram|train|station|street|building) (is it|do i take|are you in|is the practice on)"),
    (2, "(is there a|do you have a) (lift|elevator|ramp|website|waiting list|wheelchair ramp|car park)"),
    (7, "how much (is|does it cost for|do you charge for|will it cost for|would it be for) <treatment>"),
    (6, "(what is|what's) the (price|cost) (of|for) <treatment>"),
    (6, "do you (take|accept) ([my] insurance|private insurance|public insurance|credit cards|cash|new patients|children)"),
    (4, "(can i pay|do you take payment) (by card|in cash|later|with insurance|in two parts|by bank transfer)"),
    (4, "does [my|the] insurance (pay for|cover) <treatment>"),
    (4, "(do you|does <doctor>) (offer|do|treat) (<treatment>|children|implants|whitening|emergencies|nervous patients)"),
    (3, "(how long does|how long will) (it|<treatment>) take"),
    (3, "(does it|will it|is it going to) hurt [a lot|much]"),
    (3, "(can|may) i (eat|drink|smoke|drive) (after|before) (<treatment>|the treatment|the appointment)"),
    (3, "(what|which) (languages do you speak|doctor will i see|dentist will i see|insurance do you take)"),
    (3, "(do you speak|can we speak) (german|english|french|spanish|italian)"),
    # Appointments.
    (10, "(i'd like to|i would like to|i want to|can i|could i|i need to) (book|make|have|get) (<treatment>|an appointment) [<when>]"),
    (7, "(i'd like|i would like|i need) (<treatment>|an appointment) [for <family>] [(<when>|as soon as possible|please)]"),
    (8, "(i'd like to|i want to|can i|could i|i have to|i need to) (cancel|move|change|confirm|check) my appointment "
        "[(on|for) <day>] [(to <when>|please)]"),
    (6, "(do you have|is there|have you got) (anything|something|an appointment|a time|a free appointment) [free] "
        "(<when>|earlier|later|sooner)"),
    (6, "(i can't come|i cannot come|i can't make it|i won't be able to come|i will be late|i am running late) [<when>]"),
    (8, "(<when>|<when> please|<when> would be good|<when> is fine|<when> works for me|how about <when>|what about <when>|"
        "is <when> possible|<when> or <when>|not <when>|anything but <day>)"),
    (5, "(at|about|around|before|after|between one and|from|until) <time> [please|would be best|if possible]"),
    (4, "<time>"),
    (4, "(in the <part>|in the <part> please|<part>s are better|any <part>|any day|any time|the earlier the better)"),
    (3, "i have an appointment (<when>|with <doctor>|with <doctor> <when>)"),
    (3, "(it's|it is|this is) (for <family>|about my appointment|about my bill|about the invoice|about <treatment>)"),
    (3, "(i am|i'm) a (new|regular) patient [there]"),
    (3, "(i have|i have never|have i) been (there|to your practice|a patient) before"),
    # Pain.
    (7, "(i have|i've got|she has|he has|my son has|my daughter has|i've had) <trouble> [(since <day>|since yesterday|right now)]"),
    (6, "(it's an emergency|this is an emergency|it's urgent|it is very urgent|i need help|i need help now|"
        "i need a dentist right now|it hurts a lot|it really hurts|my tooth hurts|my teeth hurt|it hurts when i eat)"),
    (4, "(i lost|i broke|i have broken|i've lost) (a filling|a tooth|my crown|a crown|my tooth|part of a tooth)"),
    (2, "(my tooth|my crown|my filling|a filling|my front tooth) (fell out|came off|broke|is loose|is broken|hurts)"),
    # Messages, people, names and numbers.
    (6, "(can i|could i|i'd like to|i would like to|i want to) (leave a message|leave a message for <doctor>|leave my number)"),
    (4, "(take a message|please take a message|can you take a message|could you take a message) [for <doctor>|please]"),
    (5, "(please tell|tell|could you tell) (<doctor>|her|him|them) (that i called|to call me back|i will be late|i can't come)"),
    (7, "(please call me back|call me back|can you call me back|could someone call me back|call me) "
        "[(<when>|as soon as possible|on <digits>|at <digits>|after <time>)]"),
    (8, "(can i|could i|may i|i'd like to|i want to|let me) (speak|talk) (to|with) <person> [please]"),
    (6, "(give me|connect me to|put me through to|transfer me to|get me) <person> [please]"),
    (4, "(a person|a human|a real person|reception|operator|agent|an operator|a human please|a real person please)"),
    (4, "(is|are) (<doctor>|anybody|somebody|anyone) (there|in|available|free) [today|now|at the moment]"),
    (10, "(my name is|this is|i'm|i am|the name is|it's) (<first> <last>|<first>|<first> <last> speaking|mister <last>|missus <last>)"),
    (6, "(<first> <last>|<first>|<last>)"),
    (6, "(<spelling>|that's <spelling>|it's spelled <spelling>|<last> <spelling>|i spell that <spelling>)"),
    (8, "(my number is|my phone number is|the number is|you can reach me at|it's|my mobile is) <digits>"),
    (9, "<digits>"),
    (6, "(<number>|number <number>|press <number>|<number> please|option <number>)"),
    (4, "(i was born|my birthday is|my date of birth is|born) [on] (the <ordinal> of <month> <year>|<month> <ordinal> <year>)"),
    (3, "(the <ordinal> of <month>|<month> the <ordinal>|<month> <ordinal>|the <ordinal>|<day>|<month>)"),
    (3, "(i live at|my address is|it's) <number> <street>"),
    (3, "(my code is|the code is|my customer number is|my insurance number is) <digits>"),
    # About the call.
    (6, "(stop calling me|stop calling|please stop calling|don't call me again|do not call again|never call me again|"
        "don't call this number|remove me from your list|take me off your list|i don't want these calls|leave me alone)"),
    (5, "(can you repeat that|please repeat that|repeat that|repeat|say that again|could you say that again|again please|"
        "again|sorry what|pardon|sorry|excuse me|what did you say|i didn't understand that|i didn't hear you|"
        "can you speak slower|a bit slower please|louder please|what)"),
    (4, "(are you a robot|are you a human|are you a machine|are you real|am i speaking to a machine|is this a machine|"
        "who is this|who am i speaking to|who are you|is this northwind dental|northwind dental|is this the dentist)"),
    (4, "(is this call recorded|are you recording this|please don't record this|do not record this call|"
        "stop recording|i don't want to be recorded|that's fine with me|you may record)"),
    (4, "(no wait|stop|stop stop|actually|no i mean <day>|i mean <time>|no not <day> <day>|sorry i meant <time>|"
        "let me start again|start again|that's not what i said|go back|cancel|cancel that|help|menu|main menu)"),
    (4, "(i have a question|i have another question|one more question|another question|can you help me|"
        "could you help me|i need some information|what else can you do|what can you do|i'm calling about my <treatment>)"),
    (3, "(opening hours|directions|leave a message|prices|appointment|appointments|emergency|insurance|parking|"
        "reception|address|hours|message|price list|the team)"),
    (3, "(very satisfied|satisfied|not satisfied|very happy|not happy|it was good|it was very good|it was bad|"
        "i had to wait too long|the doctor was friendly|everything was fine|i waited [for] <number> minutes)"),
    (3, "(i didn't get the (bill|invoice|letter|prescription|email)|could you send me the (bill|invoice|prescription|report))"),
    (3, "(i need|could i get|can i have) (a prescription|a referral|a certificate|the report|my x rays|an invoice|a receipt)"),
    (2, "(my email is|my email address is) <first> [dot <last>] at (mail|work|home) dot com"),
    (16, "<word> [<word>] [<word>] [<word>]"),
]

# Never in training: whole patterns, made of trained words.
HELD_OUT = [
    (1, "i want to know when you open on <day>"),
    (1, "could you tell me how much <treatment> will cost"),
    (1, "hello this is <first> <last> i need an appointment for <family>"),
    (1, "can you move my appointment from <day> to <day> at <time>"),
    (1, "please tell the doctor that <first> <last> called my number is <digits>"),
    (1, "is it possible to come <when> i have <trouble>"),
    (1, "sorry i have to cancel <day> can i come on the <ordinal> of <month>"),
    (1, "yes <day> at <time> is good for me thank you"),
    (1, "no i'd like to speak to <person> now"),
    (1, "do i need insurance for <treatment>"),
    (1, "where can i park when i come by car"),
    (1, "please call <digits> after <time>"),
    (1, "i don't want you to call me again"),
    (1, "<number> and <number>"),
    (1, "it's <last> and my date of birth is the <ordinal> of <month>"),
    (1, "thank you that's all have a nice day goodbye"),
    (1, "can you take my name <first> <last>"),
    (1, "my daughter lost a filling on <day>"),
]

_vocabulary = None


def number(n):
    """`n` from 0 to 100 in words."""
    if n < 10:
        return ONES[n]
    if n < 20:
        return TEENS[n - 10]
    if n == 100:
        return "one hundred"
    return TENS[n // 10 - 2] + (" " + ONES[n % 10] if n % 10 else "")


def ordinal(n):
    """`n` from 1 to 31 as an ordinal in words."""
    if n <= 20:
        return ORDINALS[n - 1]
    if n == 30:
        return "thirtieth"
    return ("twenty " if n < 30 else "thirty ") + ORDINALS[n % 10 - 1]


def clock(r):
    """A time of day."""
    hour = number(r.randint(1, 12))
    return r.choice([
        hour, f"{hour} o'clock", f"{hour} thirty", f"half past {hour}", f"quarter past {hour}", f"quarter to {hour}",
        f"{hour} {number(r.choice([10, 15, 20, 30, 40, 45, 50]))}", f"{hour} a m", f"{hour} p m", f"{hour} in the morning",
        f"{hour} in the afternoon", "noon", f"ten past {hour}", f"ten to {hour}", f"twenty past {hour}"])


def digits(r):
    """A number dictated digit by digit."""
    zero = r.choice(["zero", "oh"])
    out = []
    for _ in range(r.choice([3, 4, 4, 5, 6, 6, 7, 8, 9, 10, 11])):
        digit = r.choice(ONES)
        digit = zero if digit == "zero" else digit
        out += ["double", digit] if r.random() < 0.07 else [digit]
    return " ".join(out)


def choose(template, r):
    """Makes the choices from the inside out, then fills the slots that are left."""
    while re.search(r"[\[(]", template):
        template = re.sub(r"\[([^\[\]()]*)\]", lambda m: r.choice(m.group(1).split("|")) if r.random() < 0.5 else "", template)
        template = re.sub(r"\(([^\[\]()]*)\)", lambda m: r.choice(m.group(1).split("|")), template)
    while "<" in template:
        template = re.sub(r"<(\w+)>", lambda m: choose(pick(m.group(1), r), r), template, count=1)
    return " ".join(template.split())


def pick(slot, r):
    values = SLOTS[slot]
    return values(r) if callable(values) else r.choice(values)


def sentence(r, templates=TRAINED):
    """One sentence. In training sometimes only a part of it, as in the middle of an utterance."""
    weights = [w for w, _ in templates]
    text = choose(r.choices([t for _, t in templates], weights)[0], r)
    words = text.split()
    if templates is TRAINED and len(words) > 3 and r.random() < 0.15:
        start = r.choice([0, 0, r.randrange(len(words) - 1)])
        words = words[start:start + r.randint(1, len(words) - start)]
    return " ".join(words[:24])


def mixed(r):
    """Words without a sentence: pieces of several, so that what was said counts, and not what usually follows."""
    words, wanted = [], r.randint(2, 9)
    while len(words) < wanted:
        if r.random() < 0.3:
            words.append(r.choice(vocabulary()))
        else:
            piece = sentence(r).split()
            start = r.randrange(len(piece))
            words += piece[start:start + r.randint(1, 3)]
    return " ".join(words[:10])


def vocabulary():
    """Every word of the grammar, sorted."""
    global _vocabulary
    if _vocabulary is None:
        _vocabulary = ["yes"]  # While the words are counted.
        words = set(LETTERS) | set(FIRST) | set(LAST) | set(ONES) | set(TEENS) | set(TENS) | set(ORDINALS)
        words |= set("thirtieth hundred oh double noon o'clock half quarter past to a m p in the".split())
        texts = [t for _, t in TRAINED] + [v for vs in SLOTS.values() if not callable(vs) for v in vs]
        for text in texts:
            words |= set(re.sub(r"<\w+>s?|[\[\]()|]", " ", text).split())
        words |= {"mornings", "afternoons", "evenings"}
        _vocabulary = sorted(words)
    return _vocabulary


def spoken_words(text):
    """What a voice is given for each word: letters by their names, and sounds that are not words."""
    words = text.split()
    out = []
    for i, word in enumerate(words):
        near = {w for w in words[max(0, i - 1):i] + words[i + 1:i + 2]}
        letter = len(word) == 1 and (word not in "ai" or (near and all(len(w) == 1 for w in near)))
        if letter:
            out.append(LETTERS[word].replace("double-you", "double you"))
        else:
            out.append({"mm-hm": "mm hmm", "hm": "hmm", "mm": "mmm"}.get(word, word))
    return out


def spoken(text):
    """The text for a voice."""
    return " ".join(spoken_words(text))


if __name__ == "__main__":
    rng = random.Random(1)
    print(len(vocabulary()), "words")
    unknown = set()
    for _ in range(30000):
        unknown |= set(sentence(rng).split()) - set(vocabulary())
        unknown |= set(sentence(rng, HELD_OUT).split()) - set(vocabulary())
    print("not in the vocabulary:", sorted(unknown))
    for _ in range(40):
        print(sentence(rng))
    print("-- held out")
    for _ in range(10):
        print(sentence(rng, HELD_OUT))
