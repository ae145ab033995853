-- Groups in the order in which they are tried, words separated by blanks: of a key, and of a task as it was accepted.
ALTER TABLE keys ADD COLUMN groups TEXT NOT NULL DEFAULT 'default';
ALTER TABLE tasks ADD COLUMN groups TEXT NOT NULL DEFAULT 'default';

-- Attempts that an upstream accepted and then failed by itself, after which another channel was tried; what further ones may cost the
-- operator; and when the task is given up at the latest since then.
ALTER TABLE tasks ADD COLUMN failover_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN failover_budget_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN deadline_at INTEGER;

-- Slots are counted per channel and per upstream model of a channel.
CREATE INDEX attempts_open_by_model ON attempts (channel_id, upstream_model) WHERE ended_at IS NULL;
DROP INDEX attempts_open;

-- Vendor accounts that get no orders since they refused our credential. A new credential is a new vendor account.
CREATE TABLE account_holds (
    vendor_account TEXT PRIMARY KEY,
    channel_id     TEXT NOT NULL,
    reason         TEXT NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;
