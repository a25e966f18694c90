import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseTouchpoint } from '#contracts';
import { memoryInstallation, run } from '../fixtures/memory-safar.js';
import { MemoryRecorder } from '../fixtures/memory-recorder.js';

const page = readFileSync(path.resolve(__dirname, '../../../../docs/how-to/import.md'), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block = '']) => block);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'safar-how-to-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the example of docs/how-to/import.md', () => {
  const [orders = '', refused = ''] = blocks('csv');
  const [profile = '', touchpoints = ''] = blocks('json');

  it('makes the touchpoints and refuses the rows that the page says', async () => {
    const inFolder = (name: string): string => path.join(folder, name);
    writeFileSync(inFolder('orders.csv'), orders);
    writeFileSync(inFolder('my-shop.json'), profile);
    const recorder = new MemoryRecorder();
    const installation = memoryInstallation({
      dataDir: folder,
      recordTouchpoints: (values) => recorder.recordTouchpoints(values),
    });
    const rejects = inFolder('orders.rejected.csv');
    const { code, stderr } = await run(
      ['import', '--profile', inFolder('my-shop.json'), '--rejects', rejects, inFolder('orders.csv')],
      installation,
    );
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(recorder.stored).toEqual(JSON.parse(touchpoints));
    expect(readFileSync(rejects, 'utf8')).toBe(refused);
  });

  it('makes touchpoints that the front door takes', () => {
    for (const touchpoint of JSON.parse(touchpoints) as unknown[])
      expect(parseTouchpoint(touchpoint, Date.parse('2026-03-21T00:00:00Z'))).toMatchObject({ ok: true });
  });

  it('can be continued with the corrected rejects', async () => {
    writeFileSync(path.join(folder, 'my-shop.json'), profile);
    writeFileSync(path.join(folder, 'corrected.csv'), refused.replace('39.9O', '39.90'));
    const recorder = new MemoryRecorder();
    const installation = memoryInstallation({
      dataDir: folder,
      recordTouchpoints: (values) => recorder.recordTouchpoints(values),
    });
    await run(
      [
        'import',
        '-p',
        path.join(folder, 'my-shop.json'),
        '--rejects',
        path.join(folder, 'again.csv'),
        path.join(folder, 'corrected.csv'),
      ],
      installation,
    );
    expect(recorder.stored.map(({ id }) => id)).toEqual(['A-19']);
  });
});

describe('the profiles that come with Safar', () => {
  it('make touchpoints that the front door takes', async () => {
    const refusals: unknown[] = [];
    const recorder = new MemoryRecorder();
    const installation = memoryInstallation({
      dataDir: folder,
      recordTouchpoints(values) {
        for (const value of values) {
          const parsed = parseTouchpoint(value, Date.parse('2026-03-21T00:00:00Z'));
          if (!parsed.ok) refusals.push(parsed.reason);
        }
        return recorder.recordTouchpoints(values);
      },
    });
    const excerpt = path.resolve(__dirname, '../../../../test/fixtures/online-retail/excerpt.csv');
    await run(['import', '-p', 'online-retail', '--rejects', path.join(folder, 'r.csv'), excerpt], installation);
    const complaints = path.join(folder, 'complaints.csv');
    writeFileSync(
      complaints,
      'Date received,Product,Issue,Submitted via,Timely response?,Consumer disputed?\n7/29/2013,Mortgage,Other,Fax,Yes,N/A\n',
    );
    await run(['import', '-p', 'cfpb-complaints', complaints], installation);
    expect(recorder.stored).toHaveLength(15);
    expect(refusals).toEqual([]);
  });
});
