-- Where members' phones were registered, so that they can be called right after a restart.

CREATE TABLE bindings (
    member TEXT NOT NULL,
    -- The SIP address that the phone gave.
    contact TEXT NOT NULL,
    -- Our address and the phone's, as datagrams had them.
    local TEXT NOT NULL,
    remote TEXT NOT NULL,
    -- The proxies on the way to it, as name-addrs, the nearest first: JSON.
    path TEXT NOT NULL,
    -- Its preference, 0 to 1000.
    q INTEGER NOT NULL,
    -- What older REGISTERs are told by.
    call_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    -- The device, where it named itself (RFC 5626).
    instance TEXT,
    -- When it lapses, ms since the Unix epoch.
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (member, contact)
) STRICT, WITHOUT ROWID;
