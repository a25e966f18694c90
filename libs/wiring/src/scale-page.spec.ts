import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projections } from './projections.js';
import { reactions } from './reactions.js';

const page = readFileSync(path.resolve(__dirname, '../../../docs/scale.md'), 'utf8').replace(/\s+/g, ' ');

const said = (pattern: RegExp): number => Number(pattern.exec(page)?.[1] ?? Number.NaN);
const models = said(/There are (\d+) read models/);
const reacting = said(/read models and (\d+) reactions/);
const folding = said(/(\d+) read models fold every touchpoint/);
const passing = models - folding;

/** Of a core, in µs, as the first table has them. */
const fold = 30;
const pass = 8;
const foldOverKafka = 60;
const passOverKafka = 48;
const server = { fold: 19, pass: 4, single: 48, batch: 14 };

const EVENTS = 100_000;
const cores = (us: number): string => String(Number(((us * EVENTS) / 1e6).toFixed(1)));
const perSecond = (us: number): number => Math.round(1e6 / us);

describe('the page about scale', () => {
  it('counts about as many read models and reactions as there are', () => {
    const fold = projections.filter(({ when }) => 'touchpoint.visit' in when).length;
    // One or two more change nothing that is said; as many again would.
    expect(Math.abs(projections.length - models)).toBeLessThanOrEqual(5);
    expect(Math.abs(reactions.length - reacting)).toBeLessThanOrEqual(3);
    expect(folding).toBe(fold);
    expect(page).toContain(`${String(passing)} pass over it`);
  });

  it('multiplies as it says', () => {
    const projectors = folding * fold + passing * pass;
    const overKafka = folding * foldOverKafka + passing * passOverKafka;
    const folded = folding * server.fold;
    const read = (passing + reacting) * server.pass;
    const row = (of: string, us: number): string => `${of} | ${String(us)} | ${cores(us)} | ${cores(us)} |`;
    expect(page).toContain(
      row(`${String(folding)} × ${String(fold)} and ${String(passing)} × ${String(pass)}`, projectors),
    );
    expect(page).toContain(row(`${String(reacting)} × ${String(pass)}`, reacting * pass));
    expect(page).toContain(row(`${String(folding)} × ${String(server.fold)}`, folded));
    expect(page).toContain(row(`${String(passing + reacting)} × ${String(server.pass)}`, read));
    expect(page).toContain(`${String(overKafka)} µs, so ${cores(overKafka)} cores in place of ${cores(projectors)}`);
    const all = (gateway: number, append: number): string =>
      String(Math.round(Number(cores(gateway + append + projectors + reacting * pass + folded + read))));
    expect(page).toContain(`about ${all(90, server.batch)} | about ${all(136, server.single)} |`);
    const thousands = (rate: number): string => (Math.floor(rate / 100) * 100).toLocaleString('en');
    expect(page).toContain(
      `| ${thousands(perSecond(overKafka))} events a second over Kafka, ${thousands(perSecond(projectors))} from`,
    );
    const [single, batch] = [server.single, server.batch].map((append) => perSecond(append + folded + read));
    expect(page).toContain(
      `${(Math.round(single! / 100) * 100).toLocaleString('en')} (single) to ${thousands(batch!)} (batches)`,
    );
  });
});
