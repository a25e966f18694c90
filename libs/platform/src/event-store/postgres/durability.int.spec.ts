import { appendTo } from '../fixtures/append-requests.js';
import { StoreDatabase } from '../fixtures/postgres-store.js';

describe('what is acknowledged', () => {
  let database: StoreDatabase;

  beforeEach(async () => {
    database = await StoreDatabase.make();
    // Tells with what a flush is committed: its session cannot be asked from outside.
    await database.owner.query(`
      CREATE TABLE public.commits (level text);
      CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO public.commits VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
      CREATE TRIGGER note AFTER INSERT ON es.appends FOR EACH STATEMENT EXECUTE FUNCTION public.note()`);
  });
  afterEach(() => database.drop());

  it.each([
    ['off', 'on'],
    ['on', 'on'],
    ['local', 'local'],
    ['remote_apply', 'remote_apply'],
  ])('is on disk: where somebody set synchronous_commit to %s, flushes commit with %s', async (set, expected) => {
    await database.owner.query(`DO $$ BEGIN
      EXECUTE format('ALTER ROLE %I IN DATABASE %I SET synchronous_commit = ${set}', current_user, current_database()); END $$`);
    const store = await database.open();
    await store.append(appendTo('thing-1'));
    expect((await database.owner.query('SELECT level FROM public.commits')).rows).toEqual([{ level: expected }]);
  });
});
