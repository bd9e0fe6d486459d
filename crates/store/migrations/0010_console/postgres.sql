-- Who may sign in to the console by a link, and who is signed in. Only hashes of tokens are kept.
CREATE TABLE sign_in_link (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    person TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE console_session (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    csrf TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    person TEXT,
    organisation TEXT,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX console_session_expires ON console_session (expires_at);
