-- What people asked for and what became of it, and who stands in for whom.

CREATE TABLE request (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation TEXT COLLATE "C" NOT NULL REFERENCES organisation (cvr),
    identity TEXT COLLATE "C" NOT NULL REFERENCES identity (id),
    bundle TEXT COLLATE "C" NOT NULL,
    from_day TEXT COLLATE "C",
    until_day TEXT COLLATE "C",
    why TEXT COLLATE "C" NOT NULL,
    case_number TEXT COLLATE "C",
    asked_by TEXT COLLATE "C" NOT NULL,
    asked_at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    decisions TEXT COLLATE "C" NOT NULL,
    settled_at BIGINT
);
CREATE INDEX request_waiting ON request (organisation, id) WHERE state = 'waiting';
CREATE INDEX request_identity ON request (identity, id);

CREATE TABLE substitute (
    organisation TEXT COLLATE "C" NOT NULL REFERENCES organisation (cvr),
    absent TEXT COLLATE "C" NOT NULL,
    stands_in TEXT COLLATE "C" NOT NULL,
    from_day TEXT COLLATE "C" NOT NULL,
    until_day TEXT COLLATE "C" NOT NULL,
    set_by TEXT COLLATE "C" NOT NULL,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (organisation, absent, stands_in, from_day)
);
