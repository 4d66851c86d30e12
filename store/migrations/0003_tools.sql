-- Calendar, tickets, and what was done once.

CREATE TABLE appointments (
    id TEXT PRIMARY KEY NOT NULL,
    service TEXT NOT NULL,
    person TEXT NOT NULL,
    -- What the caller is told; with the time before and after it, what the person is busy for.
    starts_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL,
    busy_from_ms INTEGER NOT NULL,
    busy_until_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    contact TEXT REFERENCES contacts (id) ON DELETE SET NULL,
    call TEXT REFERENCES calls (id) ON DELETE SET NULL,
    name TEXT,
    phone TEXT,
    language TEXT,
    note TEXT NOT NULL DEFAULT '',
    -- Of its iCalendar form (RFC 5545 section 3.8.7.4).
    sequence INTEGER NOT NULL DEFAULT 0,
    -- The key that it was booked under.
    once TEXT UNIQUE,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    CHECK (busy_from_ms <= starts_ms AND starts_ms < ends_ms AND ends_ms <= busy_until_ms)
) STRICT;
CREATE INDEX appointments_busy ON appointments (person, busy_from_ms) WHERE state = 'booked';
CREATE INDEX appointments_by_start ON appointments (starts_ms);
CREATE INDEX appointments_by_contact ON appointments (contact, starts_ms) WHERE contact IS NOT NULL;

-- When a person is busy by a calendar elsewhere.
CREATE TABLE calendar_blocks (
    person TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    CHECK (from_ms < until_ms)
) STRICT;
CREATE INDEX calendar_blocks_busy ON calendar_blocks (person, from_ms);

-- The secret part of the address of a person's calendar.
CREATE TABLE calendar_feeds (
    person TEXT PRIMARY KEY NOT NULL,
    token TEXT NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
    id TEXT PRIMARY KEY NOT NULL,
    -- What people say.
    number INTEGER NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    category TEXT,
    priority TEXT NOT NULL,
    state TEXT NOT NULL,
    -- What the contact may be told of it.
    answer TEXT NOT NULL DEFAULT '',
    contact TEXT REFERENCES contacts (id) ON DELETE SET NULL,
    call TEXT REFERENCES calls (id) ON DELETE SET NULL,
    name TEXT,
    phone TEXT,
    once TEXT UNIQUE,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX tickets_by_contact ON tickets (contact, id) WHERE contact IS NOT NULL;

CREATE TABLE follow_ups (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    contact TEXT REFERENCES contacts (id) ON DELETE SET NULL,
    call TEXT REFERENCES calls (id) ON DELETE SET NULL,
    name TEXT,
    phone TEXT,
    text TEXT NOT NULL,
    due_ms INTEGER,
    once TEXT UNIQUE,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX follow_ups_by_contact ON follow_ups (contact, id) WHERE contact IS NOT NULL;
CREATE INDEX follow_ups_by_call ON follow_ups (call) WHERE call IS NOT NULL;

-- What leaves the house besides events: mail, and appointments for calendars elsewhere.
CREATE TABLE errands (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_ms INTEGER,
    last_error TEXT,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX errands_due ON errands (next_ms) WHERE state = 'pending';

-- What a tool gave back under a key: a retry gets the same. No result: it was begun.
CREATE TABLE tool_results (
    key TEXT PRIMARY KEY NOT NULL,
    result TEXT,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tool_results_by_age ON tool_results (created_ms);

-- Which tools were used in a call.
CREATE TABLE tool_uses (
    call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    report TEXT NOT NULL,
    PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;

-- The PIN of a contact, as a salted digest, and how often it was guessed at.
CREATE TABLE contact_pins (
    contact TEXT PRIMARY KEY NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    salt TEXT NOT NULL,
    digest TEXT NOT NULL,
    wrong INTEGER NOT NULL DEFAULT 0,
    locked_until_ms INTEGER,
    updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
