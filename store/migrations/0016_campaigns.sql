-- Campaigns: whom the business calls, and every attempt at it.

CREATE TABLE campaigns (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    -- The version that counts.
    version INTEGER NOT NULL,
    -- draft, running, paused, stopped, done.
    state TEXT NOT NULL,
    -- Why it is paused, where it did not do it by itself.
    reason TEXT,
    -- What was changed while it ran, over what its YAML says.
    settings TEXT NOT NULL DEFAULT '{}',
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    started_ms INTEGER,
    ended_ms INTEGER
) STRICT;
CREATE INDEX campaigns_by_state ON campaigns (state);

CREATE TABLE campaign_versions (
    campaign INTEGER NOT NULL REFERENCES campaigns (row) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    yaml TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (campaign, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE campaign_contacts (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign INTEGER NOT NULL REFERENCES campaigns (row) ON DELETE CASCADE,
    -- E.164.
    number TEXT NOT NULL,
    -- Tells two calls to one number apart, such as an appointment's id; empty where there is one call to a number.
    key TEXT NOT NULL DEFAULT '',
    -- Line of the file that it came from.
    line INTEGER,
    -- JSON.
    other_numbers TEXT NOT NULL DEFAULT '[]',
    language TEXT,
    zone TEXT,
    country TEXT,
    region TEXT,
    -- JSON: name, appointment, fields.
    details TEXT NOT NULL DEFAULT '{}',
    variant TEXT,
    -- waiting (for its time), calling, ended (the attempt is over and it is to be seen what follows), done.
    state TEXT NOT NULL DEFAULT 'waiting',
    -- The earliest time of the next attempt.
    due_ms INTEGER NOT NULL DEFAULT 0,
    -- After this time the call has no sense any more.
    expires_ms INTEGER,
    urgent INTEGER NOT NULL DEFAULT 0,
    -- Which of the numbers is next: 0 is the first.
    next_number INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- Once it is done.
    outcome TEXT,
    disposition TEXT,
    reason TEXT,
    updated_ms INTEGER NOT NULL,
    UNIQUE (campaign, number, key)
) STRICT;
CREATE INDEX campaign_contacts_by_state ON campaign_contacts (campaign, state, outcome, disposition, variant);
CREATE INDEX campaign_contacts_waiting ON campaign_contacts (campaign, row) WHERE state = 'waiting';
CREATE INDEX campaign_contacts_ended ON campaign_contacts (campaign, row) WHERE state = 'ended';
CREATE INDEX campaign_contacts_by_number ON campaign_contacts (number);

CREATE TABLE campaign_attempts (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign INTEGER NOT NULL REFERENCES campaigns (row) ON DELETE CASCADE,
    contact INTEGER NOT NULL REFERENCES campaign_contacts (row) ON DELETE CASCADE,
    -- 1 for the first of this contact.
    attempt INTEGER NOT NULL,
    number TEXT NOT NULL,
    -- Which of the contact's numbers it is: 0 is the first.
    number_index INTEGER NOT NULL DEFAULT 0,
    variant TEXT,
    -- A machine that answers gets the message.
    message_for_machines INTEGER NOT NULL DEFAULT 0,
    -- permitted, later or never.
    verdict TEXT NOT NULL,
    -- Why it was not permitted, or failed.
    reason TEXT,
    -- The id that its call has in the books, chosen before anything is dialled.
    call TEXT,
    trunk TEXT,
    -- Our number that was shown.
    shown TEXT,
    -- What a minute costs, in millionths of the currency of the trunk's rates.
    rate INTEGER,
    planned_ms INTEGER NOT NULL,
    dialled_ms INTEGER,
    answered_ms INTEGER,
    ended_ms INTEGER,
    outcome TEXT,
    disposition TEXT,
    answered_by TEXT,
    cause TEXT,
    -- The SIP status that ended it.
    status INTEGER,
    -- In millionths.
    cost INTEGER,
    -- When it may be tried again: a call-back that was asked for, or what the rule that was against it says.
    later_ms INTEGER,
    UNIQUE (contact, attempt)
) STRICT;
CREATE INDEX campaign_attempts_by_campaign ON campaign_attempts (campaign, row);
CREATE INDEX campaign_attempts_by_number ON campaign_attempts (number, planned_ms);
CREATE UNIQUE INDEX campaign_attempts_by_call ON campaign_attempts (call) WHERE call IS NOT NULL;
CREATE INDEX campaign_attempts_open ON campaign_attempts (campaign) WHERE ended_ms IS NULL;

-- A call is in the books before its INVITE is sent: with it, its attempt counts as dialled.
CREATE TRIGGER campaign_attempts_dialled AFTER INSERT ON calls WHEN new.direction = 'outbound' BEGIN
    UPDATE campaign_attempts SET dialled_ms = new.started_ms WHERE call = new.id AND ended_ms IS NULL;
END;
