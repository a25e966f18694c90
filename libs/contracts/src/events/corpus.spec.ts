import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RecordedEvent } from '#kernel';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { eventTypes } from './event-types.js';
import { fieldsOf } from './fields/fields-of.js';
import { kinds } from '../touchpoints/kinds/kinds.js';
import { schemaFor } from './json-schema/schemas.js';
import { mergePersonal, splitPersonal } from './split-personal.js';
import { upcast } from './upcast.js';

type Data = Readonly<Record<string, unknown>>;

/** One event as some release stored it: what it said, and what was left in the open. Never changed once released. */
interface Released {
  readonly type: string;
  readonly schemaVersion: number;
  readonly opened: Data;
  readonly sealed: Data;
}

const folder = join(__dirname, 'corpus');
const corpus = readdirSync(folder)
  .sort()
  .map((file) => ({ file, ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Released) }));

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);

const recorded = ({ type, schemaVersion }: Released, data: Data): RecordedEvent => ({
  id: '7d0f9a3e-52c1-8b6e-a1d4-0c9b8a7f6e5d',
  type,
  schemaVersion,
  key: '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50',
  occurredAt: 0,
  recordedAt: 0,
  data,
  meta: { source: '/sources/corpus', correlationId: 'c', causationId: 'c' },
  stream: 'persona-0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50',
  version: 1,
  position: 1n,
});

const withoutBox = ({ sealed }: Pick<Released, 'sealed'>): Data =>
  Object.fromEntries(Object.entries(sealed).filter(([name]) => name !== 'sealed'));

let compiled = 0;
const problemsOf = (event: RecordedEvent): unknown => {
  const fits = ajv.compile({ ...schemaFor(event.type, event.schemaVersion), $id: `corpus-${String(++compiled)}` });
  fits(event.data);
  return fits.errors;
};

describe('every event that was ever released', () => {
  it.each(corpus)('is still read: $file', (released) => {
    for (const data of [released.opened, released.sealed, withoutBox(released)]) {
      const event = upcast(recorded(released, data));
      expect(event.schemaVersion).toBe(eventTypes.find(({ type }) => type === released.type)?.version);
      expect(problemsOf(event)).toBeNull();
    }
  });

  it('has one file for each type and version, the current ones among them', () => {
    const names = corpus.map(({ type, schemaVersion }) => `${type}.${String(schemaVersion)}.json`);
    expect(corpus.map(({ file }) => file)).toEqual(names);
    for (const { type, version, upcasters } of eventTypes)
      for (const each of [...Object.keys(upcasters), version]) expect(names).toContain(`${type}.${String(each)}.json`);
  });
});

describe('the corpus', () => {
  it.each(Object.values(kinds))(
    'shows every member of $kind, so that its class is guarded',
    ({ kind, version, details }) => {
      const shown = corpus.find(({ file }) => file === `touchpoint.${kind}.${String(version)}.json`)?.opened['details'];
      const members = details === 'free' ? [] : fieldsOf(details).map(({ name }) => name);
      expect(Object.keys(shown ?? {})).toEqual(expect.arrayContaining(members));
    },
  );
});

describe('the classes of a released version', () => {
  const current = corpus.filter(({ type, schemaVersion }) =>
    eventTypes.some((known) => known.type === type && known.version === schemaVersion),
  );

  it.each(current)('do not change: $file', ({ type, schemaVersion, opened, sealed }) => {
    const { open, personal } = splitPersonal(type, schemaVersion, opened);
    expect(open).toEqual(withoutBox({ sealed }));
    expect(personal !== undefined).toBe('sealed' in sealed);
    expect(mergePersonal(open, personal)).toEqual(opened);
  });
});
