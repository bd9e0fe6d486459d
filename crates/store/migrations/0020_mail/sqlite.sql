-- Mail to people: what waits to be sent, what was sent, and what could not be.
-- The same notice about the same thing is queued for one address once.
CREATE TABLE mail (
    id TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    recipient TEXT NOT NULL,
    recipient_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    dedupe TEXT NOT NULL,
    language TEXT NOT NULL,
    sealed_letter BLOB NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    leased_by TEXT,
    leased_until BIGINT,
    outcome TEXT,
    created_at BIGINT NOT NULL,
    first_tried_at BIGINT,
    sent_at BIGINT
);
CREATE UNIQUE INDEX mail_once ON mail (organisation, recipient_key, kind, dedupe);
CREATE INDEX mail_due ON mail (state, not_before);
CREATE INDEX mail_of_organisation ON mail (organisation, created_at);
