-- What a node tells of itself with each renewal; last_seen_at says when.
ALTER TABLE nodes ADD COLUMN is_draining INTEGER NOT NULL DEFAULT 0 CHECK (is_draining IN (0, 1));
ALTER TABLE nodes ADD COLUMN live_tasks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE nodes ADD COLUMN lag_ms INTEGER NOT NULL DEFAULT 0;
