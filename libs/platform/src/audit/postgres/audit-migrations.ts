import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type Migration } from '#platform/postgres';

/** Who did what: a chain of entries that only a function writes. */
class CreateAudit1795305630000 implements MigrationInterface {
  readonly name = 'CreateAudit1795305630000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(tables);
    await runner.query(functions);
    await runner.query(grants);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA audit CASCADE');
  }
}

export const auditMigrations: readonly Migration[] = [CreateAudit1795305630000];

/*
 * The constraints repeat what the writer sees to: whatever else reaches the function, no sentence and no address gets in.
 */
const tables = `
  CREATE SCHEMA audit;

  CREATE TABLE audit.entries (
    sequence      bigint PRIMARY KEY CHECK (sequence > 0),
    at            timestamptz(3) NOT NULL,
    actor_kind    text NOT NULL CHECK (actor_kind ~ '^[a-z_]{1,30}$'),
    actor_id      text NOT NULL CHECK (actor_id ~ '^[A-Za-z0-9_:./{}*-]{1,200}$'),
    action        text NOT NULL CHECK (action ~ '^[a-z_.]{1,60}$'),
    subject       text NOT NULL CHECK (subject ~ '^[A-Za-z0-9_:./{}*-]{1,200}$'),
    outcome       text NOT NULL CHECK (outcome ~ '^[a-z_]{1,30}$'),
    details       text NOT NULL CHECK (octet_length(details) <= 8000 AND jsonb_typeof(details::jsonb) = 'object'),
    request_id    text CHECK (request_id ~ '^[A-Za-z0-9_:./{}*-]{1,200}$'),
    previous_hash bytea NOT NULL CHECK (octet_length(previous_hash) = 32),
    hash          bytea NOT NULL CHECK (octet_length(hash) = 32)
  );
  CREATE INDEX entries_by_time ON audit.entries (at);
  COMMENT ON TABLE audit.entries IS 'Who did what, as a hash chain; written by audit.record, never changed. Details are text, because the hash is made of their bytes.';

  CREATE TABLE audit.checkpoints (
    sequence  bigint NOT NULL CHECK (sequence > 0),
    hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
    signed_at timestamptz(3) NOT NULL,
    signature bytea NOT NULL CHECK (octet_length(signature) = 64),
    PRIMARY KEY (sequence, signature)
  );
  COMMENT ON TABLE audit.checkpoints IS 'Signed hashes of entries; a copy is in a file outside the database.';
`;

/*
 * One call is one statement and one transaction: the lock is held until its commit, so that the next caller, in whichever process,
 * reads this entry as the last. VOLATILE, so that each statement in it sees what was committed before that statement began.
 */
const functions = `
  CREATE FUNCTION audit.rfc3339(at timestamptz) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  $$;

  CREATE FUNCTION audit.record(
    the_actor_kind text, the_actor_id text, the_action text, the_subject text, the_outcome text, the_details text, the_request_id text,
    OUT entry_sequence bigint, OUT entry_hash bytea
  )
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    previous audit.entries;
    entry_at timestamptz;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('safar audit', 0));
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      RAISE EXCEPTION 'audit.record reads what others have committed meanwhile: it needs READ COMMITTED';
    END IF;
    SELECT * INTO previous FROM audit.entries ORDER BY sequence DESC LIMIT 1;
    entry_sequence := coalesce(previous.sequence, 0) + 1;
    entry_at := greatest(date_trunc('milliseconds', clock_timestamp()), previous.at);
    previous.hash := coalesce(previous.hash, decode(repeat('00', 32), 'hex'));
    entry_hash := sha256(convert_to(
      '{"action":' || to_json(the_action)
      || ',"actor":{"id":' || to_json(the_actor_id) || ',"kind":' || to_json(the_actor_kind)
      || '},"at":' || to_json(audit.rfc3339(entry_at))
      || ',"details":' || the_details
      || ',"outcome":' || to_json(the_outcome)
      || ',"previousHash":' || to_json(encode(previous.hash, 'hex'))
      || ',"requestId":' || coalesce(to_json(the_request_id)::text, 'null')
      || ',"sequence":' || to_json(entry_sequence::text)
      || ',"subject":' || to_json(the_subject) || '}', 'UTF8'));
    INSERT INTO audit.entries VALUES (
      entry_sequence, entry_at, the_actor_kind, the_actor_id, the_action, the_subject, the_outcome, the_details, the_request_id,
      previous.hash, entry_hash);
  END $$;

  CREATE FUNCTION audit.add_checkpoint(the_sequence bigint, the_hash bytea, the_signed_at timestamptz, the_signature bytea) RETURNS void
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO audit.checkpoints VALUES (the_sequence, the_hash, the_signed_at, the_signature) ON CONFLICT DO NOTHING
  $$;
`;

const grants = `
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
  GRANT USAGE ON SCHEMA audit TO safar_app;
  GRANT SELECT ON audit.entries, audit.checkpoints TO safar_app;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA audit TO safar_app;
`;
