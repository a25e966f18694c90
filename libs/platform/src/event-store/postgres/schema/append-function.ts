import { errorCode } from './error-codes.js';

/** Key of the lock that makes commit order and position order the same. */
export const APPEND_LOCK = `hashtextextended('safar append', 0)`;

/** How many positions a flush reserves at once; the store's row is updated once for as many. */
const RESERVED_AT_ONCE = 1_000_000;

/**
 * The only way to write to the log. One call is one flush: its own transaction, all of its requests, one commit.
 *
 * It takes the lock first. The function is VOLATILE, so each statement in it sees what was committed before that statement
 * began, and therefore everything that the previous holder of the lock wrote; a single statement that took the lock and read
 * would read with a snapshot from before it waited.
 *
 * Nothing is updated by an ordinary flush: the next position is read from the end of the log's index, and the version of a
 * stream from the index of the partitions since the mark in its row. With a counter row and a version in each stream's row, dead
 * versions pile up while somebody holds a long transaction open, and each flush walks over them: 2,400 flushes of 32 events took
 * one from 1 ms to 56 ms. This way it stays at 1 ms.
 *
 * Requests of a flush do not depend on each other, which the caller sees to: append ids are distinct, and where several parts
 * have the same stream, only the first may expect something of it and only the last may close it. \`part_earlier\` counts the
 * events of earlier parts with the same stream. An expectation is -1 for any, -2 for exists, else the version (none is 0).
 *
 * Answers one row. \`verdicts\` is NULL when every request was appended; else a letter for each: a appended, r repeated,
 * i id reused, c conflict, x closed, and \`details\` has what else must be told of those that were not appended.
 */
export const appendFunction = `
  CREATE FUNCTION es.append(
    expected_epoch bigint,
    request_ids uuid[], request_hashes bytea[], request_offsets integer[], request_counts integer[], request_plain boolean[],
    part_requests integer[], part_streams text[], part_expected bigint[], part_counts integer[], part_earlier integer[],
    part_ends integer[], part_closes boolean[],
    event_parts integer[], event_numbers integer[], event_ids uuid[], event_types text[], event_schemas integer[],
    event_keys text[], event_data json[], event_meta json[], event_times timestamptz[],
    OUT after_position bigint, OUT recorded_ms bigint, OUT bases bigint[], OUT verdicts text, OUT details json
  )
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  -- A plan made while the tables were empty must still be right when they are not: look-ups by index, whatever the statistics.
  SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off
  AS $$
  DECLARE
    the_store   es.store;
    recorded    timestamptz;
    request_total integer := cardinality(request_ids);
    part_total  integer := cardinality(part_streams);
    event_total integer := cardinality(event_ids);
    any_repeated boolean;
    any_refused boolean;
    any_new     boolean;
    any_stale   boolean;
    -- Of each part: the version of its stream before the flush, whether the stream is there, why the part is refused.
    actual      bigint[];
    refusals    text[];
    -- Of each request, once something is not appended: whether it is, and how many events before it are not.
    accepted    boolean[];
    shifts      integer[];
  BEGIN
    PERFORM pg_advisory_xact_lock(${APPEND_LOCK});
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      RAISE EXCEPTION 'es.append reads what others have committed meanwhile: it needs READ COMMITTED';
    END IF;

    SELECT * INTO the_store FROM es.store WHERE only_row;
    IF the_store.epoch <> expected_epoch THEN
      RAISE EXCEPTION USING ERRCODE = '${errorCode.otherEpoch}',
        MESSAGE = format('the store is in epoch %s, the writer in %s', the_store.epoch, expected_epoch);
    END IF;
    SELECT e.position, e.recorded_at INTO after_position, recorded
      FROM es.events e WHERE e.position >= the_store.last_position ORDER BY e.position DESC LIMIT 1;
    IF NOT FOUND THEN
      IF the_store.last_position > the_store.start_position THEN
        RAISE EXCEPTION USING ERRCODE = '${errorCode.tailMissing}',
          MESSAGE = format('the event at position %s is missing', the_store.last_position);
      END IF;
      after_position := the_store.start_position;
    ELSIF after_position > the_store.reserved_position THEN
      RAISE EXCEPTION USING ERRCODE = '${errorCode.markBehind}',
        MESSAGE = format('there is an event at position %s, beyond the reserved %s', after_position, the_store.reserved_position);
    END IF;
    recorded := greatest(date_trunc('milliseconds', clock_timestamp()), recorded);
    recorded_ms := extract(epoch FROM recorded) * 1000;

    any_repeated := EXISTS (
      SELECT FROM generate_series(1, request_total) AS r(i) JOIN es.appends a ON a.append_id = request_ids[r.i]);
    SELECT array_agg(p.version ORDER BY p.i), array_agg(p.version + part_earlier[p.i] ORDER BY p.i),
           array_agg(p.refusal ORDER BY p.i), bool_or(p.refusal IS NOT NULL), bool_or(p.new), bool_or(p.stale)
      INTO actual, bases, refusals, any_refused, any_new, any_stale
      FROM (SELECT p.i, s.stream IS NULL AS new, after_position - s.marked_position > the_store.partition_rows AS stale,
                   coalesce(latest.version, s.marked_version, 0) AS version,
                   CASE WHEN s.closed THEN 'x'
                        WHEN part_expected[p.i] >= 0
                             AND part_expected[p.i] <> coalesce(latest.version, s.marked_version, 0) THEN 'c'
                        WHEN part_expected[p.i] = -2 AND s.stream IS NULL THEN 'c' END AS refusal
            FROM generate_series(1, part_total) AS p(i)
            LEFT JOIN es.streams s ON s.stream = part_streams[p.i]
            LEFT JOIN LATERAL (
              -- No upper bound: with one, the planner takes the range for short once the table was analysed, and reads it whole.
              SELECT e.version FROM es.events e WHERE e.stream = s.stream AND e.position >= s.marked_position
              ORDER BY e.version DESC LIMIT 1) latest ON true) p;

    IF any_repeated OR any_refused THEN
      WITH refused AS (
        SELECT DISTINCT ON (part_requests[p.i]) part_requests[p.i] AS request, p.i, refusals[p.i] AS refusal, actual[p.i] AS version
        FROM generate_series(1, part_total) AS p(i) WHERE refusals[p.i] IS NOT NULL ORDER BY part_requests[p.i], p.i
      ), judged AS (
        SELECT r.i, refused.i AS part, refused.version, a.first_position, a.event_count, a.recorded_at,
               coalesce(a.versions, (SELECT ARRAY[e.version] FROM es.events e
                                     WHERE e.position = a.first_position + a.event_count - 1)) AS versions,
               CASE WHEN a.append_id IS NULL THEN coalesce(refused.refusal, 'a')
                    WHEN a.request_hash = request_hashes[r.i] THEN 'r' ELSE 'i' END AS verdict
        FROM generate_series(1, request_total) AS r(i)
        LEFT JOIN es.appends a ON a.append_id = request_ids[r.i]
        LEFT JOIN refused ON refused.request = r.i
      )
      SELECT string_agg(j.verdict, '' ORDER BY j.i), array_agg(j.verdict = 'a' ORDER BY j.i),
             array_agg(j.shift ORDER BY j.i),
             json_agg(json_build_object(
               'request', j.i, 'part', j.part, 'version', j.version, 'first', j.first_position::text,
               'count', j.event_count, 'recordedMs', (extract(epoch FROM j.recorded_at) * 1000)::bigint,
               'versions', j.versions) ORDER BY j.i) FILTER (WHERE j.verdict <> 'a')
        INTO verdicts, accepted, shifts, details
        FROM (SELECT judged.*, coalesce(sum(CASE judged.verdict WHEN 'a' THEN 0 ELSE request_counts[judged.i] END)
                OVER (ORDER BY judged.i ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::integer AS shift
              FROM judged) j;

      -- Parts that follow a refused one in the same stream move up.
      SELECT array_agg(bases[m.i] - m.missing ORDER BY m.i) INTO bases
        FROM (SELECT p.i, coalesce(sum(CASE WHEN accepted[part_requests[p.i]] THEN 0 ELSE part_counts[p.i] END)
                OVER (PARTITION BY part_streams[p.i] ORDER BY p.i ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS missing
              FROM generate_series(1, part_total) AS p(i)) m;
      event_total := coalesce((SELECT sum(request_counts[r.i]) FROM generate_series(1, request_total) AS r(i) WHERE accepted[r.i]), 0);
      IF NOT true = ANY (accepted) THEN
        RETURN;
      END IF;
    END IF;

    INSERT INTO es.events (position, version, occurred_at, recorded_at, schema_version, event_id, stream, type, key, data, meta)
      SELECT after_position + e.i - coalesce(shifts[part_requests[event_parts[e.i]]], 0),
             bases[event_parts[e.i]] + event_numbers[e.i], event_times[e.i], recorded, event_schemas[e.i], event_ids[e.i],
             part_streams[event_parts[e.i]], event_types[e.i], event_keys[e.i], event_data[e.i], event_meta[e.i]
      FROM generate_series(1, cardinality(event_ids)) AS e(i)
      WHERE accepted IS NULL OR accepted[part_requests[event_parts[e.i]]];

    INSERT INTO es.appends (append_id, first_position, recorded_at, event_count, request_hash, versions)
      SELECT request_ids[r.i],
             -- Nothing but a closed stream: told as the last position before it.
             after_position + request_offsets[r.i] - coalesce(shifts[r.i], 0) + (CASE request_counts[r.i] WHEN 0 THEN 0 ELSE 1 END),
             recorded, request_counts[r.i], request_hashes[r.i],
             CASE WHEN NOT request_plain[r.i] THEN
               (SELECT array_agg(bases[p.i] + part_counts[p.i] ORDER BY p.i)
                FROM generate_series(1, part_total) AS p(i) WHERE part_requests[p.i] = r.i) END
      FROM generate_series(1, request_total) AS r(i)
      WHERE accepted IS NULL OR accepted[r.i];

    IF any_stale OR true = ANY (part_closes) THEN
      UPDATE es.streams s
        SET marked_version = c.version, marked_position = c.position, closed = c.closes
        FROM (SELECT part_streams[p.i] AS stream, max(bases[p.i] + part_counts[p.i]) AS version, bool_or(part_closes[p.i]) AS closes,
                     max(after_position + part_ends[p.i] - coalesce(shifts[part_requests[p.i]], 0)) AS position
              FROM generate_series(1, part_total) AS p(i)
              WHERE accepted IS NULL OR accepted[part_requests[p.i]] GROUP BY 1) c
        WHERE s.stream = c.stream AND (c.closes OR after_position - s.marked_position > the_store.partition_rows);
    END IF;
    IF any_new THEN
      INSERT INTO es.streams (marked_version, marked_position, closed, stream, category)
        SELECT max(bases[p.i] + part_counts[p.i]), max(after_position + part_ends[p.i] - coalesce(shifts[part_requests[p.i]], 0)),
               bool_or(part_closes[p.i]), part_streams[p.i], split_part(part_streams[p.i], '-', 1)
        FROM generate_series(1, part_total) AS p(i)
        WHERE accepted IS NULL OR accepted[part_requests[p.i]] GROUP BY part_streams[p.i]
        ON CONFLICT (stream) DO NOTHING;
    END IF;

    IF after_position + event_total > the_store.reserved_position THEN
      UPDATE es.store SET last_position = after_position + event_total,
                          reserved_position = after_position + event_total + ${String(RESERVED_AT_ONCE)};
    END IF;
  END $$;
`;
