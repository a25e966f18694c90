import { type EpochMs } from '#kernel';
import { type FirstAdmin, firstAdminText } from './first-admin.js';
import { bearerOf, firstKeyText } from './first-key.js';
import { type FirstSecret } from './first-secret.js';

export interface Banner {
  readonly version: string;
  readonly url: string;
  readonly database: string;
  /** Where the log is, if not there. */
  readonly eventLog: string | undefined;
  readonly dataDir: string;
  /** The key of the first start; later starts do not know it any more. */
  readonly key: FirstSecret | undefined;
  readonly admin: FirstAdmin | undefined;
  readonly now: EpochMs;
  /** In demo mode only. */
  readonly demo: { readonly isLoaded: boolean } | undefined;
}

function demoText({ isLoaded }: { readonly isLoaded: boolean }): readonly string[] {
  return [
    '',
    'DEMO: a made-up shop and its customers; not for real data (well-known passwords are accepted in this mode).',
    isLoaded
      ? 'Its history is here; a touchpoint more happens every five seconds.'
      : 'Its history is being loaded in the background; then a touchpoint more happens every five seconds.',
    'Who to look at is in docs/how-to/demo.md. The customer who is about to leave:',
    '',
    '  npm run -s safar -- timeline customer_number:AY-1001',
  ];
}

const exampleTouchpoint = (occurredAt: string): string =>
  JSON.stringify({
    id: 'first-touchpoint',
    source: 'curl',
    kind: 'message',
    channel: 'chat',
    occurredAt,
    identifiers: [{ kind: 'customer_number', value: '1001' }],
    data: { author: 'customer', text: 'سلام! Hello!' },
  });

/** What the first lines of a start say: what this is, where to look, and how to send the first touchpoint. */
export function bannerText({ version, url, database, eventLog, dataDir, key, admin, now, demo }: Banner): string {
  const bearer = bearerOf(key);
  return [
    '',
    `Safar ${version}: touchpoints in, timelines out.`,
    '',
    `  API       ${url}`,
    `  Database  ${database}`,
    ...(eventLog === undefined ? [] : [`  Log       ${eventLog}`]),
    `  Data      ${dataDir}  (back up master.key in it: without it personal data cannot be read)`,
    firstKeyText(key),
    firstAdminText(admin),
    ...(demo === undefined ? [] : demoText(demo)),
    '',
    'Send a touchpoint, and read the timeline that it is on:',
    '',
    `  curl -sS ${url}/v1/touchpoints ${bearer} -H 'Content-Type: application/json' -d '${exampleTouchpoint(new Date(now).toISOString())}'`,
    '',
    `  curl -sS ${url}/v1/customers/customer_number:1001/timeline ${bearer}`,
    '',
    'Ctrl-C stops it; the data stays.',
    '',
  ].join('\n');
}
