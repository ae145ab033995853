-- How a key wants to be answered: words separated by blanks.
ALTER TABLE keys ADD COLUMN is_lenient INTEGER NOT NULL DEFAULT 0 CHECK (is_lenient IN (0, 1));
ALTER TABLE keys ADD COLUMN dialects TEXT NOT NULL DEFAULT '';
ALTER TABLE keys ADD COLUMN withheld TEXT NOT NULL DEFAULT '';

-- What the upstream calls the result, for orders that go on from it.
ALTER TABLE attempts ADD COLUMN output_reference_json TEXT;

ALTER TABLE tasks ADD COLUMN end_user TEXT;

-- What the upstream says it used, for tasks that ended with a result.
ALTER TABLE tasks ADD COLUMN usage_json TEXT;
CREATE INDEX tasks_by_external_id ON tasks (account_id, external_task_id, id) WHERE external_task_id IS NOT NULL;
CREATE INDEX tasks_by_end_user ON tasks (account_id, end_user, id) WHERE end_user IS NOT NULL;

-- Inputs that were links when the task was accepted, once the engine has fetched them. position counts within the order's media.
CREATE TABLE task_inputs (
    task_id      TEXT NOT NULL REFERENCES tasks (id),
    position     INTEGER NOT NULL,
    key          TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size_bytes   INTEGER NOT NULL,
    sha256       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (task_id, position)
) STRICT, WITHOUT ROWID;

-- Thumbnails and spritesheets of stored outputs; made when first asked for.
CREATE TABLE asset_variants (
    task_id      TEXT NOT NULL REFERENCES tasks (id),
    position     INTEGER NOT NULL,
    variant      TEXT NOT NULL CHECK (variant IN ('thumbnail', 'spritesheet')),
    key          TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size_bytes   INTEGER NOT NULL,
    sha256       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (task_id, position, variant)
) STRICT, WITHOUT ROWID;

-- What callers uploaded to use later.
CREATE TABLE files (
    id           TEXT PRIMARY KEY,
    account_id   TEXT NOT NULL REFERENCES accounts (id),
    file_name    TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    key          TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size_bytes   INTEGER NOT NULL,
    sha256       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    deleted_at   INTEGER
) STRICT;

CREATE INDEX files_by_account ON files (account_id, id) WHERE deleted_at IS NULL;
CREATE INDEX files_expiring ON files (expires_at) WHERE expires_at IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE characters (
    id           TEXT PRIMARY KEY,
    account_id   TEXT NOT NULL REFERENCES accounts (id),
    name         TEXT NOT NULL,
    key          TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size_bytes   INTEGER NOT NULL,
    sha256       TEXT NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX characters_by_account ON characters (account_id, id);
