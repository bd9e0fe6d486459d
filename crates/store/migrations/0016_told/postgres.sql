-- So that each reader is told in their language: what a job is doing, why one failed, and what is wrong with the
-- certificate in use.
ALTER TABLE job ADD COLUMN stage TEXT COLLATE "C";
ALTER TABLE job ADD COLUMN fault_parts TEXT COLLATE "C";
ALTER TABLE organisation ADD COLUMN certificate_fault TEXT COLLATE "C";
