-- Who or what answered a call that was screened: person, machine, screening, fax, unobtainable, silence or unsure, and
-- how that was told: {"by", "confidence", "sign", "after_ms"}.
ALTER TABLE calls ADD COLUMN answered_by TEXT;
ALTER TABLE calls ADD COLUMN answered_how TEXT;
