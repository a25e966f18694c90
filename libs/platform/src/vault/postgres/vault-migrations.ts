import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type Migration } from '#platform/postgres';

/** What the vault keeps in PostgreSQL. */
class CreateVault1795305610000 implements MigrationInterface {
  // Name is kept apart from the class: it stands in the table of migrations and must survive a renaming.
  readonly name = 'CreateVault1795305610000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(tables);
    await runner.query(functions);
    await runner.query(grants);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA vault CASCADE');
  }
}

/** A function with a setting of its own is planned at each call, which took most of the time of a look at a key. */
class InlineLatestKeys1796300300000 implements MigrationInterface {
  readonly name = 'InlineLatestKeys1796300300000';

  async up(runner: QueryRunner): Promise<void> {
    // It runs with the rights of its caller, and names its schema: no search path leads it anywhere else.
    await runner.query('ALTER FUNCTION vault.latest_keys(uuid[]) RESET search_path');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER FUNCTION vault.latest_keys(uuid[]) SET search_path = pg_catalog');
  }
}

export const vaultMigrations: readonly Migration[] = [CreateVault1795305610000, InlineLatestKeys1796300300000];

const tables = `
  CREATE SCHEMA vault;

  CREATE TABLE vault.master_keys (
    ordinal    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_id     text NOT NULL UNIQUE,
    created_at timestamptz(3) NOT NULL
  );
  COMMENT ON TABLE vault.master_keys IS 'Ids (one-way) of the master keys that this database was sealed with, oldest first; the keys themselves are elsewhere.';

  CREATE TABLE vault.keys (
    persona_id   uuid NOT NULL,
    incarnation  bigint NOT NULL CHECK (incarnation > 0),
    wrapped_key  bytea,
    created_at   timestamptz(3) NOT NULL,
    destroyed_at timestamptz(3),
    PRIMARY KEY (persona_id, incarnation),
    CHECK ((wrapped_key IS NULL) = (destroyed_at IS NOT NULL))
  );
  COMMENT ON TABLE vault.keys IS 'Data key of each persona, wrapped with a master key; a row without key stays for ever, so that the key is never made again.';

  CREATE TABLE vault.erasures (
    persona_id  uuid NOT NULL,
    incarnation bigint NOT NULL,
    begun_at    timestamptz(3) NOT NULL,
    done_at     timestamptz(3),
    PRIMARY KEY (persona_id, incarnation)
  );
  COMMENT ON TABLE vault.erasures IS 'Ledger of destroyed keys; done when the stream of the incarnation is closed. The copy outside the database is what survives a restore.';
`;

/*
 * The only ways to write: the application role cannot put a key back. VOLATILE functions, so that each statement in them sees
 * what others have committed before it. Rows are locked in the order of their ids, or two callers could wait for each other.
 */
const functions = `
  CREATE FUNCTION vault.latest_keys(personas uuid[])
  RETURNS TABLE (persona_id uuid, incarnation bigint, wrapped_key bytea, pending boolean)
  LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT k.persona_id, k.incarnation, k.wrapped_key,
           k.wrapped_key IS NULL AND NOT EXISTS (
             SELECT FROM vault.erasures e
             WHERE e.persona_id = k.persona_id AND e.incarnation = k.incarnation AND e.done_at IS NOT NULL)
    FROM unnest(personas) AS asked(persona)
    CROSS JOIN LATERAL (
      SELECT * FROM vault.keys WHERE keys.persona_id = asked.persona ORDER BY keys.incarnation DESC LIMIT 1) k
  $$;

  CREATE FUNCTION vault.ensure_keys(personas uuid[], incarnations bigint[], wrapped_keys bytea[])
  RETURNS TABLE (persona_id uuid, incarnation bigint, wrapped_key bytea, pending boolean)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  BEGIN
    INSERT INTO vault.keys (persona_id, incarnation, wrapped_key, created_at)
    SELECT c.persona, c.incarnation, c.wrapped, now()
    FROM unnest(personas, incarnations, wrapped_keys) AS c(persona, incarnation, wrapped)
    WHERE NOT EXISTS (SELECT FROM vault.keys k WHERE k.persona_id = c.persona AND k.incarnation >= c.incarnation)
      AND (c.incarnation = 1 OR EXISTS (
        SELECT FROM vault.erasures e
        WHERE e.persona_id = c.persona AND e.incarnation = c.incarnation - 1 AND e.done_at IS NOT NULL))
    ORDER BY c.persona
    ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT * FROM vault.latest_keys(personas);
  END $$;

  CREATE FUNCTION vault.destroy_keys(personas uuid[], incarnations bigint[], times timestamptz[]) RETURNS void
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  BEGIN
    WITH destroyed AS (
      INSERT INTO vault.keys AS k (persona_id, incarnation, wrapped_key, created_at, destroyed_at)
      SELECT DISTINCT ON (e.persona, e.incarnation) e.persona, e.incarnation, NULL::bytea, e.at, e.at
      FROM unnest(personas, incarnations, times) AS e(persona, incarnation, at)
      ORDER BY e.persona, e.incarnation, e.at
      ON CONFLICT (persona_id, incarnation) DO UPDATE SET wrapped_key = NULL, destroyed_at = EXCLUDED.destroyed_at
        WHERE k.wrapped_key IS NOT NULL
      RETURNING k.persona_id, k.incarnation, k.destroyed_at
    )
    INSERT INTO vault.erasures (persona_id, incarnation, begun_at)
    SELECT d.persona_id, d.incarnation, d.destroyed_at FROM destroyed d
    -- A key that a restore had brought back: whatever followed its erasure then is gone too, and has to be done again.
    ON CONFLICT (persona_id, incarnation) DO UPDATE SET done_at = NULL;
    INSERT INTO vault.erasures (persona_id, incarnation, begun_at)
    SELECT DISTINCT ON (e.persona, e.incarnation) e.persona, e.incarnation, e.at
    FROM unnest(personas, incarnations, times) AS e(persona, incarnation, at)
    ORDER BY e.persona, e.incarnation, e.at
    ON CONFLICT DO NOTHING;
  END $$;

  CREATE FUNCTION vault.complete_erasures(personas uuid[], incarnations bigint[], at timestamptz) RETURNS void
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
    UPDATE vault.erasures e SET done_at = at
    FROM unnest(personas, incarnations) AS c(persona, incarnation)
    WHERE e.persona_id = c.persona AND e.incarnation = c.incarnation AND e.done_at IS NULL
  $$;
`;

const grants = `
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC;
  GRANT USAGE ON SCHEMA vault TO safar_app;
  GRANT SELECT ON vault.keys, vault.erasures, vault.master_keys TO safar_app;
  GRANT INSERT (key_id, created_at) ON vault.master_keys TO safar_app;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA vault TO safar_app;
`;
