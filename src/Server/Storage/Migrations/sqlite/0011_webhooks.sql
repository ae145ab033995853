-- Where accounts want to be told. event_types: words separated by blanks. disabled_at: since the receiver answered 410.
CREATE TABLE webhook_endpoints (
    id          TEXT PRIMARY KEY,
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    name        TEXT NOT NULL,
    url         TEXT NOT NULL,
    event_types TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER,
    disabled_at INTEGER
) STRICT;

CREATE INDEX webhook_endpoints_by_account ON webhook_endpoints (account_id, id);

-- What deliveries are signed with: owner is an endpoint, or an account for the callback_url of its orders. sealed is an envelope of SecretBox.
CREATE TABLE webhook_secrets (
    owner      TEXT NOT NULL,
    number     INTEGER NOT NULL,
    sealed     BLOB NOT NULL,
    hint       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (owner, number)
) STRICT, WITHOUT ROWID;

-- The first migration's table was never written to.
DROP TABLE deliveries;

-- One row for each task and receiver, written with the task's end. endpoint_id is empty for the order's own callback_url. destination is the
-- account and the origin of the address. While lease_owner is set, next_at is the end of the lease. series_from: attempts before the present
-- series of tries, which a redelivery begins anew.
CREATE TABLE deliveries (
    id            TEXT PRIMARY KEY,
    account_id    TEXT NOT NULL,
    task_id       TEXT NOT NULL REFERENCES tasks (id),
    endpoint_id   TEXT NOT NULL,
    event_type    TEXT NOT NULL CHECK (event_type IN ('video.completed', 'video.failed')),
    format        TEXT NOT NULL CHECK (format IN ('event', 'task')),
    url           TEXT NOT NULL,
    destination   TEXT NOT NULL,
    attempt_count INTEGER NOT NULL DEFAULT 0,
    series_from   INTEGER NOT NULL DEFAULT 0,
    next_at       INTEGER NOT NULL,
    give_up_at    INTEGER NOT NULL,
    lease_owner   TEXT,
    created_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    outcome       TEXT CHECK (outcome IN ('delivered', 'failed', 'gone', 'withdrawn')),
    UNIQUE (task_id, endpoint_id),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT;

CREATE INDEX deliveries_due ON deliveries (destination, next_at) WHERE ended_at IS NULL;
CREATE INDEX deliveries_giving_up ON deliveries (give_up_at) WHERE ended_at IS NULL;
CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint_id, id) WHERE endpoint_id <> '';
CREATE INDEX deliveries_by_account ON deliveries (account_id, id);
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX deliveries_by_outcome ON deliveries (outcome, id) WHERE outcome IN ('failed', 'gone');

CREATE TABLE delivery_attempts (
    delivery_id TEXT NOT NULL,
    number      INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    status_code INTEGER,
    error       TEXT,
    PRIMARY KEY (delivery_id, number)
) STRICT, WITHOUT ROWID;
