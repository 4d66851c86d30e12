-- Who may sign in, what they do, and what API keys may do.

CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    -- What is typed to sign in, in lower case.
    name TEXT NOT NULL UNIQUE,
    display TEXT NOT NULL,
    -- admin, manager, member or reviewer.
    role TEXT NOT NULL,
    -- Whose phone is theirs.
    member TEXT REFERENCES members (id) ON DELETE SET NULL,
    -- Argon2id in the PHC string format; none until a link was used.
    password TEXT,
    -- Secret of the one-time codes, once confirmed; one that waits to be confirmed; the last step whose code was used.
    totp BLOB,
    totp_new BLOB,
    totp_step INTEGER NOT NULL DEFAULT 0,
    -- Issuer and subject at the provider of OpenID Connect.
    openid TEXT UNIQUE,
    -- BCP 47.
    language TEXT,
    disabled INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;

-- SHA-256 of codes that stand in for a one-time code, each good for one use.
CREATE TABLE recovery_codes (
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    PRIMARY KEY (user, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    -- SHA-256 of the token.
    hash BLOB NOT NULL UNIQUE,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    -- When it ends however much it is used.
    until_ms INTEGER NOT NULL,
    address TEXT,
    -- Family of the browser and of the system.
    agent TEXT
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user, id);

-- One-time links: SHA-256 of the token. One without a user makes the first admin.
CREATE TABLE access_links (
    hash BLOB PRIMARY KEY NOT NULL,
    user TEXT REFERENCES users (id) ON DELETE CASCADE,
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX access_links_by_user ON access_links (user);

-- Who did what: only added to. What is old goes by the rule of `access.audit_days`.
CREATE TABLE audit (
    id TEXT PRIMARY KEY NOT NULL,
    at_ms INTEGER NOT NULL,
    -- user, key, or none.
    kind TEXT NOT NULL,
    -- Id of the user, name of the key.
    actor TEXT,
    address TEXT,
    action TEXT NOT NULL,
    -- Its id.
    object TEXT,
    -- ok, refused or failed.
    result TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_actor ON audit (actor, id);
CREATE INDEX audit_by_action ON audit (action, id);
CREATE INDEX audit_by_object ON audit (object, id);

-- But for one thing: where a person is erased, the erasure stands in their place.
CREATE TRIGGER audit_stands BEFORE UPDATE ON audit
WHEN NOT (
    OLD.object GLOB 'contact_*' AND NEW.object GLOB 'erasure_*' AND NEW.id IS OLD.id AND NEW.at_ms IS OLD.at_ms
    AND NEW.kind IS OLD.kind AND NEW.actor IS OLD.actor AND NEW.address IS OLD.address
    AND NEW.action IS OLD.action AND NEW.result IS OLD.result
)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;

CREATE TRIGGER audit_lasts BEFORE DELETE ON audit
WHEN OLD.at_ms > (unixepoch() - 7 * 86400) * 1000
BEGIN
    SELECT RAISE(ABORT, 'the audit log is kept for a week at least');
END;

-- Scopes, with a space between them; NULL: all, as keys had before.
ALTER TABLE api_keys ADD COLUMN scopes TEXT;
