-- What was said, with its full text; agents in versions; numbers that an agent answers.

ALTER TABLE calls ADD COLUMN agent TEXT;
ALTER TABLE calls ADD COLUMN agent_version INTEGER;
-- NULL: nothing was written down; 'open': lines come in; 'ready': it is complete.
ALTER TABLE calls ADD COLUMN transcript TEXT;
CREATE INDEX calls_transcript_open ON calls (id) WHERE transcript = 'open';

-- Place of the first sample, in ms from the answer of the call.
ALTER TABLE recordings ADD COLUMN offset_ms INTEGER;

CREATE TABLE lines (
    id INTEGER PRIMARY KEY,
    call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    speaker TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    text TEXT NOT NULL,
    words TEXT NOT NULL DEFAULT '[]',
    confidence REAL,
    language TEXT,
    cut INTEGER NOT NULL DEFAULT 0,
    UNIQUE (call, seq)
) STRICT;

-- Lines are never changed: they come, and they go with their call.
CREATE VIRTUAL TABLE line_text USING fts5 (
    text,
    content = 'lines',
    content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER lines_come AFTER INSERT ON lines BEGIN
    INSERT INTO line_text (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER lines_go AFTER DELETE ON lines BEGIN
    INSERT INTO line_text (line_text, rowid, text) VALUES ('delete', old.id, old.text);
END;

CREATE TABLE turns (
    call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    report TEXT NOT NULL,
    PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE agents (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    yaml TEXT NOT NULL,
    active INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX agents_active ON agents (name) WHERE active = 1;

-- A number is answered by a flow or by an agent.
CREATE TABLE numbers_2 (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    flow TEXT,
    agent TEXT,
    language TEXT,
    recording TEXT,
    trunk TEXT,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    CHECK ((flow IS NULL) <> (agent IS NULL))
) STRICT;
INSERT INTO numbers_2 (id, number, flow, language, recording, trunk, created_ms, updated_ms)
    SELECT id, number, flow, language, recording, trunk, created_ms, updated_ms FROM numbers;
DROP TABLE numbers;
ALTER TABLE numbers_2 RENAME TO numbers;
