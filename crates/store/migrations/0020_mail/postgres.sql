-- Mail to people: what waits to be sent, what was sent, and what could not be.
-- The same notice about the same thing is queued for one address once.
CREATE TABLE mail (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organisation TEXT COLLATE "C" NOT NULL REFERENCES organisation (cvr),
    recipient TEXT COLLATE "C" NOT NULL,
    recipient_key TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    dedupe TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    sealed_letter BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    leased_by TEXT COLLATE "C",
    leased_until BIGINT,
    outcome TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    first_tried_at BIGINT,
    sent_at BIGINT
);
CREATE UNIQUE INDEX mail_once ON mail (organisation, recipient_key, kind, dedupe);
CREATE INDEX mail_due ON mail (state, not_before);
CREATE INDEX mail_of_organisation ON mail (organisation, created_at);
