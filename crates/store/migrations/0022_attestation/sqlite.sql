-- Campaigns in which people look through what others have, and each thing that was looked through.

CREATE TABLE campaign (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    plan TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    begun_by TEXT NOT NULL,
    closed_at BIGINT,
    closed_by TEXT
);
CREATE INDEX campaign_open ON campaign (organisation, id) WHERE closed_at IS NULL;

CREATE TABLE attestation (
    campaign BIGINT NOT NULL REFERENCES campaign (id),
    item BIGINT NOT NULL,
    identity TEXT NOT NULL REFERENCES identity (id),
    subject TEXT NOT NULL,
    managed BOOLEAN NOT NULL,
    label TEXT NOT NULL,
    unit TEXT,
    title TEXT,
    grounds TEXT NOT NULL,
    since TEXT NOT NULL,
    reviewer TEXT,
    level BIGINT NOT NULL DEFAULT 0,
    keep BOOLEAN,
    answered_by TEXT,
    answered_identity TEXT,
    answered_at BIGINT,
    why TEXT,
    withdrawal TEXT,
    departed BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (campaign, item)
);
CREATE INDEX attestation_reviewer ON attestation (campaign, reviewer);
CREATE INDEX attestation_identity ON attestation (identity);
