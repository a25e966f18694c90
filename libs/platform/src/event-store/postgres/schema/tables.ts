/**
 * Columns of fixed width stand first, so that reading one never means walking over the text before it. The payload is `json`:
 * the bytes as sent; `jsonb` would cost the log 35–40 % more CPU per write, and is for read models. Text that is looked up has
 * the collation C: compared byte by byte, and an upgrade of the server's language data cannot spoil its index.
 */
export const tables = `
  CREATE SCHEMA es;

  CREATE TABLE es.store (
    only_row             boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    store_id             uuid   NOT NULL DEFAULT gen_random_uuid(),
    epoch                bigint NOT NULL DEFAULT 1,
    start_position       bigint NOT NULL DEFAULT 0,
    last_position        bigint NOT NULL DEFAULT 0,
    reserved_position    bigint NOT NULL DEFAULT 0,
    partitioned_position bigint NOT NULL DEFAULT 0,
    partition_rows       bigint NOT NULL DEFAULT 50000000 CHECK (partition_rows > 0),
    CHECK (start_position <= last_position AND last_position <= reserved_position)
  );
  INSERT INTO es.store DEFAULT VALUES;
  COMMENT ON COLUMN es.store.epoch IS 'Grows on restore and fail-over, so that nobody continues on another history.';
  COMMENT ON COLUMN es.store.start_position IS 'The position before the first event.';
  COMMENT ON COLUMN es.store.last_position IS 'High-water mark: an event at this position was committed. Lags behind the log, never ahead of it.';
  COMMENT ON COLUMN es.store.reserved_position IS 'No event has a position beyond this one.';
  COMMENT ON COLUMN es.store.partitioned_position IS 'Partitions exist up to this position.';

  CREATE TABLE es.streams (
    marked_version  bigint  NOT NULL,
    marked_position bigint  NOT NULL,
    closed          boolean NOT NULL DEFAULT false,
    stream          text COLLATE "C" PRIMARY KEY,
    category        text COLLATE "C" NOT NULL
  ) WITH (fillfactor = 90);
  COMMENT ON TABLE es.streams IS 'Each stream, and where to start looking for its version: it is the highest in the log from marked_position on, or marked_version when there is none. Not updated by each append, but when it is closed or its mark has fallen a partition behind.';

  CREATE TABLE es.events (
    position       bigint      NOT NULL,
    version        bigint      NOT NULL,
    occurred_at    timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    schema_version integer     NOT NULL,
    event_id       uuid        NOT NULL,
    stream         text COLLATE "C" NOT NULL,
    type           text COLLATE "C" NOT NULL,
    key            text COLLATE "C" NOT NULL,
    data           json        NOT NULL,
    meta           json        NOT NULL,
    PRIMARY KEY (position)
  ) PARTITION BY RANGE (position);
  COMMENT ON TABLE es.events IS 'The log. Each partition is also UNIQUE (stream, version). Written by es.append alone.';

  CREATE TABLE es.appends (
    append_id      uuid        PRIMARY KEY,
    first_position bigint      NOT NULL,
    recorded_at    timestamptz NOT NULL,
    event_count    integer     NOT NULL,
    request_hash   bytea       NOT NULL,
    versions       bigint[]
  );
  COMMENT ON TABLE es.appends IS 'What each append request was answered, for its repetition. Its events are the event_count positions from first_position on.';
  COMMENT ON COLUMN es.appends.versions IS 'Of each stream of the request; NULL for events of one stream, whose last event tells it.';
`;

export const functionGrants = `
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA es FROM PUBLIC;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA es TO safar_app;
`;

export const grants = `
  GRANT USAGE ON SCHEMA es TO safar_app;
  GRANT SELECT ON es.store, es.streams, es.events, es.appends TO safar_app;
  ${functionGrants}
`;
