import type pg from 'pg';
import { type Fault, type Step } from '../plan/plan.js';
import { type PlantedBug } from './planted-bug.js';

const many = (count: number, afterMs: number, fault: Fault): readonly Step[] =>
  Array.from({ length: count }, () => ({ afterMs, fault }));

const killProjector = (count: number): readonly Step[] =>
  many(count, 2_500, { kind: 'kill', app: 'projector-1', forMs: 0, whenReady: true });
/** Time to work in peace. */
const nothing: readonly Step[] = many(1, 3_000, { kind: 'reset', link: 'nothing' });
const pause = (ms: number): string => `await new Promise((resolve) => setTimeout(resolve, ${String(ms)}));`;

const applyPage = 'libs/platform/src/projections/apply-page.js';
const writerConnection = 'libs/platform/src/event-store/postgres/writer-connection.js';
const recorder = 'libs/wiring/src/record-touchpoints.js';
const relay = 'libs/platform/src/bus/relay.js';
const verifiedWriter = 'libs/platform/src/bus/kafka/verified-writer.js';

/** A writer that leaves out one record of forty and says that all were written. */
const losesRecords = {
  file: verifiedWriter,
  find: 'const messages = records.map(',
  replace: 'const messages = records.filter((_, n) => n === 0 || Math.random() > 0.05).map(',
};

const changeFunction = async (owner: pg.Pool, name: string, change: (text: string) => string): Promise<void> => {
  const { rows } = await owner.query<{ text: string }>(`SELECT pg_get_functiondef($1::regproc) AS text`, [name]);
  const text = rows[0]?.text ?? '';
  if (change(text) === text) throw new Error(`there is nothing to be changed in ${name}`);
  await owner.query(change(text));
};

/** Of the store and the front door. */
const ofTheStore: readonly PlantedBug[] = [
  {
    name: 'acknowledges before it has committed',
    breaks: 'I1',
    patches: [
      {
        file: writerConnection,
        find: 'const { rows } = await this.client.query({',
        replace: `void this.client.query('BEGIN').catch(() => undefined);
            setTimeout(() => void this.client.query('COMMIT').catch(() => undefined), 150);
            const { rows } = await this.client.query({`,
      },
    ],
    plan: many(3, 1_500, { kind: 'kill', app: 'gateway-1', forMs: 0, whenReady: true }),
  },
  {
    name: 'synchronous_commit = off',
    breaks: 'I1',
    patches: [{ file: writerConnection, find: `'synchronous_commit', 'on'`, replace: `'synchronous_commit', 'off'` }],
    serverSettings: { synchronous_commit: 'off', wal_writer_delay: '10s' },
    plan: many(2, 4_000, { kind: 'kill-postgres' }),
  },
  {
    name: 'no unique index on append ids',
    breaks: 'I6',
    before: (owner) =>
      changeFunction(owner, 'es.append', (text) =>
        text
          .replace('any_repeated := EXISTS', 'any_repeated := false AND EXISTS')
          .replace(/(INSERT INTO es\.appends[^;]*);/, '$1 ON CONFLICT DO NOTHING;'),
      ),
    plan: nothing,
  },
  {
    name: 'ids of events are not deterministic',
    breaks: 'I6',
    patches: [
      {
        file: 'libs/capabilities/src/touchpoints/accept-touchpoint.js',
        find: `id: context.uuid('touchpoint', source, id)`,
        replace: 'id: globalThis.crypto.randomUUID()',
      },
    ],
    plan: nothing,
  },
  {
    name: 'refuses what it has stored',
    breaks: 'I6',
    patches: [
      {
        file: recorder,
        find: 'return resultOf(outcome, event, touchpointId);',
        replace: 'return Math.random() < 0.05 ? idReused(touchpointId) : resultOf(outcome, event, touchpointId);',
      },
    ],
    plan: nothing,
  },
  {
    name: 'stores the contents of the touchpoint before',
    breaks: 'contents',
    alone: true,
    patches: [
      {
        file: 'libs/capabilities/src/touchpoints/accept-touchpoint.js',
        find: 'const { id, source, channel, profile, data: details } = touchpoint;',
        replace: `const { id, source, channel, profile } = touchpoint;
        const details = globalThis[kind] ?? touchpoint.data;
        globalThis[kind] = touchpoint.data;`,
      },
    ],
    plan: nothing,
  },
  {
    name: 'stops listening as soon as it is asked to stop',
    breaks: 'answers',
    patches: [
      {
        file: 'apps/gateway/src/server/draining.js',
        find: 'await sleep(this.config.shutdownDelayMs, undefined, { ref: false });',
        replace: '',
      },
    ],
    counts: { gateway: 2 },
    restarts: 1,
    plan: nothing,
  },
  {
    name: 'answers a position before it is applied',
    breaks: 'answers',
    patches: [
      {
        file: 'libs/platform/src/read-store/position-waiters.js',
        find: 'if (applied !== undefined && applied >= position)',
        replace: 'if (applied !== undefined)',
      },
    ],
    plan: many(2, 1_000, { kind: 'freeze', app: 'projector-1', forMs: 6_000 }),
  },
  {
    name: 'an entry of the audit log is changed',
    breaks: 'I10',
    after: async (owner) => {
      await owner.query(`ALTER TABLE audit.entries DISABLE TRIGGER ALL`);
      await owner.query(`UPDATE audit.entries SET subject = 'somebody-else'`);
    },
    plan: nothing,
  },
];

/** Of read models and reactions. */
const ofConsumers: readonly PlantedBug[] = [
  {
    name: 'checkpoint before apply',
    // Of whichever read models had a page in hand.
    breaks: 'I4',
    patches: [
      {
        file: applyPage,
        find: 'const moved = await moveCheckpoint(client, lane, lease, { to: page.upTo, cursor: page.cursor, leaseMs });',
        replace: `const moved = await moveCheckpoint(pool, lane, lease, { to: page.upTo, cursor: page.cursor, leaseMs });
        ${pause(200)}`,
      },
    ],
    plan: killProjector(3),
  },
  {
    name: 'cache before commit',
    breaks: 'I4',
    patches: [
      {
        file: applyPage,
        find: 'const rows = new RowSet(table.shape);\n        if (!page.ahead)',
        replace: `const rows = target.table.kept ?? new RowSet(table.shape);
        if (!page.ahead && !target.table.kept)`,
      },
      {
        file: applyPage,
        find: 'await runWrites(client, writes);\n        await park(',
        replace: `target.table.kept = rows;
        ${pause(50)}
        await runWrites(client, writes);
        await park(`,
      },
      {
        file: applyPage,
        find: '        return { lease: moved, folded };\n    });\n}',
        replace: `        return { lease: moved, folded };
    }).then((applied) => {
        target.table.kept = undefined;
        return applied;
    });
}`,
      },
    ],
    plan: many(10, 500, { kind: 'reset', link: 'projector-1 > postgres' }),
  },
  {
    name: 'a zombie goes on',
    breaks: 'I4',
    patches: [
      {
        file: 'libs/platform/src/consumers/checkpoint.js',
        find: /AND position = \$\{parameter\(4\)\} AND fence = \$\{parameter\(5\)\} AND epoch = \$\{parameter\(6\)\}/,
        replace: 'AND coalesce(${parameter(4)}::bigint, ${parameter(5)}::bigint, ${parameter(6)}::bigint) IS NOT NULL',
      },
      {
        file: 'libs/platform/src/consumers/checkpoint.js',
        find: 'AND fence = $5`',
        replace: 'AND $5::bigint IS NOT NULL`',
      },
    ],
    counts: { projector: 2 },
    plan: [
      { afterMs: 500, fault: { kind: 'freeze', app: 'projector-1', forMs: 13_000 } },
      // One of them is started when the other has the leases already.
      { afterMs: 15_000, fault: { kind: 'freeze', app: 'projector-2', forMs: 13_000 } },
      { afterMs: 15_000, fault: { kind: 'reset', link: 'nothing' } },
    ],
  },
  {
    name: 'sets aside what it could apply',
    breaks: 'I12',
    patches: [
      {
        file: 'libs/platform/src/projections/folding.js',
        find: 'rows.begin();\n        try {',
        replace: `rows.begin();
        try {
            if (event.position % 50n === 0n) throw new Error('planted');`,
      },
    ],
    plan: nothing,
  },
  {
    name: 'forgets commands before they are done',
    breaks: 'I8',
    patches: [
      {
        file: 'libs/platform/src/reactions/dispatcher.js',
        find: 'for (const choice of chosen)',
        replace: `await this.pool.query(\`DELETE FROM es.reaction_commands c USING unnest($2::text[], $3::bigint[]) AS d(key, seq)
          WHERE c.name = $1 AND c.key = d.key AND c.seq = d.seq\`,
          [this.runnable.reaction.name, chosen.map(({ row }) => row.key), chosen.map(({ row }) => row.seq)]);
        ${pause(300)}
        for (const choice of chosen)`,
      },
    ],
    plan: many(3, 2_500, { kind: 'kill', app: 'reactor-1', forMs: 0, whenReady: true }),
  },
  {
    name: 'connections are not given back',
    breaks: 'I11',
    patches: [
      { file: 'libs/platform/src/consumers/transaction.js', find: 'client.release(!usable);', replace: '' },
      { file: 'libs/wiring/src/installation/parts.js', find: 'max: POOL_SIZE', replace: 'max: 230' },
    ],
    plan: nothing,
  },
  {
    name: 'somebody mends a row by hand',
    breaks: 'I4',
    after: async (owner) => {
      const { rows } = await owner.query<{ name: string }>(
        `SELECT format('rm.%I', tablename) AS name FROM pg_tables WHERE schemaname = 'rm' AND tablename LIKE 'timeline%'`,
      );
      await owner.query(`UPDATE ${rows[0]?.name ?? ''} SET version = version + 1`);
    },
    plan: nothing,
  },
];

/** Of the relay, and of who reads the topic. */
const ofTheTopic: readonly PlantedBug[] = [
  {
    name: 'a record is acknowledged and not written',
    breaks: 'I5',
    kafka: true,
    patches: [losesRecords],
    plan: nothing,
  },
  {
    name: 'skip on gap',
    breaks: 'I2',
    kafka: true,
    patches: [
      losesRecords,
      {
        file: 'libs/platform/src/bus/partition-window.js',
        find: 'if (sequence !== this.mark.sequence + 1n)',
        replace: 'if (false)',
      },
    ],
    plan: nothing,
  },
  {
    name: 'a relay that takes over counts on from another number',
    breaks: 'I5',
    kafka: true,
    patches: [
      {
        file: relay,
        find: 'let lease = first;',
        replace:
          'let lease = { ...first, marks: first.marks.map((mark) => ({ ...mark, sequence: mark.sequence + 1n })) };',
      },
    ],
    plan: many(1, 1_000, { kind: 'kill', app: 'relay-1', forMs: 0, whenReady: true }),
  },
  {
    name: 'a relay that does not keep the order',
    breaks: 'I3',
    kafka: true,
    patches: [
      { file: relay, find: 'for (const event of events) {', replace: 'for (const event of [...events].reverse()) {' },
      {
        file: relay,
        find: 'this.last = position;',
        replace: 'this.last = position > this.last ? position : this.last;',
      },
    ],
    plan: many(2, 500, { kind: 'freeze', app: 'relay-1', forMs: 2_000 }),
  },
];

export const plantedBugs: readonly PlantedBug[] = [...ofTheStore, ...ofConsumers, ...ofTheTopic];
