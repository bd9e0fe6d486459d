-- The certificates that MitID Erhverv may know an organisation by: one in use, others beside it.
-- One that came by the console or the command line is kept here with its password; one that `lokalid.toml` names is a file.
CREATE TABLE certificate (
    id TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    fingerprint TEXT,
    subject TEXT,
    issuer TEXT,
    serial TEXT,
    kind TEXT,
    cvr TEXT,
    not_before BIGINT,
    not_after BIGINT,
    sealed_pkcs12 BLOB,
    sealed_password BLOB,
    findings TEXT,
    checked_at BIGINT,
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX certificate_fingerprint ON certificate (organisation, fingerprint);
CREATE UNIQUE INDEX certificate_in_use ON certificate (organisation) WHERE state = 'in-use';

-- What MitID Erhverv, or this machine, last said against the one in use.
ALTER TABLE organisation ADD COLUMN certificate_trouble TEXT;
ALTER TABLE organisation ADD COLUMN certificate_trouble_at BIGINT;
