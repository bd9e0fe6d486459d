-- The certificates that MitID Erhverv may know an organisation by: one in use, others beside it.
-- One that came by the console or the command line is kept here with its password; one that `lokalid.toml` names is a file.
CREATE TABLE certificate (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organisation TEXT COLLATE "C" NOT NULL REFERENCES organisation (cvr),
    origin TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C",
    subject TEXT COLLATE "C",
    issuer TEXT COLLATE "C",
    serial TEXT COLLATE "C",
    kind TEXT COLLATE "C",
    cvr TEXT COLLATE "C",
    not_before BIGINT,
    not_after BIGINT,
    sealed_pkcs12 BYTEA,
    sealed_password BYTEA,
    findings TEXT COLLATE "C",
    checked_at BIGINT,
    added_by TEXT COLLATE "C" NOT NULL,
    added_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX certificate_fingerprint ON certificate (organisation, fingerprint);
CREATE UNIQUE INDEX certificate_in_use ON certificate (organisation) WHERE state = 'in-use';

-- What MitID Erhverv, or this machine, last said against the one in use.
ALTER TABLE organisation ADD COLUMN certificate_trouble TEXT COLLATE "C";
ALTER TABLE organisation ADD COLUMN certificate_trouble_at BIGINT;
