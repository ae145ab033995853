-- What a key may do. Lists are words separated by blanks. groups and models empty: what the account has, and all; addresses empty: from
-- everywhere. is_admin says the scope 'admin', scopes the others. Until previous_until the secret before a rotation works beside the new one.
ALTER TABLE keys ADD COLUMN scopes TEXT NOT NULL DEFAULT 'create read';
ALTER TABLE keys ADD COLUMN models TEXT NOT NULL DEFAULT '';
ALTER TABLE keys ADD COLUMN addresses TEXT NOT NULL DEFAULT '';
ALTER TABLE keys ADD COLUMN expires_at INTEGER;
ALTER TABLE keys ADD COLUMN disabled_at INTEGER;
ALTER TABLE keys ADD COLUMN updated_at INTEGER;
ALTER TABLE keys ADD COLUMN previous_sha256 BLOB;
ALTER TABLE keys ADD COLUMN previous_until INTEGER;

-- Approximate: written once a minute at most.
ALTER TABLE keys ADD COLUMN last_used_at INTEGER;
ALTER TABLE keys ADD COLUMN requests_per_minute INTEGER CHECK (requests_per_minute > 0);
ALTER TABLE keys ADD COLUMN creates_per_minute INTEGER CHECK (creates_per_minute > 0);
ALTER TABLE keys ADD COLUMN max_in_flight INTEGER CHECK (max_in_flight >= 0);
ALTER TABLE keys ADD COLUMN day_budget_micros INTEGER CHECK (day_budget_micros >= 0);
ALTER TABLE keys ADD COLUMN month_budget_micros INTEGER CHECK (month_budget_micros >= 0);
ALTER TABLE keys ADD COLUMN total_budget_micros INTEGER CHECK (total_budget_micros >= 0);

CREATE UNIQUE INDEX keys_by_previous ON keys (previous_sha256) WHERE previous_sha256 IS NOT NULL;

-- One for each way in which operators page through keys and accounts: a search reads no more rows than it shows.
CREATE INDEX keys_by_age ON keys (created_at, id);
CREATE INDEX keys_by_name ON keys (name, id);
CREATE INDEX keys_by_hint ON keys (secret_hint, created_at, id);
CREATE INDEX keys_by_account ON keys (account_id, created_at, id);
CREATE INDEX keys_by_account_name ON keys (account_id, name, id);
CREATE INDEX accounts_by_age ON accounts (created_at, id);
CREATE INDEX accounts_by_name ON accounts (name, id);

-- Keys may have the default groups of their account and the allowed ones; '*' allows all. Keys that there are keep theirs.
UPDATE accounts SET allowed_groups = CASE WHEN is_unlimited = 1 THEN '*' ELSE coalesce(
    (SELECT group_concat(groups, ' ') FROM (SELECT DISTINCT groups FROM keys WHERE account_id = accounts.id AND groups <> 'default')), '') END
WHERE allowed_groups = '';

-- What the tasks of a key cost that were created on a day of UTC (day: days since 1970), as it is known now: reserved_micros is held for the
-- unfinished ones, settled_micros was taken for the finished ones. Spent is their sum. Unfinished are created_count - completed_count -
-- failed_count. Every create, settlement and release changes the row of the task's day of creation, in its own transaction.
CREATE TABLE spending (
    account_id      TEXT NOT NULL REFERENCES accounts (id),
    day             INTEGER NOT NULL,
    key_id          TEXT NOT NULL,
    reserved_micros INTEGER NOT NULL DEFAULT 0 CHECK (reserved_micros >= 0),
    settled_micros  INTEGER NOT NULL DEFAULT 0 CHECK (settled_micros >= 0),
    created_count   INTEGER NOT NULL DEFAULT 0 CHECK (created_count >= 0),
    completed_count INTEGER NOT NULL DEFAULT 0 CHECK (completed_count >= 0),
    failed_count    INTEGER NOT NULL DEFAULT 0 CHECK (failed_count >= 0),
    CHECK (completed_count + failed_count <= created_count),
    PRIMARY KEY (account_id, day, key_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX spending_by_key ON spending (key_id, day);

INSERT INTO spending (account_id, day, key_id, reserved_micros, settled_micros, created_count, completed_count, failed_count)
SELECT account_id, created_at / 86400000, key_id,
    sum(CASE WHEN finished_at IS NULL THEN price_micros ELSE 0 END), sum(coalesce(settled_micros, 0)),
    count(*), sum(phase = 'completed'), sum(phase = 'failed')
FROM tasks GROUP BY 1, 2, 3;

-- The sums of an account over all its rows of spending, changed with them: a total budget and the tasks in flight need no sum over years.
ALTER TABLE accounts ADD COLUMN spent_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN in_flight_count INTEGER NOT NULL DEFAULT 0 CHECK (in_flight_count >= 0);

UPDATE accounts SET (spent_micros, in_flight_count) = (
    SELECT coalesce(sum(reserved_micros + settled_micros), 0), coalesce(sum(created_count - completed_count - failed_count), 0)
    FROM spending WHERE account_id = accounts.id);
