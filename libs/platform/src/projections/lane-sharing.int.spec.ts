import { added, customer, customerTotals, itemLog, items, logOf } from './sample-projections.conformance.js';
import { TestEngine, until } from './test-engine.conformance.js';
import { type ProjectionHost } from './index.js';

const LANES = 5;
const projections = [itemLog, customerTotals, items];
const ALL = LANES * projections.length;
const settings = { lanes: LANES, leaseMs: 3_000 };

interface Share {
  readonly holder: string;
  readonly name: string;
  readonly lanes: number;
}

describe('lanes of several hosts', () => {
  let engine: TestEngine;
  const log = logOf();
  beforeAll(async () => {
    engine = await TestEngine.open();
  });
  afterAll(() => engine.close());

  const shares = async (): Promise<readonly Share[]> => {
    const { rows } = await engine.db.query<Share>(
      `SELECT split_part(owner, '/', 1) AS holder, name, count(*)::integer AS lanes FROM es.consumers
       WHERE owner IS NOT NULL AND lease_until > clock_timestamp() GROUP BY 1, 2`,
    );
    return rows;
  };
  /** No read model has a holder with more than one lane above another, and neither have all together. */
  const areEven = async (holders: number): Promise<boolean> => {
    const found = await shares();
    const names = [...new Set(found.map(({ holder }) => holder))];
    const of = (holder: string, name?: string): number =>
      found
        .filter((share) => share.holder === holder && (name === undefined || share.name === name))
        .reduce((sum, { lanes }) => sum + lanes, 0);
    const even = (counts: readonly number[]): boolean => Math.max(...counts) - Math.min(...counts) <= 1;
    const all = found.reduce((sum, { lanes }) => sum + lanes, 0);
    return (
      names.length === holders &&
      all === ALL &&
      even(names.map((holder) => of(holder))) &&
      projections.every(({ name }) => even(names.map((holder) => of(holder, name))))
    );
  };
  const fences = async (): Promise<number> => {
    const { rows } = await engine.db.query<{ sum: string }>('SELECT sum(fence) FROM es.consumers');
    return Number(rows[0]?.sum ?? 0);
  };

  it('are shared evenly by those who are there, handed over no more often than that takes, and each event is applied once', async () => {
    let [writing, written] = [true, 0];
    const writer = (async () => {
      while (writing) {
        log.append(...Array.from({ length: 3 }, () => added(customer(written % 31), `item ${String(written++)}`)));
        await new Promise((resolve) => setTimeout(resolve, 4));
      }
    })();
    const hosts: ProjectionHost[] = [];
    try {
      for (let holders = 1; holders <= 3; holders++) {
        const before = await fences();
        hosts.push(engine.start({ ...engine.parts(log), settings }, projections));
        await until(() => areEven(holders), `${String(holders)} share them`);
        // A hand-over raises the fence twice: whoever gives, and whoever takes. A few may have to change hands once more to be even in both.
        expect((await fences()) - before).toBeLessThanOrEqual(2 * (ALL / holders + projections.length));
      }
      // Whoever was given a lane last may only now have taken it.
      const isStill = async (): Promise<boolean> => {
        const seen = await fences();
        await new Promise((resolve) => setTimeout(resolve, settings.leaseMs / 2));
        return (await fences()) === seen;
      };
      await until(isStill, 'what was given is taken');
      // Nothing is handed to and fro, however long they work.
      const [settled, sofar] = [await fences(), log.events.length];
      const applied = async (): Promise<boolean> => {
        const { rows } = await engine.db.query<{ least: string }>('SELECT min(position) AS least FROM es.consumers');
        const later = log.events[sofar + 300];
        return later !== undefined && BigInt(rows[0]?.least ?? 0) > later.position;
      };
      await until(applied, 'every lane has moved on');
      expect((await fences()) - settled).toBeLessThanOrEqual(projections.length);
      const still = await fences();
      for (const host of hosts.slice(0, 2)) {
        await host.stop();
        await until(() => areEven(3 - hosts.indexOf(host) - 1), 'those who are left share them');
      }
      expect((await fences()) - still).toBeLessThanOrEqual(3 * ALL);
    } finally {
      writing = false;
      await writer;
    }
    await until(() => engine.isAtHead(log, projections), 'every lane at the head');
    for (const projection of projections) await engine.equalsTheLog(log, projection);
    await hosts[2]?.stop();
  });

  const name = customerTotals.name;
  const noBroker = () => ({
    read: () => Promise.reject(new Error('no broker')),
    onMoved: () => () => undefined,
    close: () => Promise.resolve(),
  });
  const healthyOne = () => engine.start({ ...engine.parts(log), settings }, [customerTotals]);
  const brokenOne = () => engine.start({ ...engine.parts(log), settings, feed: noBroker }, [customerTotals]);
  const running = (host: ProjectionHost) => host.health().lanes.filter(({ state }) => state === 'running').length;
  const failing = (host: ProjectionHost) =>
    host.health().lanes.filter(({ name: of, error }) => of === name && error !== null).length;

  it('are left by one that cannot do them, who then asks for none', async () => {
    const healthy = healthyOne();
    await until(() => running(healthy) === LANES, 'the first has them all');
    const broken = brokenOne();
    await until(() => failing(broken) > 0, 'the second was given a lane');
    log.append(...Array.from({ length: 60 }, (_, index) => added(customer(index), 'late')));
    await until(() => engine.isAtHead(log, [customerTotals]), 'the first does them all again');
    await until(() => running(healthy) === LANES, 'the first has them all again');
    await Promise.all([healthy.stop(), broken.stop()]);
  });

  it('are left by one that cannot do them and has them all, as soon as somebody wishes for one', async () => {
    const broken = brokenOne();
    await until(() => failing(broken) === LANES, 'who cannot do them has them all');
    log.append(...Array.from({ length: 60 }, (_, index) => added(customer(index), 'later')));
    const healthy = healthyOne();
    await until(() => engine.isAtHead(log, [customerTotals]), 'the other has done them all');
    await until(() => running(healthy) === LANES, 'the other has them all');
  });
});
