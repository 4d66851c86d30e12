-- Campaigns: what a call of which nobody knows who answered counts as, and where the calls of each campaign went.

-- A call of which it is not known who answered, or where nobody said a word, counts as a machine's.
ALTER TABLE campaign_attempts ADD COLUMN unsure_is_machine INTEGER NOT NULL DEFAULT 0;

-- Calls of a campaign by node of its flows: each call once for each node, however often it came there.
CREATE TABLE campaign_nodes (
    campaign INTEGER NOT NULL REFERENCES campaigns (row) ON DELETE CASCADE,
    flow TEXT NOT NULL,
    node TEXT NOT NULL,
    entered INTEGER NOT NULL DEFAULT 0,
    -- They hung up there.
    abandoned INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign, flow, node)
) STRICT, WITHOUT ROWID;

-- Single keys that were pressed at a node; what has more than one digit, such as a code, is not kept.
CREATE TABLE campaign_keys (
    campaign INTEGER NOT NULL REFERENCES campaigns (row) ON DELETE CASCADE,
    flow TEXT NOT NULL,
    node TEXT NOT NULL,
    key TEXT NOT NULL,
    pressed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign, flow, node, key)
) STRICT, WITHOUT ROWID;
