-- Channels that operators made or changed through the admin API. settings_json holds what may be read; sealed is an envelope of SecretBox
-- with address, credential, options, headers and proxy. A row with removed_at hides a channel of the same id that comes from elsewhere.
CREATE TABLE admin_channels (
    id            TEXT PRIMARY KEY,
    settings_json TEXT NOT NULL,
    sealed        BLOB NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    removed_at    INTEGER
) STRICT;

-- Every account that a channel stood for while an open attempt may still need it, wherever the channel came from. The version is that of
-- channels.credential_version and attempts.credential_version.
CREATE TABLE channel_versions (
    channel_id    TEXT NOT NULL REFERENCES channels (id),
    version       INTEGER NOT NULL,
    settings_json TEXT NOT NULL,
    sealed        BLOB NOT NULL,
    created_at    INTEGER NOT NULL,
    superseded_at INTEGER,
    PRIMARY KEY (channel_id, version)
) STRICT, WITHOUT ROWID;

-- Which master key the envelopes were made with; one row.
CREATE TABLE master_key (
    id         TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;
