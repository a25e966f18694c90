import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { MemoryRecorder } from '../fixtures/memory-recorder.js';
import { loadProfile } from './built-in-profiles.js';
import { openInput } from './input.js';
import { parseProfile } from './parse-profile.js';
import { profileLimits, type Profile } from './profile.js';
import { runImport, type ImportReport, type ImportTask } from './run-import.js';
import { settingsFor } from './table.js';
import { rowsIn } from './tally.js';

const excerpt = path.resolve(__dirname, '../../../../test/fixtures/online-retail/excerpt.csv');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'safar-import-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rejectsPath = (): string => path.join(folder, 'rejects.csv');

async function importFile(
  recorder: MemoryRecorder,
  changes: Partial<ImportTask> & { file?: string; profile?: Profile | null } = {},
): Promise<ImportReport> {
  const { file = excerpt, profile = await loadProfile('online-retail'), ...task } = changes;
  const input = await openInput(file, Readable.from([]));
  try {
    return await runImport({
      source: {
        input,
        settings: settingsFor(input.name, profile ?? undefined, undefined),
        ...(profile === null ? {} : { profile }),
      },
      recorder,
      installation: 'one',
      holds: () => Promise.resolve(true),
      dataDir: folder,
      rejectsPath: rejectsPath(),
      batchSize: 500,
      concurrency: 1,
      signal: new AbortController().signal,
      ...task,
    });
  } finally {
    await input.close();
  }
}

/** A shop whose orders are lines with an order number, a customer and a price. */
function shop(changes: object = {}): Profile {
  const parsed = parseProfile({
    safarProfile: 1,
    name: 'shop',
    columns: { order: 'order', customer: 'customer', price: { from: 'price', type: 'decimal', required: true } },
    refuse: [{ when: { column: 'customer', empty: true }, reason: 'no_customer' }],
    groupBy: 'order',
    uniform: 'customer',
    touchpoints: [
      {
        refuse: [{ when: { column: 'price', below: 0 }, reason: 'negative_price' }],
        needs: { when: { column: 'price', above: 0 }, reason: 'no_priced_line' },
        touchpoint: {
          id: '{order}',
          source: 'shop',
          kind: 'purchase',
          occurredAt: '2026-03-21T10:00:00Z',
          identifiers: [{ kind: 'customer_number', value: '{customer}' }],
          data: {
            orderId: '{order}',
            amount: { sum: 'price', currency: 'GBP' },
            items: { each: { price: '{price}' } },
          },
        },
      },
    ],
    ...changes,
  });
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.profile;
}

function shopFile(lines: readonly string[]): string {
  const file = path.join(folder, 'shop.csv');
  writeFileSync(file, ['order,customer,price', ...lines, ''].join('\n'));
  return file;
}

describe('an import of Online Retail', () => {
  it('accounts for every line: in a touchpoint, or refused with its reason', async () => {
    const recorder = new MemoryRecorder();
    const report = await importFile(recorder);
    expect(report).toMatchObject({
      finished: true,
      rows: 134,
      rowsResumed: 0,
      tally: {
        rowsInTouchpoints: 115,
        rowsRefused: { no_customer: 18, no_priced_line: 1 },
        accepted: 14,
        duplicate: 0,
        refused: 0,
        byKind: { purchase: 9, return: 5 },
      },
    });
    expect(rowsIn(report.tally)).toBe(report.rows);
    expect(readFileSync(rejectsPath(), 'utf8').trim().split('\n')).toHaveLength(1 + 19);
  });

  it('makes one purchase of an invoice whose lines do not stand together', async () => {
    const recorder = new MemoryRecorder();
    await importFile(recorder);
    const [purchase] = recorder.stored.filter(({ id }) => id === '542806');
    expect(purchase).toMatchObject({
      kind: 'purchase',
      source: 'online-retail',
      occurredAt: '2011-02-01T11:19:00.000Z',
      identifiers: [{ kind: 'customer_number', value: '12836' }],
      profile: { country: 'GB' },
      data: { orderId: '542806', amount: { currency: 'GBP' } },
    });
    expect((purchase?.['data'] as { items: unknown[] }).items).toHaveLength(39);
  });

  it('makes a return of a cancellation, with what came back as positive numbers', async () => {
    const recorder = new MemoryRecorder();
    await importFile(recorder);
    expect(recorder.stored.find(({ id }) => id === 'C536379')).toEqual({
      id: 'C536379',
      source: 'online-retail',
      kind: 'return',
      channel: 'web',
      occurredAt: '2010-12-01T09:41:00.000Z',
      identifiers: [{ kind: 'customer_number', value: '14527' }],
      profile: { country: 'GB' },
      data: {
        returnId: 'C536379',
        amount: { amount: '27.50', currency: 'GBP' },
        items: [{ sku: 'D', description: 'Discount', quantity: 1, unitPrice: { amount: '27.50', currency: 'GBP' } }],
      },
    });
  });

  it('lets lines that cost nothing travel with their order, and refuses an order of nothing else', async () => {
    const recorder = new MemoryRecorder();
    await importFile(recorder);
    const free = recorder.stored.find(({ id }) => id === '541109')?.['data'] as {
      items: { unitPrice: { amount: string } }[];
    };
    expect(free.items.map(({ unitPrice }) => unitPrice.amount)).toContain('0.00');
    expect(recorder.stored.some(({ id }) => id === '543599')).toBe(false);
    expect(readFileSync(rejectsPath(), 'utf8')).toMatch(/no_priced_line,[^\n]*543599/);
  });

  it('keeps equal lines of an order apart', async () => {
    const recorder = new MemoryRecorder();
    await importFile(recorder);
    const { items } = recorder.stored.find(({ id }) => id === '555725')?.['data'] as { items: unknown[] };
    expect(items[0]).toEqual(items[1]);
  });
});

describe('the file of refused rows', () => {
  const orders = (text: string): string => {
    const file = path.join(folder, 'orders.csv');
    writeFileSync(file, text);
    return file;
  };
  const refusedLines = (): string[] => readFileSync(rejectsPath(), 'utf8').trim().split('\n');

  it('never replaces a file of another kind, and nothing is imported before that is said', async () => {
    writeFileSync(rejectsPath(), 'precious', { mode: 0o644 });
    const recorder = new MemoryRecorder();
    await expect(importFile(recorder)).rejects.toThrow('it is left as it is');
    expect(readFileSync(rejectsPath(), 'utf8')).toBe('precious');
    expect(recorder.stored).toEqual([]);
  });

  it('does not follow a link', async () => {
    const target = path.join(folder, 'target');
    writeFileSync(target, 'precious');
    symlinkSync(target, rejectsPath());
    await expect(importFile(new MemoryRecorder())).rejects.toThrow('cannot be written');
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it('is for its owner alone, also when an older one was not', async () => {
    writeFileSync(rejectsPath(), 'safar_line,safar_reason,safar_detail,old\n', { mode: 0o644 });
    await importFile(new MemoryRecorder());
    expect(statSync(rejectsPath()).mode & 0o777).toBe(0o600);
    expect(refusedLines()[0]).not.toContain('old');
  });

  it('is no formula to a spreadsheet, and comes back as it was', async () => {
    const formula = `=cmd|' /C calc'!A0`;
    const profile = shop();
    await importFile(new MemoryRecorder(), { file: orders(`order,customer,price\n${formula},,"-1.50"\n`), profile });
    expect(refusedLines()[1]).toMatch(/,'=cmd/);
    // A negative number is none.
    expect(refusedLines()[1]).toMatch(/,-1\.50$/);
    const recorder = new MemoryRecorder();
    const corrected = orders(readFileSync(rejectsPath(), 'utf8').replace(',,-1.50', ',12347,1.50'));
    const report = await importFile(recorder, { file: corrected, profile });
    expect(report.tally.rowsRefused).toEqual({});
    expect(recorder.stored[0]).toMatchObject({ data: { orderId: formula } });
  });

  it('has the columns that it adds once, however often rows go round', async () => {
    const profile = shop();
    await importFile(new MemoryRecorder(), { file: orders('order,customer,price\n1,,5\n'), profile });
    const first = refusedLines();
    await importFile(new MemoryRecorder(), { file: orders(`${first.join('\n')}\n`), profile });
    expect(refusedLines()).toEqual(first);
    expect(first).toHaveLength(2);
  });
});

describe('an import', () => {
  it('stores nothing twice when it is run again, and says so', async () => {
    const recorder = new MemoryRecorder();
    await importFile(recorder);
    const again = await importFile(recorder);
    expect(again.tally).toMatchObject({ accepted: 0, duplicate: 14, rowsInTouchpoints: 115 });
    expect(recorder.stored).toHaveLength(14);
    expect(readdirSync(path.join(folder, 'imports'))).toEqual([]);
  });

  it('goes on after an interruption at any batch, as if there had been none', async () => {
    const uninterrupted = new MemoryRecorder();
    const expected = await importFile(uninterrupted);
    const rejects = readFileSync(rejectsPath(), 'utf8');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        async (stops, batchSize) => {
          rmSync(path.join(folder, 'imports'), { recursive: true, force: true });
          rmSync(rejectsPath(), { force: true });
          let calls = Infinity;
          let controller = new AbortController();
          const recorder = new MemoryRecorder({ after: () => (--calls === 0 ? controller.abort() : undefined) });
          let hasFinished = false;
          for (const stop of stops) {
            calls = stop;
            controller = new AbortController();
            const { finished } = await importFile(recorder, { batchSize, signal: controller.signal });
            hasFinished ||= finished;
          }
          calls = Infinity;
          const report = await importFile(recorder, { batchSize });
          if (!hasFinished) expect(report.tally).toEqual(expected.tally);
          expect(rowsIn(report.tally)).toBe(report.rows);
          expect(recorder.stored).toEqual(uninterrupted.stored);
          expect(readFileSync(rejectsPath(), 'utf8')).toBe(rejects);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('goes on where a killed one left off, whatever that one wrote after its last note', async () => {
    const recorder = new MemoryRecorder();
    const expected = await importFile(new MemoryRecorder());
    const rejects = readFileSync(rejectsPath(), 'utf8');
    recorder.failures.push(...Array.from({ length: 3 }, () => new Error('killed')));
    await expect(importFile(recorder, { batchSize: 2 })).rejects.toThrow('killed');
    recorder.failures.length = 0;
    const stop = new AbortController();
    const stopping = new MemoryRecorder({ after: () => stop.abort() });
    await importFile(stopping, { batchSize: 3, signal: stop.signal });
    writeFileSync(rejectsPath(), 'half a line that was written after', { flag: 'a' });
    const report = await importFile(stopping, { batchSize: 3 });
    expect(report.rowsResumed).toBeGreaterThan(0);
    expect(report.tally).toEqual(expected.tally);
    expect(readFileSync(rejectsPath(), 'utf8')).toBe(rejects);
  });

  it('begins again for another store, another file, or when what it stored or refused is gone', async () => {
    const stopAfterOne = async (): Promise<void> => {
      const stop = new AbortController();
      await importFile(new MemoryRecorder({ after: () => stop.abort() }), { batchSize: 5, signal: stop.signal });
    };
    await stopAfterOne();
    expect((await importFile(new MemoryRecorder(), { installation: 'another' })).rowsResumed).toBe(0);
    await stopAfterOne();
    const copy = path.join(folder, 'changed.csv');
    writeFileSync(copy, `${readFileSync(excerpt, 'utf8')}999999,X,NEW,1,2011-07-04 10:00:00,1.0,12347.0,France\n`);
    expect((await importFile(new MemoryRecorder(), { file: copy })).rowsResumed).toBe(0);
    await stopAfterOne();
    expect((await importFile(new MemoryRecorder(), { holds: () => Promise.resolve(false) })).rowsResumed).toBe(0);
    await stopAfterOne();
    rmSync(rejectsPath());
    const report = await importFile(new MemoryRecorder());
    expect(report).toMatchObject({ rowsResumed: 0, finished: true, tally: { accepted: 14 } });
  });

  it('sends batches that are not larger than asked for, in the order in which groups end', async () => {
    const recorder = new MemoryRecorder();
    const file = shopFile(['a,1,1', 'b,1,1', 'a,1,2', 'c,1,1', 'd,1,1']);
    await importFile(recorder, { file, profile: shop(), batchSize: 2, concurrency: 3 });
    expect(recorder.stored.map(({ id }) => id)).toEqual(['b', 'a', 'c', 'd']);
    expect(recorder.batches).toEqual([2, 2]);
  });

  it('waits for a busy store and sends the same again', async () => {
    const recorder = new MemoryRecorder();
    recorder.failures.push(Object.assign(new Error('busy'), { retryAfterMs: 1 }));
    const report = await importFile(recorder);
    expect(report.tally).toMatchObject({ accepted: 14, refused: 0 });
  });

  it('refuses the rows of a touchpoint that the front door refuses, with what it said', async () => {
    const recorder = new MemoryRecorder({ refuses: ({ id }) => id === 'b' });
    const file = shopFile(['a,1,1', 'b,1,1', 'b,1,2', 'b,1,-2']);
    const report = await importFile(recorder, { file, profile: shop() });
    expect(report.tally).toMatchObject({
      accepted: 1,
      refused: 1,
      rowsInTouchpoints: 1,
      rowsRefused: { invalid: 2, negative_price: 1 },
    });
    expect(readFileSync(rejectsPath(), 'utf8').split('\n')).toEqual([
      'safar_line,safar_reason,safar_detail,order,customer,price',
      '5,negative_price,the profile refuses it: negative_price,b,1,-2',
      '3,invalid,/data/amount not_an_amount: Must be an amount.,b,1,1',
      '4,invalid,/data/amount not_an_amount: Must be an amount.,b,1,2',
      '',
    ]);
  });

  it('keeps cells that are no text as they stood, to be read again in their own encoding', async () => {
    const file = path.join(folder, 'shop.csv');
    writeFileSync(file, Buffer.from('order,customer,price\nr\u00e9f,"1, a",1\n', 'latin1'));
    await importFile(new MemoryRecorder(), { file, profile: shop() });
    const rejects = readFileSync(rejectsPath());
    expect(rejects.toString('latin1').split('\n')[1]).toMatch(/^2,broken_text,.*,r\u00e9f,"1, a",1$/);
    writeFileSync(file, rejects);
    const recorder = new MemoryRecorder();
    await importFile(recorder, { file, profile: shop({ input: { encoding: 'latin1' } }) });
    expect(recorder.stored.map(({ id }) => id)).toEqual(['r\u00e9f']);
  });

  it('accounts for what is broken, mixed, empty or too large', async () => {
    const large = Array.from({ length: profileLimits.groupRows + 1 }, () => 'large,1,1');
    const file = shopFile(['a,1,x', 'b,1', 'm,1,1', 'm,2,1', 'z,1,0', ',1,', 'e,,5', ...large, 'a,1,1']);
    const report = await importFile(new MemoryRecorder(), { file, profile: shop() });
    expect(report.tally).toMatchObject({
      accepted: 1,
      rowsRefused: {
        bad_price: 1,
        wrong_cell_count: 1,
        mixed_customer: 2,
        no_priced_line: 1,
        no_price: 1,
        no_customer: 1,
        group_too_large: 10_001,
      },
    });
    expect(rowsIn(report.tally)).toBe(report.rows);
  });

  it('refuses to guess when the input lacks a column', async () => {
    const file = path.join(folder, 'other.csv');
    writeFileSync(file, 'order,total\n1,2\n');
    await expect(importFile(new MemoryRecorder(), { file, profile: shop() })).rejects.toThrow(
      'The input lacks columns that the profile shop needs: customer, price. It has: order, total.',
    );
  });

  it('unpacks gzip, and names the command for what it does not unpack', async () => {
    const file = path.join(folder, 'excerpt.csv.gz');
    const packed = gzipSync(readFileSync(excerpt));
    writeFileSync(file, packed);
    expect((await importFile(new MemoryRecorder(), { file })).tally.accepted).toBe(14);
    writeFileSync(file, packed.subarray(0, 1_000));
    await expect(importFile(new MemoryRecorder(), { file })).rejects.toThrow(/unexpected end of file/);
    writeFileSync(file, Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0, 0]));
    await expect(importFile(new MemoryRecorder(), { file })).rejects.toMatchObject({
      remedy: expect.stringContaining('xz -dc') as unknown,
    });
  });

  it('reads standard input twice', async () => {
    const input = await openInput('-', Readable.from([readFileSync(excerpt)]));
    const profile = await loadProfile('online-retail');
    const recorder = new MemoryRecorder();
    const task = {
      recorder,
      installation: 'one',
      holds: () => Promise.resolve(true),
      dataDir: folder,
      rejectsPath: rejectsPath(),
      batchSize: 500,
      concurrency: 1,
    };
    await runImport({
      ...task,
      source: { input, settings: settingsFor('stdin', profile, undefined), profile },
      signal: new AbortController().signal,
    });
    await input.close();
    expect(recorder.stored).toHaveLength(14);
  });

  it('stops waiting for standard input when it is told to, and leaves nothing behind', async () => {
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = folder;
    try {
      const stop = new AbortController();
      const never = new Readable({ read: () => stop.abort() });
      await expect(openInput('-', never, stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });

  it('sends lines of JSON as they are when there is no profile', async () => {
    const file = path.join(folder, 'touchpoints.jsonl');
    writeFileSync(file, '{"id":"1","source":"s","kind":"visit"}\nnot json\n{"id":"2","source":"s","kind":"call"}\n');
    const recorder = new MemoryRecorder();
    const report = await importFile(recorder, { file, profile: null });
    expect(recorder.stored.map(({ kind }) => kind)).toEqual(['visit', 'call']);
    expect(report.tally).toMatchObject({ accepted: 2, rowsRefused: { unreadable: 1 } });
    expect(readFileSync(rejectsPath(), 'utf8')).toBe(
      '{"line":2,"reason":"unreadable","detail":"not a JSON document","row":"not json"}\n',
    );
  });

  it('keeps what it cannot read as it stood: bytes as bytes, and of what is too long its place', async () => {
    const file = path.join(folder, 'touchpoints.jsonl');
    const french = Buffer.from('{"id":"1","source":"caf\u00e9"}', 'latin1');
    const twice = '{"id":"2","id":"3"}';
    const long = 'x'.repeat(1_048_577);
    writeFileSync(file, Buffer.concat([french, Buffer.from(`\n${twice}\n${long}\n`)]));
    await importFile(new MemoryRecorder(), { file, profile: null });
    const rejects = readFileSync(rejectsPath(), 'utf8').trim().split('\n');
    const [broken, duplicate, tooLong] = rejects.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(Buffer.from(String(broken?.['base64']), 'base64')).toEqual(Buffer.concat([french, Buffer.from('\n')]));
    // As a text: as JSON, whoever reads it would settle for one of the two.
    expect(duplicate).toMatchObject({ reason: 'duplicate_member', row: twice });
    const { offset, length } = tooLong?.['place'] as { offset: number; length: number };
    expect(
      readFileSync(file)
        .subarray(offset, offset + length)
        .toString(),
    ).toBe(long);
  });
});

describe('an import of CFPB complaints', () => {
  const header = 'Date received,Product,Issue,Submitted via,State,Timely response?,Consumer disputed?';
  const row = '7/29/2013,Mortgage,Other,Postal mail,CA,Yes,No';

  it('gives rows without a number an id that stays theirs when rows are added or sorted', async () => {
    const profile = await loadProfile('cfpb-complaints');
    const idsOf = async (lines: readonly string[]): Promise<readonly string[]> => {
      const file = path.join(folder, 'complaints.csv');
      writeFileSync(file, [header, ...lines].join('\n'));
      const recorder = new MemoryRecorder();
      await importFile(recorder, { file, profile });
      return recorder.stored.map(({ id }) => id);
    };
    const other = row.replace('CA', 'NY');
    const [first, second, third] = await idsOf([row, row, other]);
    expect(second).toBe(`${String(first)}-1`);
    expect(await idsOf([other, row, other, row])).toEqual([third, first, `${String(third)}-1`, second]);
  });

  it('takes the number, the words and the channel where there are any', async () => {
    const file = path.join(folder, 'complaints.csv');
    writeFileSync(
      file,
      `${header},Consumer complaint narrative,Complaint ID\n${row},"Nobody, ever, answers",3003003\n`,
    );
    const recorder = new MemoryRecorder();
    await importFile(recorder, { file, profile: await loadProfile('cfpb-complaints') });
    expect(recorder.stored).toEqual([
      {
        id: '3003003',
        source: 'cfpb',
        kind: 'complaint',
        channel: 'letter',
        occurredAt: '2013-07-29T16:00:00.000Z',
        identifiers: [{ kind: 'complaint_reference', value: '3003003' }],
        profile: { customerKind: 'individual', country: 'US' },
        data: {
          reference: '3003003',
          text: 'Nobody, ever, answers',
          product: 'Mortgage',
          issue: 'Other',
          answeredInTime: true,
          disputed: false,
        },
      },
    ]);
  });
});
