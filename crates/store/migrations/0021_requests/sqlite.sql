-- What people asked for and what became of it, and who stands in for whom.

CREATE TABLE request (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    identity TEXT NOT NULL REFERENCES identity (id),
    bundle TEXT NOT NULL,
    from_day TEXT,
    until_day TEXT,
    why TEXT NOT NULL,
    case_number TEXT,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    decisions TEXT NOT NULL,
    settled_at BIGINT
);
CREATE INDEX request_waiting ON request (organisation, id) WHERE state = 'waiting';
CREATE INDEX request_identity ON request (identity, id);

CREATE TABLE substitute (
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    absent TEXT NOT NULL,
    stands_in TEXT NOT NULL,
    from_day TEXT NOT NULL,
    until_day TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (organisation, absent, stands_in, from_day)
);
