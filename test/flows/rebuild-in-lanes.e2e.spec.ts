import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { testDatabase, until, type TestDatabase } from '#testing';
import { type Installation, loadConfig, openInstallation } from '#wiring';
import { dataFolder, finished, startApp, startCli, sharedSettings } from './support/safar-process.js';

const PATIENCE_MS = 120_000;

/** Every page of a new build takes a second, or waits until it may go on; and every promotion is written down. */
const instruments = `
  CREATE SCHEMA test;
  CREATE TABLE test.pace AS SELECT 'free' AS state;
  CREATE TABLE test.promoted (name text, build integer);
  CREATE FUNCTION test.wait() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    IF (SELECT state = 'slow' FROM test.pace) THEN PERFORM pg_sleep(1); END IF;
    WHILE (SELECT state = 'hold' FROM test.pace) LOOP PERFORM pg_sleep(0.02); END LOOP;
    RETURN NEW;
  END $$;
  CREATE TRIGGER wait BEFORE UPDATE ON es.consumers FOR EACH ROW
    WHEN (NEW.build > 1 AND NEW.filled_at IS NULL AND NEW.position <> OLD.position) EXECUTE FUNCTION test.wait();
  CREATE FUNCTION test.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO test.promoted VALUES (NEW.name, NEW.active_build);
    RETURN NULL;
  END $$;
  CREATE TRIGGER note AFTER UPDATE ON es.projections FOR EACH ROW
    WHEN (NEW.active_build <> OLD.active_build) EXECUTE FUNCTION test.note();`;

describe('a rebuild that a command and a projector share', () => {
  let database: TestDatabase;
  let folder: ReturnType<typeof dataFolder>;
  let settings: Record<string, string>;
  let observer: Installation;
  let projector: ChildProcess;

  beforeAll(async () => {
    database = await testDatabase([]);
    folder = dataFolder();
    settings = sharedSettings(database.url, folder.path);
    observer = await openInstallation(loadConfig(settings), { program: 'observer' });
    await database.owner.query(instruments);
    projector = startApp('projector', settings);
    const history = ['simulate', '--customers', '250', '--years', '1', '--json', '--yes'];
    expect(await finished(startCli(folder.path, history, settings))).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await pace('free');
    projector.kill('SIGTERM');
    await once(projector, 'exit');
    await observer.close();
    await database.drop();
    folder.remove();
  });

  const pace = (state: 'free' | 'slow' | 'hold') => database.owner.query('UPDATE test.pace SET state = $1', [state]);
  const verified = (name: string) => observer.projectionAdmin({ actor: { kind: 'operator', id: 'test' } }).verify(name);
  const lanesOf = async (name: string) => {
    const { rows } = await database.owner.query<{ build: number; pid: number; position: string; rest: string }>(
      `SELECT build, split_part(owner, '-', 1)::integer AS pid, position, es.head() - position AS rest FROM es.consumers
       WHERE name = $1 AND build = (SELECT max(build) FROM es.consumers WHERE name = $1 AND filled_at IS NULL)
         AND lease_until > clock_timestamp()`,
      [name],
    );
    return rows;
  };
  /** As time would, after ten seconds. */
  const expireLeasesOf = ({ pid = 0 }: ChildProcess) =>
    database.owner.query(
      `UPDATE es.consumers SET lease_until = clock_timestamp() - interval '1 second' WHERE owner LIKE $1`,
      [`${String(pid)}-%`],
    );

  it.each([
    [1, 'customers', 'command'],
    [2, 'customers', 'projector'],
    [4, 'customers', 'command'],
    [4, 'timeline', 'projector'],
  ] as const)(
    'in %i lanes of %s comes to the same rows and is promoted once, also when the %s is killed in the middle',
    async (lanes, name, victim) => {
      const live = await verified(name);
      expect(live).toMatchObject({ ok: true });
      await database.owner.query('TRUNCATE test.promoted');
      await pace('slow');
      const command = startCli(folder.path, ['projections', 'rebuild', name, '--lanes', String(lanes)], settings);
      const ended = finished(command);
      const workers = lanes === 1 ? [command.pid] : [command.pid, projector.pid];
      const isShared = async (): Promise<boolean> => {
        const held = await lanesOf(name);
        return held.length === lanes && workers.every((pid) => held.some((lane) => lane.pid === pid));
      };
      await until(isShared, `${String(workers.length)} processes have its lanes`, PATIENCE_MS);
      await pace('hold');
      const middle = await lanesOf(name);
      expect(middle.some(({ rest }) => BigInt(rest) > 0n)).toBe(true);

      const dead = victim === 'command' ? command : projector;
      dead.kill('SIGKILL');
      await once(dead, 'exit');
      // Whoever looks after processes starts it again; nobody types a command again.
      if (dead === projector) projector = startApp('projector', settings);
      await pace('free');
      await expireLeasesOf(dead);
      const promoted = async () => (await database.owner.query('SELECT * FROM test.promoted')).rows;
      await until(async () => (await promoted()).length > 0, 'promoted', PATIENCE_MS);
      if (victim === 'projector') expect(await ended).toMatchObject({ code: 0 });

      const rebuilt = await verified(name);
      expect(rebuilt).toMatchObject({ ok: true, hash: live.hash, build: middle[0]?.build });
      expect(rebuilt.positions).toHaveLength(lanes);
      expect(await promoted()).toEqual([{ name, build: rebuilt.build }]);
    },
  );
});
