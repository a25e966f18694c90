import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cleanEnvironment, dataFolder, root, Standalone } from './support/safar-process.js';

const run = promisify(execFile);
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, command = '']) => command.trim());

/**
 * Run elsewhere: the two by the script for continuous integration, as they stand, in a clean checkout; the containers by test/deploy,
 * which needs a Docker engine.
 */
const containers = 'sh deploy/make-secrets.sh && docker compose up --build --wait';
const runElsewhere = ['npm ci && npm start', 'npm ci && npm test', containers];
/** What the reader does by hand. */
const byHand = 'export API_KEY=safar_…';

describe("the README's commands", () => {
  const folder = dataFolder();
  let standalone: Standalone;
  beforeAll(async () => {
    standalone = await Standalone.start(folder.path);
  });
  afterAll(async () => {
    await standalone.stop();
    folder.remove();
  });

  const tour = commands.filter((command) => !runElsewhere.includes(command) && command !== byHand);
  const answerOf = async (command: string): Promise<string> => {
    const { stdout } = await run('sh', ['-c', command.replaceAll('http://127.0.0.1:3000', standalone.url)], {
      cwd: root,
      env: cleanEnvironment({ SAFAR_DATA_DIR: folder.path, API_KEY: standalone.key! }),
    });
    return stdout;
  };

  it('are a tour, and the commands that start it', () => {
    expect(commands).toEqual(expect.arrayContaining([...runElsewhere, byHand]));
    expect(tour.length).toBeGreaterThanOrEqual(8);
  });

  /** What each command must answer, in the order of the tour. */
  const answers: readonly (readonly [about: string, expected: RegExp])[] = [
    ['sends a purchase', /"status":"accepted"/],
    ['sends a complaint in Persian', /"status":"accepted"/],
    ['reads the timeline', /"kind":"complaint"[\s\S]*"kind":"purchase"/],
    ['finds the customer', /"data":\[\{"id":/],
    ['shows the timeline in the terminal', /بستهٔ من هنوز نرسیده است/],
    ['imports real orders', /Imported/],
    ['shows how far the read models are', /timeline/],
    ['compares them with the log', /timeline.*equals the log/],
    ['erases the customer', /erased/i],
  ];

  it.each(answers.map(([about, expected], place) => [about, place, expected] as const))(
    '%s',
    async (_about, place, expected) => {
      const command = tour[place]!;
      // The next line of a tour is typed by a person: what was just sent is on the timeline by then.
      for (let tries = 0; ; tries++) {
        const answer = await answerOf(command).catch((error: unknown) => {
          const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
          // Some lines of the excerpt of real orders are refused, as they should be; the command says so with 3.
          return code === 3 ? stdout : stderr;
        });
        if (expected.test(answer) || tries === 20) {
          expect(answer).toMatch(expected);
          return;
        }
        await pause(500);
      }
    },
  );
});
