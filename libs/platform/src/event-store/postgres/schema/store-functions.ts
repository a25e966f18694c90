import { APPEND_LOCK } from './append-function.js';
import { errorCode } from './error-codes.js';

const PARTITIONS_LOCK = `hashtextextended('safar partitions', 0)`;

/** No more partitions than these are made by one call. */
const PARTITIONS_AT_ONCE = 1_000;

/**
 * Makes partitions for \`rows_ahead\` positions after the head and answers the last position that has one. Each is made by
 * itself and then attached, which conflicts with neither readers nor writers: creating it as a partition would wait for every
 * transaction that once read the log, and everybody else would wait behind that.
 */
const ensurePartitions = `
  CREATE OR REPLACE FUNCTION es.ensure_partitions(rows_ahead bigint) RETURNS bigint
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    the_store es.store;
    first     bigint;
    wanted    bigint;
    name      text;
  BEGIN
    PERFORM pg_advisory_xact_lock(${PARTITIONS_LOCK});
    SELECT * INTO the_store FROM es.store;
    first := greatest(the_store.partitioned_position, the_store.start_position) + 1;
    wanted := least(es.head() + rows_ahead, first + (${String(PARTITIONS_AT_ONCE)} - 1) * the_store.partition_rows);
    IF first > wanted THEN
      RETURN first - 1;
    END IF;
    WHILE first <= wanted LOOP
      name := 'events_from_' || first;
      EXECUTE format('CREATE TABLE es.%I (LIKE es.events INCLUDING ALL, UNIQUE (stream, version))', name);
      EXECUTE format('ALTER TABLE es.events ATTACH PARTITION es.%I FOR VALUES FROM (%s) TO (%s)',
                     name, first, first + the_store.partition_rows);
      first := first + the_store.partition_rows;
    END LOOP;
    UPDATE es.store SET partitioned_position = first - 1;
    RETURN first - 1;
  END $$;
`;

/** The last position; the start when the log is empty. */
const head = `
  CREATE OR REPLACE FUNCTION es.head() RETURNS bigint
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
  DECLARE
    mark   bigint;
    latest bigint;
  BEGIN
    SELECT last_position INTO mark FROM es.store;
    SELECT e.position INTO latest FROM es.events e WHERE e.position >= mark ORDER BY e.position DESC LIMIT 1;
    RETURN coalesce(latest, mark);
  END $$;
`;

/**
 * The last position recorded at or before a time. recorded_at never decreases with position, so it is found by halving the
 * log over its primary key: 30 look-ups in a thousand million events, and no index of its own.
 */
const positionAt = `
  CREATE OR REPLACE FUNCTION es.position_at(wanted timestamptz) RETURNS bigint
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
  DECLARE
    lower  bigint;
    upper  bigint := es.head();
    found_position bigint;
    found_at timestamptz;
  BEGIN
    SELECT start_position INTO lower FROM es.store;
    -- Everything up to lower is at or before the wanted time, everything after upper is later.
    WHILE lower < upper LOOP
      SELECT e.position, e.recorded_at INTO found_position, found_at FROM es.events e
        WHERE e.position > lower AND e.position <= upper - (upper - lower) / 2 ORDER BY e.position DESC LIMIT 1;
      IF NOT FOUND THEN
        SELECT e.position, e.recorded_at INTO found_position, found_at FROM es.events e
          WHERE e.position > lower AND e.position <= upper ORDER BY e.position LIMIT 1;
        EXIT WHEN NOT FOUND;
      END IF;
      IF found_at <= wanted THEN
        lower := found_position;
      ELSE
        upper := found_position - 1;
      END IF;
    END LOOP;
    RETURN lower;
  END $$;
`;

/**
 * As position_at, once the answer cannot change any more; NULL before. Where a later event follows, nothing can come between, for
 * recorded_at never decreases. At the end of the log a flush may be on its way that has taken its time already: when the wanted time is
 * over, it is waited for, and whoever takes the lock after it records later.
 */
const settledPositionAt = `
  CREATE OR REPLACE FUNCTION es.settled_position_at(wanted timestamptz) RETURNS bigint
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    head_before    bigint := es.head();
    found_position bigint := es.position_at(wanted);
  BEGIN
    IF found_position < head_before THEN
      RETURN found_position;
    END IF;
    IF date_trunc('milliseconds', clock_timestamp()) <= wanted THEN
      RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(${APPEND_LOCK});
    RETURN es.position_at(wanted);
  END $$;
`;

/** Moves the high-water mark up to the head. Called now and then, outside of flushes. */
const markHead = `
  CREATE OR REPLACE FUNCTION es.mark_head() RETURNS void
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE es.store SET last_position = h.head FROM (SELECT es.head() AS head) h WHERE last_position < h.head
  $$;
`;

/**
 * A writer's number is held by one session at a time. A writer that lost its connection takes the number again on the next
 * one: from then on nothing that it sent on the lost one can still be stored, so what is answered to a retry is final.
 */
const becomeWriter = `
  CREATE OR REPLACE FUNCTION es.become_writer(writer integer) RETURNS void
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
  DECLARE
    namespace integer := hashtext('safar writer');
    holder    integer;
  BEGIN
    SELECT l.pid INTO holder FROM pg_locks l
      WHERE l.locktype = 'advisory' AND l.granted AND l.pid <> pg_backend_pid() AND l.objsubid = 2
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        AND l.classid::bigint = namespace::bigint & x'ffffffff'::bigint AND l.objid::bigint = writer::bigint & x'ffffffff'::bigint;
    IF FOUND THEN
      BEGIN
        PERFORM pg_terminate_backend(holder);
      EXCEPTION WHEN insufficient_privilege THEN
        -- Then it must be waited for.
        NULL;
      END;
    END IF;
    PERFORM pg_advisory_lock(namespace, writer);
  EXCEPTION WHEN lock_not_available THEN
    RAISE EXCEPTION USING ERRCODE = '${errorCode.writerAlive}', MESSAGE = 'the last connection of this writer is still alive';
  END $$;
`;

/**
 * A new epoch fences every process that was opened in the old one, and the marks are read from the log as it is. For the
 * owner, after a restore or a fail-over. Where the end of the log is lost, what was answered for it and what is known of its
 * streams is forgotten with it: a repeated append would otherwise be told that it is stored. Where es.store is older than the
 * log, streams that are missing are found in the log again. Projections that run lose their leases: what they are in the middle of
 * is waited for, and nothing that was read before is applied after.
 */
const raiseEpoch = `
  CREATE OR REPLACE FUNCTION es.raise_epoch() RETURNS bigint
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    the_store   es.store;
    log_end     bigint;
    partitioned bigint;
  BEGIN
    PERFORM pg_advisory_xact_lock(${PARTITIONS_LOCK});
    PERFORM pg_advisory_xact_lock(${APPEND_LOCK});
    SELECT * INTO the_store FROM es.store;
    SELECT coalesce(max(e.position), the_store.start_position) INTO log_end FROM es.events e;
    SELECT max(substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''?(\\d+)''?\\)')::bigint) - 1 INTO partitioned
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'es.events'::regclass;
    DELETE FROM es.appends a WHERE a.first_position + greatest(a.event_count - 1, 0) > log_end;
    DELETE FROM es.streams s
      WHERE s.marked_position > log_end AND NOT EXISTS (SELECT FROM es.events e WHERE e.stream = s.stream);
    UPDATE es.streams s
      SET marked_version = (SELECT max(e.version) FROM es.events e WHERE e.stream = s.stream),
          marked_position = the_store.start_position, closed = false
      WHERE s.marked_position > log_end;
    IF log_end > the_store.reserved_position THEN
      INSERT INTO es.streams (marked_version, marked_position, stream, category)
        SELECT max(e.version), max(e.position), e.stream, split_part(e.stream, '-', 1)
        FROM es.events e WHERE e.position > the_store.last_position GROUP BY e.stream
        ON CONFLICT DO NOTHING;
    END IF;
    UPDATE es.store SET epoch = epoch + 1, last_position = log_end, reserved_position = greatest(reserved_position, log_end),
                        partitioned_position = coalesce(partitioned, start_position);
    IF to_regclass('es.consumers') IS NOT NULL THEN
      UPDATE es.consumers SET fence = fence + 1;
    END IF;
    RETURN the_store.epoch + 1;
  END $$;
`;

export const storeFunctions = [
  head,
  positionAt,
  settledPositionAt,
  markHead,
  ensurePartitions,
  becomeWriter,
  raiseEpoch,
].join('\n');
