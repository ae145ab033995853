-- What an account may do and how long what belongs to it is kept. Null: no bound of its own, or the server's default. Groups are words
-- separated by blanks; allowed_groups empty: only the default ones. The balance less what is reserved never falls below floor_micros.
ALTER TABLE accounts ADD COLUMN disabled_at INTEGER;
ALTER TABLE accounts ADD COLUMN updated_at INTEGER;
ALTER TABLE accounts ADD COLUMN default_groups TEXT NOT NULL DEFAULT 'default';
ALTER TABLE accounts ADD COLUMN allowed_groups TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN floor_micros INTEGER NOT NULL DEFAULT 0 CHECK (floor_micros <= 0);
ALTER TABLE accounts ADD COLUMN requests_per_minute INTEGER CHECK (requests_per_minute > 0);
ALTER TABLE accounts ADD COLUMN creates_per_minute INTEGER CHECK (creates_per_minute > 0);
ALTER TABLE accounts ADD COLUMN max_in_flight INTEGER CHECK (max_in_flight >= 0);
ALTER TABLE accounts ADD COLUMN day_budget_micros INTEGER CHECK (day_budget_micros >= 0);
ALTER TABLE accounts ADD COLUMN month_budget_micros INTEGER CHECK (month_budget_micros >= 0);
ALTER TABLE accounts ADD COLUMN total_budget_micros INTEGER CHECK (total_budget_micros >= 0);
ALTER TABLE accounts ADD COLUMN assets_retention_ms INTEGER CHECK (assets_retention_ms > 0);
ALTER TABLE accounts ADD COLUMN prompts_retention_ms INTEGER CHECK (prompts_retention_ms > 0);
ALTER TABLE accounts ADD COLUMN inputs_retention_ms INTEGER CHECK (inputs_retention_ms > 0);
