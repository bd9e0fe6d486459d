-- The cookie of a directory counts for one configuration and until one moment.
ALTER TABLE source ADD COLUMN cookie_digest BLOB;
ALTER TABLE source ADD COLUMN cookie_until BIGINT;
