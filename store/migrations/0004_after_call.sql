-- What was made of a call after its end.

-- The work that is left when a call ends, one row a call.
CREATE TABLE jobs (
    call TEXT PRIMARY KEY NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    -- When it is due; while it runs: when it counts as given up by a process that died.
    next_ms INTEGER,
    reason TEXT,
    -- Where the recording is still to be silenced.
    silences TEXT NOT NULL DEFAULT '[]',
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_due ON jobs (next_ms) WHERE next_ms IS NOT NULL;

-- However a call ends, its job is written with it. Half a minute is longer than the last lines take to become final;
-- the end of the transcript makes it due at once.
CREATE TRIGGER jobs_come AFTER UPDATE OF state ON calls WHEN new.state = 'ended' AND old.state <> 'ended' BEGIN
    INSERT INTO jobs (call, state, next_ms, created_ms, updated_ms)
        VALUES (new.id, 'waiting', new.ended_ms + 30000, new.ended_ms, new.ended_ms)
        ON CONFLICT (call) DO NOTHING;
END;

CREATE TABLE insights (
    call TEXT PRIMARY KEY NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    outcome TEXT NOT NULL,
    -- -1 to 1.
    sentiment REAL,
    -- 0 to 100.
    score INTEGER,
    summary TEXT NOT NULL,
    -- The rest, as JSON.
    data TEXT NOT NULL,
    made_by TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX insights_by_outcome ON insights (outcome, call);
CREATE INDEX insights_by_age ON insights (created_ms, tokens);

CREATE TABLE insight_topics (
    topic TEXT NOT NULL,
    call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    PRIMARY KEY (topic, call)
) STRICT, WITHOUT ROWID;
CREATE INDEX insight_topics_by_call ON insight_topics (call);

-- Which values of contacts were learned from calls: only these may be replaced by newer ones.
CREATE TABLE learned_fields (
    contact TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (contact, field)
) STRICT, WITHOUT ROWID;

-- In how many lines a word is.
CREATE VIRTUAL TABLE line_terms USING fts5vocab (line_text, row);

-- Lines change when something is taken out of them; then nothing of it stays in the index either.
CREATE TRIGGER lines_change AFTER UPDATE OF text ON lines BEGIN
    INSERT INTO line_text (line_text, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO line_text (rowid, text) VALUES (new.id, new.text);
END;
INSERT INTO line_text (line_text, rank) VALUES ('secure-delete', 1);
