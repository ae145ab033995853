-- How long a channel's results of one upstream model took: weights per bucket, as text. Knowledge, not a record: losing it costs some polls.
CREATE TABLE durations (
    channel_id     TEXT NOT NULL,
    upstream_model TEXT NOT NULL,
    weights        TEXT NOT NULL,
    updated_at     INTEGER NOT NULL,
    PRIMARY KEY (channel_id, upstream_model)
) STRICT, WITHOUT ROWID;
