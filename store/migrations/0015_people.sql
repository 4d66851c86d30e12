-- Contacts: who they are, what they agreed to, and whom nobody may call.

ALTER TABLE contacts ADD COLUMN time_zone TEXT;
-- ISO 3166-1, and what follows the hyphen in ISO 3166-2.
ALTER TABLE contacts ADD COLUMN country TEXT;
ALTER TABLE contacts ADD COLUMN region TEXT;
ALTER TABLE contacts ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';

-- Numbers that a contact has besides the first.
CREATE TABLE contact_numbers (
    number TEXT PRIMARY KEY NOT NULL,
    contact TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    place INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_numbers_by_contact ON contact_numbers (contact, place);

CREATE TABLE contact_notes (
    id TEXT PRIMARY KEY NOT NULL,
    contact TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    author TEXT,
    text TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_notes_by_contact ON contact_notes (contact, id);

-- Contacts by what is true of them.
CREATE TABLE segments (
    name TEXT PRIMARY KEY NOT NULL,
    expression TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What is needed to take a merge back: what the contact that is gone was, and which rows were moved.
CREATE TABLE merges (
    id TEXT PRIMARY KEY NOT NULL,
    kept TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    gone TEXT NOT NULL,
    undo TEXT NOT NULL,
    author TEXT,
    at_ms INTEGER NOT NULL,
    undone_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX merges_by_kept ON merges (kept, id);

-- What a number agreed to. A consent is of a number: that is what is asked about before a call.
CREATE TABLE consents (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL,
    contact TEXT REFERENCES contacts (id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    purpose TEXT NOT NULL,
    -- asked: no answer yet; given; refused.
    state TEXT NOT NULL,
    method TEXT NOT NULL,
    wording TEXT NOT NULL,
    source TEXT NOT NULL,
    call TEXT REFERENCES calls (id) ON DELETE SET NULL,
    -- Where in the call it was said, ms from the answer.
    moment_ms INTEGER,
    -- The key or the words.
    said TEXT,
    decided_ms INTEGER,
    withdrawn_ms INTEGER,
    expires_ms INTEGER,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX consents_by_number ON consents (number, channel, purpose, decided_ms);
CREATE INDEX consents_by_contact ON consents (contact, id) WHERE contact IS NOT NULL;
CREATE INDEX consents_by_call ON consents (call) WHERE call IS NOT NULL;

-- Who said no. Refers to nothing: it outlives its contact and its call.
CREATE TABLE suppressions (
    -- In E.164 or an address; `#` and a salted digest of it once the person was erased.
    number TEXT NOT NULL,
    -- Empty for every purpose.
    purpose TEXT NOT NULL,
    method TEXT NOT NULL,
    call TEXT,
    moment_ms INTEGER,
    said TEXT,
    author TEXT,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (number, purpose)
) STRICT, WITHOUT ROWID;
CREATE INDEX suppressions_by_age ON suppressions (at_ms);

-- Lists of numbers that others keep. An import fills a new list, which takes the place of the old one when it is whole.
CREATE TABLE do_not_call_lists (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    -- The purposes that it is for; none: every one.
    purposes TEXT NOT NULL,
    -- loading, active, or dropped.
    state TEXT NOT NULL,
    numbers INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX do_not_call_active ON do_not_call_lists (name) WHERE state = 'active';

-- The digits of E.164 as a number: a list may have millions.
CREATE TABLE do_not_call_numbers (
    number INTEGER NOT NULL,
    list INTEGER NOT NULL,
    PRIMARY KEY (number, list)
) STRICT, WITHOUT ROWID;

-- Persons who were erased. While it runs, `work` says what is left to do; then it is empty.
CREATE TABLE erasures (
    id TEXT PRIMARY KEY NOT NULL,
    -- Salted digests of the numbers.
    digests TEXT NOT NULL,
    author TEXT,
    reason TEXT NOT NULL,
    work TEXT NOT NULL,
    -- How many rows and files went.
    removed TEXT NOT NULL DEFAULT '{}',
    asked_ms INTEGER NOT NULL,
    done_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_open ON erasures (id) WHERE done_ms IS NULL;

-- Of the digests of these books.
CREATE TABLE salt (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    salt BLOB NOT NULL
) STRICT;
INSERT INTO salt VALUES (1, randomblob(32));

-- What an outbound call was for, and whether somebody who answered it found nobody there.
ALTER TABLE calls ADD COLUMN purpose TEXT;
ALTER TABLE calls ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
CREATE INDEX calls_outbound ON calls (to_address, started_ms) WHERE direction = 'outbound';
