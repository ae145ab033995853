-- What operators changed. Both tables are append only: a row of the first is durable before the change is made, its row of the second is
-- written when the answer is known. One without the other: the process died in between, or the outcome could not be written.
CREATE TABLE audit_log (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,
    key_id      TEXT NOT NULL,
    address     TEXT NOT NULL,
    method      TEXT NOT NULL,
    route       TEXT NOT NULL,
    target      TEXT,
    fields_json TEXT NOT NULL
) STRICT;

CREATE INDEX audit_log_by_key ON audit_log (key_id, id);
CREATE INDEX audit_log_by_target ON audit_log (target, id) WHERE target IS NOT NULL;

CREATE TABLE audit_outcomes (
    entry_id   INTEGER PRIMARY KEY REFERENCES audit_log (id),
    at         INTEGER NOT NULL,
    status     INTEGER NOT NULL,
    error_code TEXT,
    made       TEXT
) STRICT;

CREATE INDEX audit_outcomes_by_made ON audit_outcomes (made) WHERE made IS NOT NULL;

CREATE TRIGGER audit_log_stays BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append only'); END;
CREATE TRIGGER audit_log_is_kept BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append only'); END;
CREATE TRIGGER audit_outcomes_stay BEFORE UPDATE ON audit_outcomes BEGIN SELECT RAISE(ABORT, 'audit_outcomes is append only'); END;
CREATE TRIGGER audit_outcomes_are_kept BEFORE DELETE ON audit_outcomes BEGIN SELECT RAISE(ABORT, 'audit_outcomes is append only'); END;

-- When an order's own words, and its input files and links, were removed after the account's period; null while they are kept.
ALTER TABLE tasks ADD COLUMN words_removed_at INTEGER;
ALTER TABLE tasks ADD COLUMN inputs_removed_at INTEGER;

-- What the sweep looks for: by age within an account, and what was deleted or has lost its files.
CREATE INDEX tasks_kept ON tasks (account_id, finished_at) WHERE finished_at IS NOT NULL AND (words_removed_at IS NULL OR inputs_removed_at IS NULL);
CREATE INDEX tasks_deleted_with_words ON tasks (id) WHERE deleted_at IS NOT NULL AND discarded_at IS NOT NULL AND words_removed_at IS NULL;
CREATE INDEX tasks_discarded_with_inputs ON tasks (id) WHERE discarded_at IS NOT NULL AND inputs_removed_at IS NULL;
