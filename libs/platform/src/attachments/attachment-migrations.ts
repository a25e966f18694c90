import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type Migration } from '#platform/postgres';

/** Files that people send along with what they say, sealed. */
class CreateAttachments1796300200000 implements MigrationInterface {
  readonly name = 'CreateAttachments1796300200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(tables);
    await runner.query(beginUpload);
    await runner.query(grants);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA attachments CASCADE');
  }
}

// The bytes are encrypted: compressing them would cost time and save nothing.
const tables = `
  CREATE SCHEMA attachments;
  CREATE TABLE attachments.files (
    id          uuid PRIMARY KEY,
    uploader    text NOT NULL CHECK (length(uploader) BETWEEN 1 AND 256),
    media_type  text NOT NULL CHECK (length(media_type) BETWEEN 3 AND 127),
    size_bytes  integer NOT NULL CHECK (size_bytes > 0),
    persona_id  uuid NOT NULL,
    incarnation bigint NOT NULL CHECK (incarnation > 0),
    sealed      text NOT NULL,
    uploaded_at timestamptz(3) NOT NULL,
    expires_at  timestamptz(3),
    finished    boolean NOT NULL DEFAULT false
  );
  COMMENT ON COLUMN attachments.files.sealed IS 'Name, digest and the key of the bytes, sealed with the key of persona_id: destroying that destroys all of it.';
  COMMENT ON COLUMN attachments.files.expires_at IS 'Of a file that nothing refers to; NULL once something does.';
  CREATE INDEX files_unused ON attachments.files (expires_at, id) WHERE expires_at IS NOT NULL;
  CREATE INDEX files_unused_of_uploader ON attachments.files (uploader, expires_at) WHERE expires_at IS NOT NULL;
  CREATE INDEX files_of_uploader ON attachments.files (uploader, uploaded_at);
  CREATE INDEX files_by_key ON attachments.files (persona_id, incarnation);
  CREATE TABLE attachments.pieces (
    file_id uuid NOT NULL REFERENCES attachments.files (id) ON DELETE CASCADE,
    number  integer NOT NULL CHECK (number >= 0),
    bytes   bytea NOT NULL,
    PRIMARY KEY (file_id, number)
  );
  ALTER TABLE attachments.pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;
`;

/*
 * Looks whether there is room and takes it, one caller after the other: two who looked at once would both find the last of it. VOLATILE,
 * so that it looks after it has the lock. It is held for two statements, never while bytes come.
 */
const beginUpload = `
  CREATE FUNCTION attachments.begin_upload(
    file attachments.files, most_files bigint, most_bytes bigint, own_files bigint, own_bytes bigint)
  RETURNS TABLE (full_of text, free_at timestamptz)
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('attachments.begin_upload', 0));
    SELECT CASE WHEN count(*) FILTER (WHERE f.uploader = file.uploader) >= own_files
                  OR coalesce(sum(f.size_bytes) FILTER (WHERE f.uploader = file.uploader), 0) + file.size_bytes > own_bytes
                THEN 'uploader'
                WHEN count(*) >= most_files OR coalesce(sum(f.size_bytes), 0) + file.size_bytes > most_bytes THEN 'all' END,
           coalesce(min(f.expires_at), file.expires_at)
    INTO full_of, free_at
    FROM attachments.files f WHERE f.expires_at > file.uploaded_at;
    -- Also what is named takes the disk: nobody brings fifty times that in a day.
    IF full_of IS NULL THEN
      SELECT 'uploader', min(f.uploaded_at) + interval '1 day' INTO full_of, free_at FROM attachments.files f
      WHERE f.uploader = file.uploader AND f.uploaded_at > file.uploaded_at - interval '1 day'
      HAVING count(*) >= 50 * own_files OR sum(f.size_bytes) + file.size_bytes > 50 * own_bytes;
    END IF;
    IF full_of IS NULL THEN INSERT INTO attachments.files SELECT file.*; END IF;
    RETURN NEXT;
  END $$;
`;

const grants = `
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA attachments FROM PUBLIC;
  GRANT USAGE ON SCHEMA attachments TO safar_app;
  GRANT SELECT, INSERT, DELETE, UPDATE (persona_id, incarnation, sealed, expires_at, finished) ON attachments.files TO safar_app;
  GRANT SELECT, INSERT, DELETE ON attachments.pieces TO safar_app;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA attachments TO safar_app;
`;

export const attachmentMigrations: readonly Migration[] = [CreateAttachments1796300200000];
