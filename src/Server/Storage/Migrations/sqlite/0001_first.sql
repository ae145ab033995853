-- Every *_at column holds Unix time in milliseconds; every *_micros column whole micro-dollars; every *_json column UTF-8 JSON text.

CREATE TABLE nodes (
    id           TEXT PRIMARY KEY,
    version      TEXT NOT NULL,
    started_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL
) STRICT;

-- Who drives which part of the tasks. A write that names another owner or epoch changes nothing.
CREATE TABLE shards (
    id          INTEGER PRIMARY KEY CHECK (id BETWEEN 0 AND 255),
    owner       TEXT,
    epoch       INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER NOT NULL DEFAULT 0
) STRICT;

WITH RECURSIVE n(id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM n WHERE id < 255) INSERT INTO shards (id) SELECT id FROM n;

CREATE TABLE accounts (
    id              TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    is_unlimited    INTEGER NOT NULL DEFAULT 0 CHECK (is_unlimited IN (0, 1)),
    balance_micros  INTEGER NOT NULL DEFAULT 0,
    reserved_micros INTEGER NOT NULL DEFAULT 0 CHECK (reserved_micros >= 0),
    created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE keys (
    id            TEXT PRIMARY KEY,
    account_id    TEXT NOT NULL REFERENCES accounts (id),
    name          TEXT NOT NULL,
    secret_sha256 BLOB NOT NULL UNIQUE,
    secret_hint   TEXT NOT NULL,
    is_admin      INTEGER NOT NULL DEFAULT 0 CHECK (is_admin IN (0, 1)),
    is_strict     INTEGER NOT NULL DEFAULT 0 CHECK (is_strict IN (0, 1)),
    created_at    INTEGER NOT NULL,
    revoked_at    INTEGER
) STRICT;

-- What is known of each channel that ever ran an attempt. account_id names the vendor account behind it: two channels with the same
-- credential share it, since the vendor's ids are unique per account.
CREATE TABLE channels (
    id                 TEXT PRIMARY KEY,
    provider           TEXT NOT NULL,
    base_url           TEXT NOT NULL,
    account_id         TEXT NOT NULL,
    credential_version INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL
) STRICT;

CREATE TABLE tasks (
    id                  TEXT PRIMARY KEY,
    shard               INTEGER NOT NULL REFERENCES shards (id),
    version             INTEGER NOT NULL,
    account_id          TEXT NOT NULL REFERENCES accounts (id),
    key_id              TEXT NOT NULL,
    model               TEXT NOT NULL,
    order_json          TEXT NOT NULL,
    base_url            TEXT NOT NULL,
    external_task_id    TEXT,
    phase               TEXT NOT NULL
        CHECK (phase IN ('accepted', 'submitting', 'reconciling', 'submitted', 'fetching', 'completed', 'failed')),
    has_started         INTEGER NOT NULL DEFAULT 0 CHECK (has_started IN (0, 1)),
    progress            INTEGER NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    attempt_count       INTEGER NOT NULL DEFAULT 0,
    open_attempt        INTEGER,
    price_micros        INTEGER NOT NULL CHECK (price_micros >= 0),
    settled_micros      INTEGER,
    settlement_basis    TEXT CHECK (settlement_basis IN ('measured', 'reported', 'requested', 'rule')),
    error_code          TEXT,
    error_message       TEXT,
    created_at          INTEGER NOT NULL,
    finished_at         INTEGER,
    expires_at          INTEGER,
    cancel_requested_at INTEGER,
    deleted_at          INTEGER,
    discarded_at        INTEGER,
    CHECK ((phase IN ('completed', 'failed')) = (finished_at IS NOT NULL)),
    CHECK ((phase = 'failed') = (error_code IS NOT NULL)),
    CHECK ((phase = 'completed') = (progress = 100)),
    CHECK (phase NOT IN ('completed') OR settled_micros IS NOT NULL),
    CHECK (settled_micros IS NULL OR settled_micros BETWEEN 0 AND price_micros)
) STRICT;

-- What a node loads when it takes a shard; small, since it holds unfinished work only.
CREATE INDEX tasks_live ON tasks (shard, id) WHERE finished_at IS NULL OR open_attempt IS NOT NULL;
CREATE INDEX tasks_by_account ON tasks (account_id, id);
CREATE INDEX tasks_with_intent ON tasks (shard)
    WHERE (cancel_requested_at IS NOT NULL OR deleted_at IS NOT NULL) AND (finished_at IS NULL OR open_attempt IS NOT NULL);

-- Whose files are to be removed: deleted tasks, and those past their retention.
CREATE INDEX tasks_deleted ON tasks (id) WHERE deleted_at IS NOT NULL AND discarded_at IS NULL;
CREATE INDEX tasks_expiring ON tasks (expires_at) WHERE expires_at IS NOT NULL AND discarded_at IS NULL;

CREATE TABLE attempts (
    task_id              TEXT NOT NULL REFERENCES tasks (id),
    number               INTEGER NOT NULL CHECK (number >= 1),
    channel_id           TEXT NOT NULL,
    channel_account      TEXT NOT NULL,
    credential_version   INTEGER NOT NULL,
    upstream_model       TEXT NOT NULL,
    token                TEXT NOT NULL UNIQUE,
    fingerprint          TEXT NOT NULL,
    started_at           INTEGER NOT NULL,
    send_by              INTEGER NOT NULL,
    submitted_at         INTEGER,
    upstream_id          TEXT,
    reference_json       TEXT,
    deadline_at          INTEGER NOT NULL,
    ended_at             INTEGER,
    outcome              TEXT
        CHECK (outcome IN ('completed', 'failed', 'not_accepted', 'unknown', 'cancelled', 'abandoned')),
    error_kind           TEXT,
    error_message        TEXT,
    error_raw            TEXT,
    possible_cost_micros INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (task_id, number),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT, WITHOUT ROWID;

-- A slot of a channel is an attempt without an end: nothing to leak.
CREATE INDEX attempts_open ON attempts (channel_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX attempts_by_upstream ON attempts (channel_account, upstream_id) WHERE upstream_id IS NOT NULL;
CREATE INDEX attempts_unknown ON attempts (channel_account, fingerprint) WHERE upstream_id IS NULL;

CREATE TABLE assets (
    task_id      TEXT NOT NULL REFERENCES tasks (id),
    position     INTEGER NOT NULL,
    key          TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size_bytes   INTEGER NOT NULL,
    sha256       TEXT NOT NULL,
    width        INTEGER,
    height       INTEGER,
    duration_ms  INTEGER,
    fps          REAL,
    has_audio    INTEGER,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (task_id, position)
) STRICT, WITHOUT ROWID;

-- Messages to a task's owner from elsewhere: callbacks, and answers to calls of a node that lost the shard meanwhile.
CREATE TABLE task_inbox (
    id         INTEGER PRIMARY KEY,
    task_id    TEXT NOT NULL,
    shard      INTEGER NOT NULL,
    attempt    INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    dedupe     TEXT NOT NULL,
    body       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (task_id, attempt, dedupe)
) STRICT;

CREATE INDEX task_inbox_by_shard ON task_inbox (shard, id);

-- Append only. balance_micros and reserved_micros are what the entry adds to the account's two figures.
CREATE TABLE ledger_entries (
    id              INTEGER PRIMARY KEY,
    account_id      TEXT NOT NULL REFERENCES accounts (id),
    task_id         TEXT,
    attempt         INTEGER NOT NULL DEFAULT 0,
    kind            TEXT NOT NULL CHECK (kind IN ('reserve', 'settle', 'release', 'adjust')),
    balance_micros  INTEGER NOT NULL,
    reserved_micros INTEGER NOT NULL,
    reason          TEXT,
    created_at      INTEGER NOT NULL,
    UNIQUE (task_id, kind, attempt)
) STRICT;

-- A reservation is closed once, by whichever came first.
CREATE UNIQUE INDEX ledger_closed_once ON ledger_entries (task_id) WHERE kind IN ('settle', 'release');

CREATE TABLE deliveries (
    id            TEXT PRIMARY KEY,
    account_id    TEXT NOT NULL,
    task_id       TEXT NOT NULL,
    event_type    TEXT NOT NULL,
    url           TEXT NOT NULL,
    body          TEXT NOT NULL,
    attempt_count INTEGER NOT NULL DEFAULT 0,
    next_at       INTEGER,
    created_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    outcome       TEXT
) STRICT;

CREATE INDEX deliveries_due ON deliveries (next_at) WHERE ended_at IS NULL;
