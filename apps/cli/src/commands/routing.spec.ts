import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ReplayFigures, type ReplayPolicy } from '#capabilities';
import { memoryInstallation, run } from '../fixtures/memory-safar.js';

const page = readFileSync(path.resolve(__dirname, '../../../../docs/how-to/routing.md'), 'utf8');
const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'safar-routing-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const figures = (meanSeconds: number): ReplayFigures => ({
  waits: { count: 3, meanSeconds, medianSeconds: meanSeconds, p90Seconds: null },
  ...{ assignments: { routed: 1_200, byHand: 1 }, breaches: 2, stillWaiting: 0, leftWaiting: 0 },
  assignmentsHash: 'f'.repeat(64),
});

const asked: { policy?: ReplayPolicy; from?: number | undefined }[] = [];
const installation = memoryInstallation({
  replayRouting: ({ policy, from }) => {
    asked.push({ policy, from });
    const decisions = { recorded: 2, reproduced: 2 };
    return Promise.resolve({ real: figures(600), other: figures(30), moved: 1, decisions });
  },
});

const replay = (policy: string, ...options: readonly string[]) => {
  const file = path.join(folder, 'policy.json');
  writeFileSync(file, policy);
  return run(['routing', 'replay', '--policy', file, ...options], installation);
};

it('replays against the policy of docs/how-to/routing.md, and shows both', async () => {
  const { code, stdout } = await replay(example, '--from', '2026-03-14');
  expect(code).toBe(0);
  expect(stdout).toMatch(/mean +600\.0 s +30\.0 s/);
  expect(stdout).toMatch(/p90 +– +–/);
  expect(stdout).toMatch(/routed +1,200 +1,200/);
  expect(asked.at(-1)).toEqual({ policy: JSON.parse(example), from: Date.UTC(2026, 2, 14) });
  const machine = await replay('{}', '--json');
  expect(JSON.parse(machine.stdout)).toMatchObject({ real: { breaches: 2 }, moved: 1 });
});

it.each([
  ['{', /is not JSON/],
  ['[]', /\/: It is an object with "teams" and "agents"/],
  ['{"team": {}}', /\/team: There is no such member/],
  ['{"teams": {"front": {"strategy": "fairest"}}}', /\/teams\/front\/strategy: /],
  ['{"teams": {"front": {"strategy": null}}}', /\/teams\/front\/strategy: /],
  ['{"agents": {"*": {"capacity": [{"limit": -1}]}}}', /\/agents\/\*\/capacity\/0\/limit: /],
])('says what is wrong with %s', async (policy, told) => {
  const { code, stderr, stdout } = await replay(policy);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(told);
});

it.each([
  [['--policy', '/nowhere/policy.json'], /Cannot read \/nowhere\/policy\.json/],
  [['--policy', '/nowhere', '--from', 'yesterday'], /"yesterday" is no time/],
  [['--policy', '/nowhere', '--from', '2026-03-21', '--to', '2026-03-20'], /--to is before --from/],
])('says what is wrong with %j', async (options, told) => {
  const { code, stderr } = await run(['routing', 'replay', ...options], installation);
  expect(code).toBe(2);
  expect(stderr).toMatch(told);
});
