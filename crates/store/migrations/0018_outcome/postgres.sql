-- So that each reader is told in their language how an operation went.
ALTER TABLE operation ADD COLUMN outcome_parts TEXT COLLATE "C";
