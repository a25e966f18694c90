import { acceptTouchpoint } from '#capabilities';
import { itemsOf, parseThoroughly, parseTouchpoint, prepareReading } from '#contracts';
import { createMemoryVault } from '#platform/vault';
import { readItem } from '../../../apps/gateway/src/intake/read-item.js';
import { type Handler, type ValidateWay } from '../harness/jobs.js';
import { perEvent, startMeter } from '../harness/meter.js';
import { BATCH, mixed, orders } from './touchpoints.js';

/** After half as many the time per event no longer falls. */
const WARM_UP_PASSES = 800;
const WARM_UP_WINDOWS = 5;
const now = Date.UTC(2026, 2, 21);

/** Takes one touchpoint from its bytes. */
type Take = (bytes: Uint8Array) => void;

function required<Value>(result: { readonly ok: true; readonly value: Value } | { readonly ok: false }): Value {
  if (!result.ok) throw new Error('a touchpoint of the bench was refused');
  return result.value;
}

const ways: { readonly [Way in ValidateWay]: () => Take } = {
  safar: () => (bytes) => void required(parseTouchpoint(required(readItem(bytes, 'en')), now)),
  'safar-decided': () => {
    const { uuid, digest } = createMemoryVault();
    const context = { uuid, correlationId: '0'.repeat(32), causationId: 'bench', defaultRegion: 'IR' };
    return (bytes) => {
      const touchpoint = required(parseTouchpoint(required(readItem(bytes, 'en')), now));
      digest('touchpoint', required(acceptTouchpoint(touchpoint, context)).canonical);
    };
  },
  'class-validator': () => (bytes) => void required(parseThoroughly(JSON.parse(textOf(bytes)), now)),
  'json-parse': () => (bytes) => void JSON.parse(textOf(bytes)),
};

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();

/** CPU time from the bytes of a body to touchpoints that were checked, on one thread and without any input or output. */
export const measureValidation: Handler<'validate'> = async ({ way, body, window }, ready) => {
  prepareReading();
  const take = ways[way]();
  const touchpoints = (body === 'orders' ? orders() : mixed()).map((touchpoint) => JSON.stringify(touchpoint));
  const single = touchpoints.map((text) => Buffer.from(text));
  const array = Buffer.from(`[${touchpoints.join(',')}]`);
  const pass = (): void => {
    const items = body === 'single' ? single : itemsOf(array, BATCH);
    if (typeof items === 'string') throw new Error(items);
    for (const item of items) take(item);
  };
  // By passes: on a busy machine a second is not enough for everything to be compiled. The slow ones need fewer.
  const latest = performance.now() + WARM_UP_WINDOWS * window.warmUpMs;
  for (let passes = 0; passes < WARM_UP_PASSES && performance.now() < latest; passes++) pass();
  await ready();
  const stop = startMeter(undefined);
  const events = repeat(pass, window.measureMs) * BATCH;
  const reading = stop();
  return { events, seconds: reading.seconds, ...perEvent(reading, events) };
};

function repeat(pass: () => void, durationMs: number): number {
  const end = performance.now() + durationMs;
  let passes = 0;
  for (; performance.now() < end; passes++) pass();
  return passes;
}
