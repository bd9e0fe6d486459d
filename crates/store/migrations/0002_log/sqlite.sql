-- The log. A record is written once with its digest; sealing gives it its place in the chain.
CREATE TABLE audit (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    organisation TEXT,
    subject TEXT,
    detail TEXT NOT NULL,
    digest BLOB NOT NULL,
    sequence BIGINT,
    link BLOB
);
CREATE UNIQUE INDEX audit_sequence ON audit (sequence);
CREATE INDEX audit_unsealed ON audit (id) WHERE sequence IS NULL;
CREATE INDEX audit_subject ON audit (subject, id);

-- Count and head of the chain, signed.
CREATE TABLE audit_checkpoint (
    count BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    head BLOB NOT NULL,
    signature BLOB NOT NULL
);

-- Work that one node does at a time.
CREATE TABLE lease (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);

-- Facts by name. The scope is '' for the installation or the CVR number of one organisation.
CREATE TABLE setting (
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (scope, name)
);
