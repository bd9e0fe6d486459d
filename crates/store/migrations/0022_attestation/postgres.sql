-- Campaigns in which people look through what others have, and each thing that was looked through.

CREATE TABLE campaign (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation TEXT COLLATE "C" NOT NULL REFERENCES organisation (cvr),
    plan TEXT COLLATE "C" NOT NULL,
    begun_at BIGINT NOT NULL,
    begun_by TEXT COLLATE "C" NOT NULL,
    closed_at BIGINT,
    closed_by TEXT COLLATE "C"
);
CREATE INDEX campaign_open ON campaign (organisation, id) WHERE closed_at IS NULL;

CREATE TABLE attestation (
    campaign BIGINT NOT NULL REFERENCES campaign (id),
    item BIGINT NOT NULL,
    identity TEXT COLLATE "C" NOT NULL REFERENCES identity (id),
    subject TEXT COLLATE "C" NOT NULL,
    managed BOOLEAN NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    unit TEXT COLLATE "C",
    title TEXT COLLATE "C",
    grounds TEXT COLLATE "C" NOT NULL,
    since TEXT COLLATE "C" NOT NULL,
    reviewer TEXT COLLATE "C",
    level BIGINT NOT NULL DEFAULT 0,
    keep BOOLEAN,
    answered_by TEXT COLLATE "C",
    answered_identity TEXT COLLATE "C",
    answered_at BIGINT,
    why TEXT COLLATE "C",
    withdrawal TEXT COLLATE "C",
    departed BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (campaign, item)
);
CREATE INDEX attestation_reviewer ON attestation (campaign, reviewer);
CREATE INDEX attestation_identity ON attestation (identity);
