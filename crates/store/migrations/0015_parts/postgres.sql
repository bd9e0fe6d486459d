-- Why a source could not be read, in parts, so that each reader gets it in their language.
ALTER TABLE source ADD COLUMN read_fault_parts TEXT COLLATE "C";
