-- Voicemails are silenced like recordings.

-- Place of the first sample, in ms from the answer of the call.
ALTER TABLE voicemails ADD COLUMN offset_ms INTEGER;
-- 1: it is to be silenced in places before it can be heard.
ALTER TABLE voicemails ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
