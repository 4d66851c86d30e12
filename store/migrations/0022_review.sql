-- What people make of calls: tags, notes at a moment, corrections of what was written down. And what lists and reports
-- ask of calls, so that they answer at once however many there are.

CREATE TABLE call_tags (
    tag TEXT NOT NULL,
    call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    PRIMARY KEY (tag, call)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_tags_by_call ON call_tags (call, tag);

CREATE TABLE call_notes (
    id TEXT PRIMARY KEY NOT NULL,
    call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    author TEXT,
    text TEXT NOT NULL,
    -- Which moment it is about, ms from the answer of the call.
    moment_ms INTEGER,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX call_notes_by_call ON call_notes (call, id);

-- What a line should read. The line itself stays as it was heard.
CREATE TABLE corrections (
    line INTEGER PRIMARY KEY REFERENCES lines (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    author TEXT,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE VIRTUAL TABLE correction_text USING fts5 (
    text,
    content = 'corrections',
    content_rowid = 'line',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER corrections_come AFTER INSERT ON corrections BEGIN
    INSERT INTO correction_text (rowid, text) VALUES (new.line, new.text);
END;
CREATE TRIGGER corrections_go AFTER DELETE ON corrections BEGIN
    INSERT INTO correction_text (correction_text, rowid, text) VALUES ('delete', old.line, old.text);
END;
CREATE TRIGGER corrections_change AFTER UPDATE OF text ON corrections BEGIN
    INSERT INTO correction_text (correction_text, rowid, text) VALUES ('delete', old.line, old.text);
    INSERT INTO correction_text (rowid, text) VALUES (new.line, new.text);
END;
INSERT INTO correction_text (correction_text, rank) VALUES ('secure-delete', 1);

-- Id of the campaign that a call is of.
ALTER TABLE calls ADD COLUMN campaign TEXT;
UPDATE calls SET campaign = (
    SELECT c.id FROM campaign_attempts a JOIN campaigns c ON c.row = a.campaign WHERE a.call = calls.id
) WHERE direction = 'outbound';
CREATE TRIGGER calls_of_campaigns AFTER INSERT ON calls WHEN new.direction = 'outbound' BEGIN
    UPDATE calls SET campaign = (
        SELECT c.id FROM campaign_attempts a JOIN campaigns c ON c.row = a.campaign WHERE a.call = new.id
    ) WHERE id = new.id AND EXISTS (SELECT 1 FROM campaign_attempts WHERE call = new.id);
END;

CREATE INDEX calls_by_direction ON calls (direction, id);
CREATE INDEX calls_by_agent ON calls (agent, id) WHERE agent IS NOT NULL;
CREATE INDEX calls_by_campaign ON calls (campaign, id) WHERE campaign IS NOT NULL;

-- Members who took part in a call: who made it, who was called, who was to be brought in.
CREATE TABLE call_members (
    member TEXT NOT NULL,
    call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    -- Whether they spoke to anybody: 0 where their phone only rang.
    spoke INTEGER NOT NULL,
    PRIMARY KEY (member, call)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_members_by_call ON call_members (call);
CREATE TRIGGER call_members_begin AFTER INSERT ON calls BEGIN
    INSERT INTO call_members (member, call, spoke)
        SELECT name, new.id, 0 FROM members WHERE name IN (new.member, new.to_address) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER call_members_end AFTER UPDATE OF legs ON calls WHEN new.state = 'ended' AND new.legs <> '[]' BEGIN
    INSERT INTO call_members (member, call, spoke)
        SELECT m.name, new.id, max(l.value ->> '$.answered_ms' IS NOT NULL)
        FROM json_each(new.legs) l JOIN members m ON m.name = l.value ->> '$.peer' GROUP BY m.name
        ON CONFLICT DO UPDATE SET spoke = max(spoke, excluded.spoke);
    UPDATE call_members SET spoke = 1 WHERE call = new.id AND new.answered_ms IS NOT NULL
        AND member IN (new.member, new.to_address);
END;
INSERT INTO call_members (member, call, spoke)
    SELECT member, call, max(spoke) FROM (
        SELECT m.name AS member, c.id AS call, c.answered_ms IS NOT NULL AS spoke
            FROM members m JOIN calls c ON m.name IN (c.member, c.to_address)
        UNION ALL
        SELECT m.name, c.id, l.value ->> '$.answered_ms' IS NOT NULL
            FROM calls c, json_each(c.legs) l JOIN members m ON m.name = l.value ->> '$.peer'
    ) GROUP BY member, call;

-- What reports count of an ended call, in one short row. They lie in the order of time.
CREATE TABLE call_facts (
    call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    started_ms INTEGER NOT NULL,
    inbound INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    -- The caller went before there was anybody: before the answer, or before somebody who was called for.
    abandoned INTEGER NOT NULL,
    -- From its beginning to the answer; NULL: never answered.
    wait_ms INTEGER,
    talk_ms INTEGER NOT NULL,
    -- A flow or an agent had it from the answer to the end, and called for nobody.
    contained INTEGER NOT NULL,
    handed_over INTEGER NOT NULL,
    number TEXT NOT NULL,
    agent TEXT,
    campaign TEXT,
    -- Once it was analysed.
    outcome TEXT,
    mood TEXT,
    PRIMARY KEY (started_ms, call)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_facts_by_call ON call_facts (call, talk_ms);
CREATE INDEX call_facts_by_mood ON call_facts (mood, call) WHERE mood IS NOT NULL;

CREATE VIEW facts_of_calls AS
    WITH tried AS (
        SELECT c.*,
            (SELECT count(*) FROM json_each(c.legs) l WHERE l.value ->> '$.role' = 'transfer') AS called_for,
            (SELECT count(*) FROM json_each(c.legs) l WHERE l.value ->> '$.role' = 'transfer'
                AND l.value ->> '$.answered_ms' IS NOT NULL) AS came
        FROM calls c
    )
    SELECT id AS call, started_ms, direction = 'inbound' AS inbound, answered_ms IS NOT NULL AS answered,
        direction = 'inbound' AND hung_up_by IS 'caller' AND (answered_ms IS NULL OR called_for > 0 AND came = 0)
            AS abandoned,
        max(answered_ms - started_ms, 0) AS wait_ms,
        coalesce(max(ended_ms - answered_ms, 0), 0) AS talk_ms,
        answered_ms IS NOT NULL AND (flow IS NOT NULL OR agent IS NOT NULL) AND called_for = 0 AS contained,
        came > 0 AS handed_over, number, agent, campaign
    FROM tried;

CREATE TRIGGER call_facts_come AFTER UPDATE OF state ON calls WHEN new.state = 'ended' AND old.state <> 'ended' BEGIN
    INSERT INTO call_facts (call, started_ms, inbound, answered, abandoned, wait_ms, talk_ms, contained, handed_over,
            number, agent, campaign)
        SELECT * FROM facts_of_calls WHERE call = new.id;
END;
CREATE TRIGGER call_facts_learn AFTER INSERT ON insights BEGIN
    UPDATE call_facts SET outcome = new.outcome, mood = CASE WHEN new.sentiment > 0.25 THEN 'positive'
        WHEN new.sentiment < -0.25 THEN 'negative' WHEN new.sentiment IS NOT NULL THEN 'neutral' END
        WHERE call = new.call;
END;
CREATE TRIGGER call_facts_learn_again AFTER UPDATE ON insights BEGIN
    UPDATE call_facts SET outcome = new.outcome, mood = CASE WHEN new.sentiment > 0.25 THEN 'positive'
        WHEN new.sentiment < -0.25 THEN 'negative' WHEN new.sentiment IS NOT NULL THEN 'neutral' END
        WHERE call = new.call;
END;
INSERT INTO call_facts
    SELECT f.*, i.outcome, CASE WHEN i.sentiment > 0.25 THEN 'positive' WHEN i.sentiment < -0.25 THEN 'negative'
        WHEN i.sentiment IS NOT NULL THEN 'neutral' END
    FROM facts_of_calls f JOIN calls c ON c.id = f.call LEFT JOIN insights i ON i.call = f.call
    WHERE c.state = 'ended';
