-- Sources that are not listened to, and what calls by trunks have cost in a day.

CREATE TABLE bans (
    -- An IPv4 address, or a /64 of IPv6.
    source TEXT NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    -- How often it has been banned.
    times INTEGER NOT NULL,
    -- When the ban ends, ms since the Unix epoch.
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE trunk_spending (
    -- Days since 1970-01-01, in the time zone of the business.
    day INTEGER NOT NULL,
    trunk TEXT NOT NULL,
    -- Millionths of the currency that the rates are in.
    cost INTEGER NOT NULL,
    PRIMARY KEY (day, trunk)
) STRICT, WITHOUT ROWID;
