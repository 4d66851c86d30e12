-- What was set in the console: it goes before the file of the configuration.

CREATE TABLE settings (
    section TEXT PRIMARY KEY NOT NULL,
    -- JSON.
    value TEXT NOT NULL,
    author TEXT,
    updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
