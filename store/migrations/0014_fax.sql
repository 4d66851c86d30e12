-- What a call does in which a fax machine is heard: ignore, hangup, or transfer:<number or member>.
ALTER TABLE numbers ADD COLUMN fax TEXT;
