-- Documents, and questions that they do not answer.

CREATE TABLE knowledge_sources (
    name TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    language TEXT,
    -- Of a web site: where it begins, and how often it is read again.
    address TEXT,
    refresh_ms INTEGER,
    state TEXT NOT NULL,
    fault TEXT,
    -- When it was read last, and when it is to be read next.
    read_ms INTEGER,
    due_ms INTEGER,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX knowledge_due ON knowledge_sources (due_ms) WHERE due_ms IS NOT NULL;

CREATE TABLE knowledge_passages (
    source TEXT NOT NULL REFERENCES knowledge_sources (name) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    questions TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (source, seq)
) STRICT, WITHOUT ROWID;

-- Vectors of passages, by the hash of their words: a document that is read again costs nothing where it is the same.
CREATE TABLE knowledge_vectors (
    model TEXT NOT NULL,
    hash BLOB NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (model, hash)
) STRICT, WITHOUT ROWID;

-- Questions of one wording are one gap.
CREATE TABLE knowledge_gaps (
    id INTEGER PRIMARY KEY,
    agent TEXT NOT NULL,
    language TEXT NOT NULL,
    wording TEXT NOT NULL,
    question TEXT NOT NULL,
    asked INTEGER NOT NULL DEFAULT 1,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    call TEXT REFERENCES calls (id) ON DELETE SET NULL,
    state TEXT NOT NULL DEFAULT 'open',
    UNIQUE (agent, language, wording)
) STRICT;
CREATE INDEX knowledge_gaps_open ON knowledge_gaps (asked DESC, last_ms DESC) WHERE state = 'open';
