-- Which task a caller's own key already stands for. key begins with what kind it is: 'header:' or 'external:'.
CREATE TABLE idempotency_keys (
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    key         TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    task_id     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    PRIMARY KEY (account_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_expiring ON idempotency_keys (expires_at) WHERE expires_at IS NOT NULL;

-- What a restart must still know of recent orders that were not plain first tries: which tries of the caller's SDK they stand for
-- (bit n: the try with retry count n), and whether their answer is not known to have reached the caller.
CREATE TABLE order_intents (
    task_id        TEXT PRIMARY KEY,
    claims         INTEGER NOT NULL,
    is_undelivered INTEGER NOT NULL CHECK (is_undelivered IN (0, 1)),
    created_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Orders that were refused while the server stopped: their retries reach the next one and are new orders there.
CREATE TABLE refused_orders (
    id          INTEGER PRIMARY KEY,
    key_id      TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    refused_at  INTEGER NOT NULL
) STRICT;

-- Whether external_task_id is the key's idempotency key.
ALTER TABLE keys ADD COLUMN has_idempotent_external_ids INTEGER NOT NULL DEFAULT 0 CHECK (has_idempotent_external_ids IN (0, 1));
