-- Organisations, where their people come from, what we want, what is there, and what is on its way.
-- Times are milliseconds since 1970 in UTC, dates are ISO text. Columns called sealed_* are encrypted.

CREATE TABLE organisation (
    cvr TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    variant TEXT NOT NULL,
    environment TEXT NOT NULL,
    settings TEXT NOT NULL,
    first_contact_at BIGINT,
    first_contact_by TEXT,
    full_read_at BIGINT,
    search_count BIGINT,
    search_before BIGINT,
    certificate_until BIGINT,
    changed_at BIGINT NOT NULL
);

CREATE TABLE organisation_setting (
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (organisation, key)
);

CREATE TABLE role_grant (
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    user_name TEXT NOT NULL,
    role TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (organisation, user_name, role)
);

CREATE TABLE source (
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    mapping TEXT NOT NULL,
    read_at BIGINT,
    read_fault TEXT,
    complete_at BIGINT,
    record_count BIGINT,
    good_count BIGINT,
    shrunk_from BIGINT,
    warnings TEXT NOT NULL,
    skipped TEXT NOT NULL,
    cookie BYTEA,
    PRIMARY KEY (organisation, name)
);

CREATE TABLE source_record (
    organisation TEXT NOT NULL,
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    digest BYTEA NOT NULL,
    sealed_record BYTEA NOT NULL,
    identity TEXT,
    missing_since BIGINT,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (organisation, source, key),
    FOREIGN KEY (organisation, source) REFERENCES source (organisation, name)
);
CREATE INDEX source_record_identity ON source_record (identity);

CREATE TABLE identity (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    person TEXT NOT NULL,
    user_name TEXT,
    user_key TEXT,
    full_name TEXT NOT NULL,
    email TEXT,
    rid TEXT,
    unit TEXT,
    title TEXT,
    manager TEXT,
    cpr_hash BYTEA,
    presence TEXT NOT NULL,
    left_on TEXT,
    digest BYTEA NOT NULL,
    sealed_desired BYTEA NOT NULL,
    link TEXT,
    written TEXT NOT NULL,
    hold_by TEXT,
    hold_why TEXT,
    hold_at BIGINT,
    in_step BOOLEAN NOT NULL,
    search_text TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX identity_sort ON identity (organisation, sort_key, id);
CREATE INDEX identity_user ON identity (organisation, user_key);
CREATE INDEX identity_cpr ON identity (cpr_hash);
CREATE UNIQUE INDEX identity_link ON identity (organisation, link);

CREATE TABLE observed (
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    uuid TEXT NOT NULL,
    status TEXT NOT NULL,
    fields TEXT NOT NULL,
    cpr_hash BYTEA,
    sealed_cpr BYTEA,
    administrator_roles TEXT NOT NULL,
    authenticators TEXT NOT NULL,
    sight TEXT NOT NULL,
    summary BYTEA,
    first_seen_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    detailed_at BIGINT,
    status_at BIGINT NOT NULL,
    left_alone_by TEXT,
    left_alone_why TEXT,
    search_text TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    PRIMARY KEY (organisation, uuid)
);

CREATE TABLE drift (
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    identity TEXT NOT NULL REFERENCES identity (id),
    field TEXT NOT NULL,
    ours TEXT NOT NULL,
    theirs TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (identity, field)
);

CREATE TABLE question (
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    key TEXT NOT NULL,
    number BIGINT NOT NULL,
    raised_by TEXT NOT NULL,
    identity TEXT,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    about TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    answer TEXT,
    answered_by TEXT,
    answered_why TEXT,
    answered_at BIGINT,
    PRIMARY KEY (organisation, key)
);
CREATE UNIQUE INDEX question_number ON question (number);

CREATE TABLE plan (
    id BIGINT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    made_at BIGINT NOT NULL,
    origin TEXT NOT NULL,
    observed_at BIGINT,
    cost_dkk BIGINT NOT NULL,
    counts TEXT NOT NULL,
    held TEXT NOT NULL,
    held_digest TEXT NOT NULL,
    operation_count BIGINT NOT NULL,
    state TEXT NOT NULL,
    wave BIGINT NOT NULL,
    waves BIGINT NOT NULL,
    stopped TEXT,
    approved_by TEXT,
    approved_why TEXT,
    approved_at BIGINT
);
CREATE INDEX plan_organisation ON plan (organisation, id);

CREATE TABLE plan_part (
    plan BIGINT NOT NULL REFERENCES plan (id),
    part BIGINT NOT NULL,
    sealed_operations BYTEA NOT NULL,
    PRIMARY KEY (plan, part)
);

CREATE TABLE operation (
    plan BIGINT NOT NULL REFERENCES plan (id),
    number BIGINT NOT NULL,
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    subject TEXT NOT NULL,
    identity TEXT,
    uuid TEXT,
    label TEXT NOT NULL,
    kind TEXT NOT NULL,
    fields TEXT NOT NULL,
    reason TEXT NOT NULL,
    digest BYTEA NOT NULL,
    sealed_action BYTEA NOT NULL,
    urgent BOOLEAN NOT NULL,
    wave BIGINT NOT NULL,
    state TEXT NOT NULL,
    unwanted BOOLEAN NOT NULL,
    attempts BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    leased_by TEXT,
    leased_until BIGINT,
    sent_at BIGINT,
    outcome TEXT,
    raw_answer TEXT,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (plan, number)
);
CREATE INDEX operation_open ON operation (organisation, subject, plan, number)
    WHERE state IN ('waiting', 'running', 'unknown', 'parked');
CREATE INDEX operation_sendable ON operation (organisation, urgent DESC, plan, number)
    WHERE state IN ('waiting', 'unknown');
CREATE INDEX operation_leased ON operation (organisation, leased_until) WHERE state = 'running';
CREATE INDEX operation_settled ON operation (organisation, settled_at);
CREATE INDEX operation_identity ON operation (identity);

CREATE TABLE given_up (
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    subject TEXT NOT NULL,
    digest BYTEA NOT NULL,
    sealed_action BYTEA NOT NULL,
    given_up_by TEXT NOT NULL,
    why TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (organisation, subject, digest)
);

CREATE TABLE job (
    id BIGINT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (cvr),
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    state TEXT NOT NULL,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    outcome TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT
);
CREATE INDEX job_open ON job (organisation, state, id);
