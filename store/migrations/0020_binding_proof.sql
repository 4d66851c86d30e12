-- What a contact was registered by: a digest of the member's password hashes. Contacts from before have none and are let
-- go; their phones register anew.
ALTER TABLE bindings ADD COLUMN proof TEXT NOT NULL DEFAULT '';
