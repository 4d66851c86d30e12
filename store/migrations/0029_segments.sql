-- Campaigns over a segment: whom they call is asked of the contacts when their time comes.

-- Which asking goes on or was the last, ms since the Unix epoch: what an earlier one still finds is not taken.
ALTER TABLE campaigns ADD COLUMN asking_ms INTEGER;
-- Which asking counts; null: none yet, or the text has changed since.
ALTER TABLE campaigns ADD COLUMN asked_ms INTEGER;
-- What came of the last one, as JSON.
ALTER TABLE campaigns ADD COLUMN asked TEXT;
-- The last asking that found this contact; null: it came otherwise.
ALTER TABLE campaign_contacts ADD COLUMN asked_ms INTEGER;
