-- Nobody ever asked for them: what changed is found by comparing the records themselves.
ALTER TABLE source_record DROP COLUMN digest;
ALTER TABLE identity DROP COLUMN digest;
