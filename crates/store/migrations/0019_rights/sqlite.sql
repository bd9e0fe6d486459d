-- Rights to self-services: what exists, who holds what and since when, and what is decided about it.

CREATE TABLE catalogue_right (
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    right_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    basic BOOLEAN,
    first_seen_at BIGINT NOT NULL,
    vanished_at BIGINT,
    search_text TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    PRIMARY KEY (organisation, right_id)
);

-- SE numbers and production units, by the text of their scope.
CREATE TABLE place (
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (organisation, scope)
);

-- A row for each stretch of time in which somebody held a right. One without an end is held now; `given` is what we
-- gave and did not take.
CREATE TABLE holding (
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    uuid TEXT NOT NULL,
    right_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    understood BOOLEAN NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT,
    given BOOLEAN NOT NULL,
    PRIMARY KEY (organisation, uuid, right_id, scope, since)
);
CREATE INDEX holding_now ON holding (organisation, uuid) WHERE until IS NULL OR given;
CREATE INDEX holding_right ON holding (organisation, right_id, until);

-- Every version of the policy as it was saved; the newest one counts.
CREATE TABLE policy (
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    saved_by TEXT NOT NULL,
    why TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (organisation, version)
);

-- What one person was given directly. Never deleted: an end is written on it.
CREATE TABLE right_grant (
    id TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    identity TEXT NOT NULL REFERENCES identity (id),
    granted TEXT NOT NULL,
    from_day TEXT,
    until_day TEXT,
    why TEXT NOT NULL,
    case_number TEXT,
    origin TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT,
    ended_why TEXT
);
CREATE INDEX right_grant_open ON right_grant (organisation, identity) WHERE ended_at IS NULL;
CREATE INDEX right_grant_identity ON right_grant (identity);

-- What rules saw in a person until something of it changed.
CREATE TABLE former_facts (
    identity TEXT NOT NULL REFERENCES identity (id),
    until BIGINT NOT NULL,
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    facts TEXT NOT NULL,
    PRIMARY KEY (identity, until)
);
CREATE INDEX former_facts_organisation ON former_facts (organisation, until);

ALTER TABLE observed ADD COLUMN rights_at BIGINT;
-- When the catalogue and the places were last read, and why the last reading was not believed.
ALTER TABLE organisation ADD COLUMN catalogue_at BIGINT;
ALTER TABLE organisation ADD COLUMN catalogue_fault TEXT;
