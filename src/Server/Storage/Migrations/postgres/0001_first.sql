-- The schema as it was when the second database came: what the files of SQLite up to 0012 make, in PostgreSQL's words. Every *_at column holds Unix time
-- in milliseconds; every *_micros column whole micro-dollars; every *_json column JSON text. Texts are compared byte by byte, as SQLite does.
-- min_compatible: 0.1.0

-- The servers of the cluster, each start a row of its own; last_seen_at is renewed with the leases.
CREATE TABLE nodes (
    id           text COLLATE "C" PRIMARY KEY,
    version      text COLLATE "C" NOT NULL,
    started_at   bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    is_draining  bigint NOT NULL DEFAULT 0 CHECK (is_draining IN (0, 1)),
    live_tasks   bigint NOT NULL DEFAULT 0,
    lag_ms       bigint NOT NULL DEFAULT 0
);

-- Who drives which part of the tasks, until when. A write that names another owner or epoch changes nothing. Claims, releases and hand-overs lock
-- the row FOR UPDATE first; a renewal moves lease_until alone and is never held up by a batch, which holds the row FOR KEY SHARE.
CREATE TABLE shards (
    id          bigint PRIMARY KEY CHECK (id BETWEEN 0 AND 255),
    owner       text COLLATE "C",
    epoch       bigint NOT NULL DEFAULT 0,
    lease_until bigint NOT NULL DEFAULT 0
);

INSERT INTO shards (id) SELECT generate_series(0, 255);

CREATE TABLE accounts (
    id                   text COLLATE "C" PRIMARY KEY,
    name                 text COLLATE "C" NOT NULL,
    is_unlimited         bigint NOT NULL DEFAULT 0 CHECK (is_unlimited IN (0, 1)),
    balance_micros       bigint NOT NULL DEFAULT 0,
    reserved_micros      bigint NOT NULL DEFAULT 0 CHECK (reserved_micros >= 0),
    created_at           bigint NOT NULL,
    disabled_at          bigint,
    updated_at           bigint,
    default_groups       text COLLATE "C" NOT NULL DEFAULT 'default',
    allowed_groups       text COLLATE "C" NOT NULL DEFAULT '',
    floor_micros         bigint NOT NULL DEFAULT 0 CHECK (floor_micros <= 0),
    requests_per_minute  bigint CHECK (requests_per_minute > 0),
    creates_per_minute   bigint CHECK (creates_per_minute > 0),
    max_in_flight        bigint CHECK (max_in_flight >= 0),
    day_budget_micros    bigint CHECK (day_budget_micros >= 0),
    month_budget_micros  bigint CHECK (month_budget_micros >= 0),
    total_budget_micros  bigint CHECK (total_budget_micros >= 0),
    assets_retention_ms  bigint CHECK (assets_retention_ms > 0),
    prompts_retention_ms bigint CHECK (prompts_retention_ms > 0),
    inputs_retention_ms  bigint CHECK (inputs_retention_ms > 0),
    spent_micros         bigint NOT NULL DEFAULT 0,
    in_flight_count      bigint NOT NULL DEFAULT 0 CHECK (in_flight_count >= 0)
);

CREATE TABLE keys (
    id                          text COLLATE "C" PRIMARY KEY,
    account_id                  text COLLATE "C" NOT NULL REFERENCES accounts (id),
    name                        text COLLATE "C" NOT NULL,
    secret_sha256               bytea NOT NULL UNIQUE,
    secret_hint                 text COLLATE "C" NOT NULL,
    is_admin                    bigint NOT NULL DEFAULT 0 CHECK (is_admin IN (0, 1)),
    is_strict                   bigint NOT NULL DEFAULT 0 CHECK (is_strict IN (0, 1)),
    created_at                  bigint NOT NULL,
    revoked_at                  bigint,
    is_lenient                  bigint NOT NULL DEFAULT 0 CHECK (is_lenient IN (0, 1)),
    dialects                    text COLLATE "C" NOT NULL DEFAULT '',
    withheld                    text COLLATE "C" NOT NULL DEFAULT '',
    has_idempotent_external_ids bigint NOT NULL DEFAULT 0 CHECK (has_idempotent_external_ids IN (0, 1)),
    groups                      text COLLATE "C" NOT NULL DEFAULT 'default',
    scopes                      text COLLATE "C" NOT NULL DEFAULT 'create read',
    models                      text COLLATE "C" NOT NULL DEFAULT '',
    addresses                   text COLLATE "C" NOT NULL DEFAULT '',
    expires_at                  bigint,
    disabled_at                 bigint,
    updated_at                  bigint,
    previous_sha256             bytea,
    previous_until              bigint,
    last_used_at                bigint,
    requests_per_minute         bigint CHECK (requests_per_minute > 0),
    creates_per_minute          bigint CHECK (creates_per_minute > 0),
    max_in_flight               bigint CHECK (max_in_flight >= 0),
    day_budget_micros           bigint CHECK (day_budget_micros >= 0),
    month_budget_micros         bigint CHECK (month_budget_micros >= 0),
    total_budget_micros         bigint CHECK (total_budget_micros >= 0)
);

-- What is known of each channel that ever ran an attempt; its row is locked while a slot is given away.
CREATE TABLE channels (
    id                 text COLLATE "C" PRIMARY KEY,
    provider           text COLLATE "C" NOT NULL,
    base_url           text COLLATE "C" NOT NULL,
    account_id         text COLLATE "C" NOT NULL,
    credential_version bigint NOT NULL,
    updated_at         bigint NOT NULL
);

CREATE TABLE tasks (
    id                     text COLLATE "C" PRIMARY KEY,
    shard                  bigint NOT NULL REFERENCES shards (id),
    version                bigint NOT NULL,
    account_id             text COLLATE "C" NOT NULL REFERENCES accounts (id),
    key_id                 text COLLATE "C" NOT NULL,
    model                  text COLLATE "C" NOT NULL,
    order_json             text COLLATE "C" NOT NULL,
    base_url               text COLLATE "C" NOT NULL,
    external_task_id       text COLLATE "C",
    phase                  text COLLATE "C" NOT NULL CHECK (phase IN ('accepted', 'submitting', 'reconciling', 'submitted', 'fetching', 'completed', 'failed')),
    has_started            bigint NOT NULL DEFAULT 0 CHECK (has_started IN (0, 1)),
    progress               bigint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    attempt_count          bigint NOT NULL DEFAULT 0,
    open_attempt           bigint,
    price_micros           bigint NOT NULL CHECK (price_micros >= 0),
    settled_micros         bigint,
    settlement_basis       text COLLATE "C" CHECK (settlement_basis IN ('measured', 'reported', 'requested', 'rule')),
    error_code             text COLLATE "C",
    error_message          text COLLATE "C",
    created_at             bigint NOT NULL,
    finished_at            bigint,
    expires_at             bigint,
    cancel_requested_at    bigint,
    deleted_at             bigint,
    discarded_at           bigint,
    end_user               text COLLATE "C",
    usage_json             text COLLATE "C",
    groups                 text COLLATE "C" NOT NULL DEFAULT 'default',
    failover_count         bigint NOT NULL DEFAULT 0,
    failover_budget_micros bigint NOT NULL DEFAULT 0,
    deadline_at            bigint,
    price_json             text COLLATE "C",
    words_removed_at       bigint,
    inputs_removed_at      bigint,
    CHECK ((phase IN ('completed', 'failed')) = (finished_at IS NOT NULL)),
    CHECK ((phase = 'failed') = (error_code IS NOT NULL)),
    CHECK ((phase = 'completed') = (progress = 100)),
    CHECK (phase NOT IN ('completed') OR settled_micros IS NOT NULL),
    CHECK (settled_micros IS NULL OR settled_micros BETWEEN 0 AND price_micros)
);

-- A slot of a channel is an attempt without an end: nothing to leak.
CREATE TABLE attempts (
    task_id               text COLLATE "C" NOT NULL REFERENCES tasks (id),
    number                bigint NOT NULL CHECK (number >= 1),
    channel_id            text COLLATE "C" NOT NULL,
    channel_account       text COLLATE "C" NOT NULL,
    credential_version    bigint NOT NULL,
    upstream_model        text COLLATE "C" NOT NULL,
    token                 text COLLATE "C" NOT NULL UNIQUE,
    fingerprint           text COLLATE "C" NOT NULL,
    started_at            bigint NOT NULL,
    send_by               bigint NOT NULL,
    submitted_at          bigint,
    upstream_id           text COLLATE "C",
    reference_json        text COLLATE "C",
    deadline_at           bigint NOT NULL,
    ended_at              bigint,
    outcome               text COLLATE "C" CHECK (outcome IN ('completed', 'failed', 'not_accepted', 'unknown', 'cancelled', 'abandoned')),
    error_kind            text COLLATE "C",
    error_message         text COLLATE "C",
    error_raw             text COLLATE "C",
    possible_cost_micros  bigint NOT NULL DEFAULT 0,
    output_reference_json text COLLATE "C",
    cost_micros           bigint CHECK (cost_micros >= 0),
    cost_basis            text COLLATE "C" CHECK (cost_basis IN ('reported', 'reckoned', 'none')),
    PRIMARY KEY (task_id, number),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);

CREATE TABLE assets (
    task_id      text COLLATE "C" NOT NULL REFERENCES tasks (id),
    position     bigint NOT NULL,
    key          text COLLATE "C" NOT NULL,
    content_type text COLLATE "C" NOT NULL,
    size_bytes   bigint NOT NULL,
    sha256       text COLLATE "C" NOT NULL,
    width        bigint,
    height       bigint,
    duration_ms  bigint,
    fps          double precision,
    has_audio    bigint,
    created_at   bigint NOT NULL,
    PRIMARY KEY (task_id, position)
);

-- Messages to a task's owner from elsewhere: callbacks, operators' wishes, answers to calls of a node that lost the shard meanwhile.
CREATE TABLE task_inbox (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id    text COLLATE "C" NOT NULL,
    shard      bigint NOT NULL,
    attempt    bigint NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    dedupe     text COLLATE "C" NOT NULL,
    body       text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    UNIQUE (task_id, attempt, dedupe)
);

-- Append only. balance_micros and reserved_micros are what the entry adds to the account's two figures.
CREATE TABLE ledger_entries (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id      text COLLATE "C" NOT NULL REFERENCES accounts (id),
    task_id         text COLLATE "C",
    attempt         bigint NOT NULL DEFAULT 0,
    kind            text COLLATE "C" NOT NULL CHECK (kind IN ('reserve', 'settle', 'release', 'adjust')),
    balance_micros  bigint NOT NULL,
    reserved_micros bigint NOT NULL,
    reason          text COLLATE "C",
    created_at      bigint NOT NULL,
    seconds         bigint,
    key_id          text COLLATE "C",
    idempotency_key text COLLATE "C",
    UNIQUE (task_id, kind, attempt)
);

CREATE TABLE task_inputs (
    task_id      text COLLATE "C" NOT NULL REFERENCES tasks (id),
    position     bigint NOT NULL,
    key          text COLLATE "C" NOT NULL,
    content_type text COLLATE "C" NOT NULL,
    size_bytes   bigint NOT NULL,
    sha256       text COLLATE "C" NOT NULL,
    created_at   bigint NOT NULL,
    PRIMARY KEY (task_id, position)
);

CREATE TABLE asset_variants (
    task_id      text COLLATE "C" NOT NULL REFERENCES tasks (id),
    position     bigint NOT NULL,
    variant      text COLLATE "C" NOT NULL CHECK (variant IN ('thumbnail', 'spritesheet')),
    key          text COLLATE "C" NOT NULL,
    content_type text COLLATE "C" NOT NULL,
    size_bytes   bigint NOT NULL,
    sha256       text COLLATE "C" NOT NULL,
    created_at   bigint NOT NULL,
    PRIMARY KEY (task_id, position, variant)
);

CREATE TABLE files (
    id           text COLLATE "C" PRIMARY KEY,
    account_id   text COLLATE "C" NOT NULL REFERENCES accounts (id),
    file_name    text COLLATE "C" NOT NULL,
    purpose      text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    content_type text COLLATE "C" NOT NULL,
    size_bytes   bigint NOT NULL,
    sha256       text COLLATE "C" NOT NULL,
    created_at   bigint NOT NULL,
    expires_at   bigint,
    deleted_at   bigint
);

CREATE TABLE characters (
    id           text COLLATE "C" PRIMARY KEY,
    account_id   text COLLATE "C" NOT NULL REFERENCES accounts (id),
    name         text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    content_type text COLLATE "C" NOT NULL,
    size_bytes   bigint NOT NULL,
    sha256       text COLLATE "C" NOT NULL,
    created_at   bigint NOT NULL
);

-- Which task a caller's own key already stands for. key begins with what kind it is: 'header:' or 'external:'.
CREATE TABLE idempotency_keys (
    account_id  text COLLATE "C" NOT NULL REFERENCES accounts (id),
    key         text COLLATE "C" NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    task_id     text COLLATE "C" NOT NULL,
    created_at  bigint NOT NULL,
    expires_at  bigint,
    PRIMARY KEY (account_id, key)
);

CREATE TABLE order_intents (
    task_id        text COLLATE "C" PRIMARY KEY,
    claims         bigint NOT NULL,
    is_undelivered bigint NOT NULL CHECK (is_undelivered IN (0, 1)),
    created_at     bigint NOT NULL,
    key_id         text COLLATE "C",
    fingerprint    text COLLATE "C",
    is_read        bigint NOT NULL DEFAULT 0 CHECK (is_read IN (0, 1))
);

CREATE TABLE refused_orders (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_id      text COLLATE "C" NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    refused_at  bigint NOT NULL
);

CREATE TABLE admin_channels (
    id            text COLLATE "C" PRIMARY KEY,
    settings_json text COLLATE "C" NOT NULL,
    sealed        bytea NOT NULL,
    created_at    bigint NOT NULL,
    updated_at    bigint NOT NULL,
    removed_at    bigint
);

CREATE TABLE channel_versions (
    channel_id    text COLLATE "C" NOT NULL REFERENCES channels (id),
    version       bigint NOT NULL,
    settings_json text COLLATE "C" NOT NULL,
    sealed        bytea NOT NULL,
    created_at    bigint NOT NULL,
    superseded_at bigint,
    PRIMARY KEY (channel_id, version)
);

CREATE TABLE master_key (
    id         text COLLATE "C" PRIMARY KEY,
    created_at bigint NOT NULL
);

CREATE TABLE account_holds (
    vendor_account text COLLATE "C" PRIMARY KEY,
    channel_id     text COLLATE "C" NOT NULL,
    reason         text COLLATE "C" NOT NULL,
    created_at     bigint NOT NULL
);

CREATE TABLE durations (
    channel_id     text COLLATE "C" NOT NULL,
    upstream_model text COLLATE "C" NOT NULL,
    weights        text COLLATE "C" NOT NULL,
    updated_at     bigint NOT NULL,
    PRIMARY KEY (channel_id, upstream_model)
);

CREATE TABLE task_actions (
    id              text COLLATE "C" PRIMARY KEY,
    task_id         text COLLATE "C" NOT NULL REFERENCES tasks (id),
    attempt         bigint NOT NULL,
    key_id          text COLLATE "C" NOT NULL,
    action          text COLLATE "C" NOT NULL CHECK (action IN ('adopt', 'mark_lost', 'resubmit')),
    asked_at        bigint NOT NULL,
    done_at         bigint NOT NULL,
    refusal_code    text COLLATE "C",
    refusal_message text COLLATE "C",
    new_task_id     text COLLATE "C",
    before_json     text COLLATE "C" NOT NULL,
    after_json      text COLLATE "C" NOT NULL,
    CHECK ((refusal_code IS NULL) = (refusal_message IS NULL))
);

-- What the tasks of a key cost that were created on a day of UTC (day: days since 1970), as it is known now.
CREATE TABLE spending (
    account_id      text COLLATE "C" NOT NULL REFERENCES accounts (id),
    day             bigint NOT NULL,
    key_id          text COLLATE "C" NOT NULL,
    reserved_micros bigint NOT NULL DEFAULT 0 CHECK (reserved_micros >= 0),
    settled_micros  bigint NOT NULL DEFAULT 0 CHECK (settled_micros >= 0),
    created_count   bigint NOT NULL DEFAULT 0 CHECK (created_count >= 0),
    completed_count bigint NOT NULL DEFAULT 0 CHECK (completed_count >= 0),
    failed_count    bigint NOT NULL DEFAULT 0 CHECK (failed_count >= 0),
    CHECK (completed_count + failed_count <= created_count),
    PRIMARY KEY (account_id, day, key_id)
);

CREATE TABLE model_prices (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model       text COLLATE "C" NOT NULL,
    is_free     bigint NOT NULL CHECK (is_free IN (0, 1)),
    prices_json text COLLATE "C",
    key_id      text COLLATE "C" NOT NULL,
    created_at  bigint NOT NULL,
    CHECK (is_free = 0 OR prices_json IS NULL)
);

CREATE TABLE webhook_endpoints (
    id          text COLLATE "C" PRIMARY KEY,
    account_id  text COLLATE "C" NOT NULL REFERENCES accounts (id),
    name        text COLLATE "C" NOT NULL,
    url         text COLLATE "C" NOT NULL,
    event_types text COLLATE "C" NOT NULL,
    created_at  bigint NOT NULL,
    updated_at  bigint,
    disabled_at bigint
);

CREATE TABLE webhook_secrets (
    owner      text COLLATE "C" NOT NULL,
    number     bigint NOT NULL,
    sealed     bytea NOT NULL,
    hint       text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint,
    PRIMARY KEY (owner, number)
);

-- One row for each task and receiver, written with the task's end. While lease_owner is set, next_at is the end of the lease.
CREATE TABLE deliveries (
    id            text COLLATE "C" PRIMARY KEY,
    account_id    text COLLATE "C" NOT NULL,
    task_id       text COLLATE "C" NOT NULL REFERENCES tasks (id),
    endpoint_id   text COLLATE "C" NOT NULL,
    event_type    text COLLATE "C" NOT NULL CHECK (event_type IN ('video.completed', 'video.failed')),
    format        text COLLATE "C" NOT NULL CHECK (format IN ('event', 'task')),
    url           text COLLATE "C" NOT NULL,
    destination   text COLLATE "C" NOT NULL,
    attempt_count bigint NOT NULL DEFAULT 0,
    series_from   bigint NOT NULL DEFAULT 0,
    next_at       bigint NOT NULL,
    give_up_at    bigint NOT NULL,
    lease_owner   text COLLATE "C",
    created_at    bigint NOT NULL,
    ended_at      bigint,
    outcome       text COLLATE "C" CHECK (outcome IN ('delivered', 'failed', 'gone', 'withdrawn')),
    UNIQUE (task_id, endpoint_id),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);

CREATE TABLE delivery_attempts (
    delivery_id text COLLATE "C" NOT NULL,
    number      bigint NOT NULL,
    started_at  bigint NOT NULL,
    duration_ms bigint NOT NULL,
    status_code bigint,
    error       text COLLATE "C",
    PRIMARY KEY (delivery_id, number)
);

CREATE TABLE audit_log (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          bigint NOT NULL,
    key_id      text COLLATE "C" NOT NULL,
    address     text COLLATE "C" NOT NULL,
    method      text COLLATE "C" NOT NULL,
    route       text COLLATE "C" NOT NULL,
    target      text COLLATE "C",
    fields_json text COLLATE "C" NOT NULL
);

CREATE TABLE audit_outcomes (
    entry_id   bigint PRIMARY KEY REFERENCES audit_log (id),
    at         bigint NOT NULL,
    status     bigint NOT NULL,
    error_code text COLLATE "C",
    made       text COLLATE "C"
);

CREATE INDEX tasks_live ON tasks (shard, id) WHERE finished_at IS NULL OR open_attempt IS NOT NULL;
CREATE INDEX tasks_by_account ON tasks (account_id, id);
CREATE INDEX tasks_with_intent ON tasks (shard) WHERE (cancel_requested_at IS NOT NULL OR deleted_at IS NOT NULL) AND (finished_at IS NULL OR open_attempt IS NOT NULL);
CREATE INDEX tasks_deleted ON tasks (id) WHERE deleted_at IS NOT NULL AND discarded_at IS NULL;
CREATE INDEX tasks_expiring ON tasks (expires_at) WHERE expires_at IS NOT NULL AND discarded_at IS NULL;
CREATE UNIQUE INDEX attempts_by_upstream ON attempts (channel_account, upstream_id) WHERE upstream_id IS NOT NULL;
CREATE INDEX attempts_unknown ON attempts (channel_account, fingerprint) WHERE upstream_id IS NULL;
CREATE INDEX order_intents_by_fingerprint ON order_intents (key_id, fingerprint, created_at);
CREATE INDEX order_intents_by_age ON order_intents (created_at);
CREATE INDEX refused_orders_by_fingerprint ON refused_orders (key_id, fingerprint, refused_at);
CREATE INDEX task_inbox_by_shard ON task_inbox (shard, id);
CREATE UNIQUE INDEX ledger_closed_once ON ledger_entries (task_id) WHERE kind IN ('settle', 'release');
CREATE INDEX tasks_by_external_id ON tasks (account_id, external_task_id, id) WHERE external_task_id IS NOT NULL;
CREATE INDEX tasks_by_end_user ON tasks (account_id, end_user, id) WHERE end_user IS NOT NULL;
CREATE INDEX files_by_account ON files (account_id, id) WHERE deleted_at IS NULL;
CREATE INDEX files_expiring ON files (expires_at) WHERE expires_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX characters_by_account ON characters (account_id, id);
CREATE INDEX idempotency_keys_expiring ON idempotency_keys (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX attempts_open_by_model ON attempts (channel_id, upstream_model) WHERE ended_at IS NULL;
CREATE INDEX task_actions_by_task ON task_actions (task_id, done_at);
CREATE UNIQUE INDEX task_actions_resubmitted ON task_actions (task_id) WHERE new_task_id IS NOT NULL;
CREATE UNIQUE INDEX keys_by_previous ON keys (previous_sha256) WHERE previous_sha256 IS NOT NULL;
CREATE INDEX keys_by_age ON keys (created_at, id);
CREATE INDEX keys_by_name ON keys (name, id);
CREATE INDEX keys_by_hint ON keys (secret_hint, created_at, id);
CREATE INDEX keys_by_account ON keys (account_id, created_at, id);
CREATE INDEX keys_by_account_name ON keys (account_id, name, id);
CREATE INDEX accounts_by_age ON accounts (created_at, id);
CREATE INDEX accounts_by_name ON accounts (name, id);
CREATE INDEX spending_by_key ON spending (key_id, day);
CREATE UNIQUE INDEX ledger_adjusted_once ON ledger_entries (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX ledger_by_account ON ledger_entries (account_id, id);
CREATE INDEX ledger_usage ON ledger_entries (account_id, created_at) WHERE kind IN ('settle', 'release');
CREATE INDEX model_prices_by_model ON model_prices (model, id);
CREATE INDEX webhook_endpoints_by_account ON webhook_endpoints (account_id, id);
CREATE INDEX deliveries_due ON deliveries (destination, next_at) WHERE ended_at IS NULL;
CREATE INDEX deliveries_giving_up ON deliveries (give_up_at) WHERE ended_at IS NULL;
CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint_id, id) WHERE endpoint_id <> '';
CREATE INDEX deliveries_by_account ON deliveries (account_id, id);
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX deliveries_by_outcome ON deliveries (outcome, id) WHERE outcome IN ('failed', 'gone');
CREATE INDEX audit_log_by_key ON audit_log (key_id, id);
CREATE INDEX audit_log_by_target ON audit_log (target, id) WHERE target IS NOT NULL;
CREATE INDEX audit_outcomes_by_made ON audit_outcomes (made) WHERE made IS NOT NULL;
CREATE INDEX tasks_kept ON tasks (account_id, finished_at) WHERE finished_at IS NOT NULL AND (words_removed_at IS NULL OR inputs_removed_at IS NULL);
CREATE INDEX tasks_deleted_with_words ON tasks (id) WHERE deleted_at IS NOT NULL AND discarded_at IS NOT NULL AND words_removed_at IS NULL;
CREATE INDEX tasks_discarded_with_inputs ON tasks (id) WHERE discarded_at IS NOT NULL AND inputs_removed_at IS NULL;

-- What is written into these tables stays as it is.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER ledger_entries_stay BEFORE UPDATE OR DELETE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER model_prices_stay BEFORE UPDATE OR DELETE ON model_prices FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_stays BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_outcomes_stay BEFORE UPDATE OR DELETE ON audit_outcomes FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Which way each kind may move which figure.
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_signs CHECK (CASE kind
    WHEN 'reserve' THEN task_id IS NOT NULL AND balance_micros = 0 AND reserved_micros >= 0
    WHEN 'settle' THEN task_id IS NOT NULL AND balance_micros <= 0 AND reserved_micros <= balance_micros
    WHEN 'release' THEN task_id IS NOT NULL AND balance_micros = 0 AND reserved_micros <= 0
    ELSE task_id IS NULL AND reserved_micros = 0
END);
