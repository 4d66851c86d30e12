-- Ids are text that sorts by time. Times are ms since the Unix epoch. JSON is text.

CREATE TABLE contacts (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT,
    address TEXT NOT NULL UNIQUE,
    name TEXT,
    language TEXT,
    fields TEXT NOT NULL DEFAULT '{}',
    notes TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE calls (
    id TEXT PRIMARY KEY NOT NULL,
    direction TEXT NOT NULL,
    from_address TEXT,
    to_address TEXT,
    number TEXT NOT NULL,
    trunk TEXT,
    member TEXT,
    contact TEXT REFERENCES contacts (id) ON DELETE SET NULL,
    flow TEXT,
    flow_version INTEGER,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    answered_ms INTEGER,
    ended_ms INTEGER,
    cause TEXT,
    hung_up_by TEXT,
    variables TEXT NOT NULL DEFAULT '{}',
    remembered TEXT NOT NULL DEFAULT '{}',
    legs TEXT NOT NULL DEFAULT '[]',
    webhook TEXT
) STRICT;
CREATE INDEX calls_by_contact ON calls (contact, id) WHERE contact IS NOT NULL;
CREATE INDEX calls_by_number ON calls (number, id);
CREATE INDEX calls_open ON calls (state, id) WHERE state <> 'ended';

CREATE TABLE recordings (
    id TEXT PRIMARY KEY NOT NULL,
    call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    state TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL DEFAULT 0,
    duration_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX recordings_by_call ON recordings (call);
CREATE INDEX recordings_open ON recordings (state) WHERE state = 'recording';

CREATE TABLE voicemails (
    id TEXT PRIMARY KEY NOT NULL,
    mailbox TEXT NOT NULL,
    contact TEXT REFERENCES contacts (id) ON DELETE SET NULL,
    call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    heard_ms INTEGER
) STRICT;
CREATE INDEX voicemails_by_contact ON voicemails (contact, id);
CREATE INDEX voicemails_by_call ON voicemails (call);

CREATE TABLE flows (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    yaml TEXT NOT NULL,
    active INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    UNIQUE (name, version)
) STRICT;
CREATE UNIQUE INDEX flows_active ON flows (name) WHERE active = 1;

CREATE TABLE node_counters (
    flow TEXT NOT NULL,
    version INTEGER NOT NULL,
    node TEXT NOT NULL,
    entered INTEGER NOT NULL,
    left_on INTEGER NOT NULL,
    abandoned INTEGER NOT NULL,
    PRIMARY KEY (flow, version, node)
) STRICT, WITHOUT ROWID;

CREATE TABLE numbers (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    flow TEXT NOT NULL,
    language TEXT,
    recording TEXT,
    trunk TEXT,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE trunks (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    config TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE trunk_secrets (
    trunk TEXT PRIMARY KEY NOT NULL REFERENCES trunks (id) ON DELETE CASCADE,
    secret TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    display TEXT NOT NULL,
    may_call_from TEXT NOT NULL DEFAULT '[]',
    realm TEXT,
    ha1_md5 TEXT,
    ha1_sha256 TEXT,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    name TEXT PRIMARY KEY NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    request BLOB NOT NULL,
    call TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (created_ms);

CREATE TABLE webhooks (
    id TEXT PRIMARY KEY NOT NULL,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    events TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    disabled_reason TEXT,
    per_call INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX webhooks_per_call ON webhooks (url) WHERE per_call = 1;

CREATE TABLE events (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    call TEXT,
    at_ms INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_call ON events (call, id) WHERE call IS NOT NULL;

CREATE TABLE deliveries (
    event TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    webhook TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_ms INTEGER,
    last_status INTEGER,
    last_error TEXT,
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (webhook, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (next_ms) WHERE state = 'pending';
CREATE INDEX deliveries_by_event ON deliveries (event);
