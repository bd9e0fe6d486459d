-- So that each reader is told in their language: what a job is doing, why one failed, and what is wrong with the
-- certificate in use.
ALTER TABLE job ADD COLUMN stage TEXT;
ALTER TABLE job ADD COLUMN fault_parts TEXT;
ALTER TABLE organisation ADD COLUMN certificate_fault TEXT;
