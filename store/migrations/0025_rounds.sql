-- Campaigns that recur: each time is a round, and what came of a contact in it is kept.

-- The round that goes on or was the last; 0: none has begun, or it does not recur.
ALTER TABLE campaigns ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaign_contacts ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaign_attempts ADD COLUMN round INTEGER NOT NULL DEFAULT 0;

CREATE TABLE campaign_rounds (
    campaign INTEGER NOT NULL REFERENCES campaigns (row) ON DELETE CASCADE,
    -- 1 for the first.
    round INTEGER NOT NULL,
    -- The time of the schedule that it is for: none is run twice.
    planned_ms INTEGER NOT NULL,
    began_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    PRIMARY KEY (campaign, round)
) STRICT, WITHOUT ROWID;

-- What came of contacts in rounds before the one that they stand in.
CREATE TABLE campaign_outcomes (
    campaign INTEGER NOT NULL REFERENCES campaigns (row) ON DELETE CASCADE,
    contact INTEGER NOT NULL REFERENCES campaign_contacts (row) ON DELETE CASCADE,
    round INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    disposition TEXT,
    reason TEXT,
    ended_ms INTEGER NOT NULL,
    PRIMARY KEY (contact, round)
) STRICT, WITHOUT ROWID;
CREATE INDEX campaign_outcomes_by_round ON campaign_outcomes (campaign, round, outcome);
