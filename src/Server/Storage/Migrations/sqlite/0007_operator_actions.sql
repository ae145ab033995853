-- What operators did to tasks. Append only; one row for each action that the task's owner has carried out or refused.
CREATE TABLE task_actions (
    id              TEXT PRIMARY KEY,
    task_id         TEXT NOT NULL REFERENCES tasks (id),
    attempt         INTEGER NOT NULL,
    key_id          TEXT NOT NULL,
    action          TEXT NOT NULL CHECK (action IN ('adopt', 'mark_lost', 'resubmit')),
    asked_at        INTEGER NOT NULL,
    done_at         INTEGER NOT NULL,
    refusal_code    TEXT,
    refusal_message TEXT,
    new_task_id     TEXT,
    before_json     TEXT NOT NULL,
    after_json      TEXT NOT NULL,
    CHECK ((refusal_code IS NULL) = (refusal_message IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX task_actions_by_task ON task_actions (task_id, done_at);

-- A task is ordered again as one other task at most.
CREATE UNIQUE INDEX task_actions_resubmitted ON task_actions (task_id) WHERE new_task_id IS NOT NULL;
