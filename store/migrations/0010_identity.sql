-- Where calls come from: by whom they went before, and whether the caller's number is proved.

ALTER TABLE calls ADD COLUMN origin TEXT NOT NULL DEFAULT '{}';
