-- The price a task was accepted under: unit, micro-dollars, factor, version, and how many units were reserved. Null before this file.
ALTER TABLE tasks ADD COLUMN price_json TEXT;

-- What an attempt costs the operator, known or reckoned when it ended, and what that rests on. Null while it is open.
ALTER TABLE attempts ADD COLUMN cost_micros INTEGER CHECK (cost_micros >= 0);
ALTER TABLE attempts ADD COLUMN cost_basis TEXT CHECK (cost_basis IN ('reported', 'reckoned', 'none'));

-- seconds: of video that a settlement is for. The other two belong to adjustments: which operator's key made it, and under what key of theirs.
ALTER TABLE ledger_entries ADD COLUMN seconds INTEGER;
ALTER TABLE ledger_entries ADD COLUMN key_id TEXT;
ALTER TABLE ledger_entries ADD COLUMN idempotency_key TEXT;

CREATE UNIQUE INDEX ledger_adjusted_once ON ledger_entries (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX ledger_by_account ON ledger_entries (account_id, id);
CREATE INDEX ledger_usage ON ledger_entries (account_id, created_at) WHERE kind IN ('settle', 'release');

CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_is_never_deleted BEFORE DELETE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- Which way each kind may move which figure.
CREATE TRIGGER ledger_signs BEFORE INSERT ON ledger_entries
WHEN NOT CASE NEW.kind
    WHEN 'reserve' THEN NEW.task_id IS NOT NULL AND NEW.balance_micros = 0 AND NEW.reserved_micros >= 0
    WHEN 'settle' THEN NEW.task_id IS NOT NULL AND NEW.balance_micros <= 0 AND NEW.reserved_micros <= NEW.balance_micros
    WHEN 'release' THEN NEW.task_id IS NOT NULL AND NEW.balance_micros = 0 AND NEW.reserved_micros <= 0
    ELSE NEW.task_id IS NULL AND NEW.reserved_micros = 0
END
BEGIN SELECT RAISE(ABORT, 'a ledger entry moves a figure the wrong way'); END;

-- Prices that operators set through the admin API, each a version; the newest of a model holds. prices_json null and not free: taken back.
CREATE TABLE model_prices (
    id          INTEGER PRIMARY KEY,
    model       TEXT NOT NULL,
    is_free     INTEGER NOT NULL CHECK (is_free IN (0, 1)),
    prices_json TEXT,
    key_id      TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    CHECK (is_free = 0 OR prices_json IS NULL)
) STRICT;

CREATE INDEX model_prices_by_model ON model_prices (model, id);
CREATE TRIGGER model_prices_are_never_changed BEFORE UPDATE ON model_prices BEGIN SELECT RAISE(ABORT, 'price versions are append-only'); END;
CREATE TRIGGER model_prices_are_never_deleted BEFORE DELETE ON model_prices BEGIN SELECT RAISE(ABORT, 'price versions are append-only'); END;
