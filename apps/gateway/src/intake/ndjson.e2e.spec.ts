import { setImmediate, setTimeout as pause } from 'node:timers/promises';
import { type TouchpointResult } from '#contracts';
import { AppendOutcomeUnknownError, StoreBusyError } from '#platform/event-store';
import { type RecordTouchpoints } from '#wiring';
import { as, keys, openGateway, touchpoint, type TestGateway } from '../fixtures/test-gateway.js';
import { Upload } from '../fixtures/upload.js';

const line = (id: string, extra = {}) => `${JSON.stringify(touchpoint(id, extra))}\n`;

describe('touchpoints as lines', () => {
  let gateway: TestGateway;
  let url: string;
  beforeEach(async () => {
    gateway = await openGateway({ shutdownTimeoutMs: 100 });
    url = await gateway.listen();
  });
  afterEach(() => gateway.app.close());

  const upload = (headers: Record<string, string> = {}) =>
    new Upload(`${url}/v1/touchpoints`, { ...as(keys.writer), 'content-type': 'application/x-ndjson', ...headers });
  const send = (body: string | Uint8Array, headers?: Record<string, string>) => {
    const sent = upload(headers);
    sent.end(body);
    return sent;
  };
  const accepted = ({ touchpoints }: RecordTouchpoints): readonly TouchpointResult[] =>
    touchpoints.map((value) => {
      const { id } = value as { id: string };
      return { status: 'accepted', id, eventId: 'e', customerId: 'c', position: '1' };
    });

  it('are answered one by one, in their order, with their numbers', async () => {
    const sent = send(`${line('a')}\r\n  \n${line('b').trimEnd()}\r\nnot json\n${line('c').trimEnd()}`);
    expect((await sent.response()).statusCode).toBe(200);
    expect((await sent.response()).headers['content-type']).toBe('application/x-ndjson');
    expect(await sent.rest()).toMatchObject([
      { line: 1, status: 'accepted', id: 'a' },
      { line: 4, status: 'accepted', id: 'b' },
      { line: 5, status: 'refused', code: 'invalid', errors: [{ pointer: '', code: 'malformed_json' }] },
      { line: 6, status: 'accepted', id: 'c' },
    ]);
  });

  it('are answered while the sender is still sending', async () => {
    const sent = upload();
    for (const id of ['a', 'b', 'c']) {
      await sent.write(line(id));
      expect(await sent.line()).toMatchObject({ id });
    }
    sent.end();
    expect(await sent.rest()).toEqual([]);
  });

  it('may be cut anywhere on their way, also inside of a character', async () => {
    const bytes = Buffer.from(line('a', { profile: { name: 'سفر' } }) + line('b'));
    const sent = upload();
    for (let index = 0; index < bytes.length; index += 1) {
      await sent.write(bytes.subarray(index, index + 1));
      if (index % 50 === 0) await setImmediate();
    }
    sent.end();
    expect(await sent.rest()).toMatchObject([{ id: 'a' }, { id: 'b' }]);
  });

  it('are refused by themselves when they are too long, or not UTF-8', async () => {
    const body = Buffer.concat([
      Buffer.from(line('a')),
      Buffer.alloc(1_000_000, 'x'),
      Buffer.from('\n'),
      Buffer.from(line('c').replace('web-shop', 'web-\u00ff'), 'latin1'),
      Buffer.from(line('d')),
    ]);
    expect(await send(body).rest()).toMatchObject([
      { line: 1, id: 'a' },
      { line: 2, status: 'refused', code: 'too_large' },
      { line: 3, status: 'refused', errors: [{ code: 'invalid_utf8' }] },
      { line: 4, id: 'd' },
    ]);
  });

  it('go to the store in a few bounded commands at a time, however many there are', async () => {
    const total = 200_000;
    let [inFlight, most, largest] = [0, 0, 0];
    gateway.behind.record = async (command) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      largest = Math.max(largest, command.touchpoints.length);
      // As long as a flush: otherwise reading is what takes the time.
      await pause(3);
      inFlight -= 1;
      return accepted(command);
    };
    const sent = upload();
    const sending = (async () => {
      for (let first = 0; first < total; first += 1_000)
        await sent.write(Array.from({ length: 1_000 }, (_, index) => `{"id":"${String(first + index)}"}\n`).join(''));
      sent.end();
    })();
    let answered = 0;
    for (let result = await sent.line(); result !== undefined; result = await sent.line()) {
      if (result['id'] !== String(answered) || result['line'] !== answered + 1) throw new Error('out of order');
      answered += 1;
    }
    await sending;
    expect(answered).toBe(total);
    expect([most, largest]).toEqual([4, 200]);
  });

  it('are not read while the store does not take them', async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    gateway.behind.record = async (command) => {
      await opened;
      return accepted(command);
    };
    const sent = upload();
    const megabyte = `{"id":"${'x'.repeat(10_000)}"}\n`.repeat(100);
    // Until the buffers of both sides are full: a gateway that reads on would swallow all of it.
    let written = 0;
    while (written < 200 && (sent.offer(megabyte) || (await hasRoomSoon(sent)))) written += 1;
    expect(written).toBeLessThan(200);
    expect(gateway.behind.reached.length).toBeLessThanOrEqual(4);
    open();
    sent.end();
    const results = await sent.rest();
    expect(results).toHaveLength((written + 1) * 100);
  });

  it('are not read while nobody takes the answers', async () => {
    const sent = upload();
    const bad = 'x\n'.repeat(10_000); // A refusal is 80 times as long as this line.
    let written = 0;
    while (written < 5_000 && (sent.offer(bad) || (await hasRoomSoon(sent)))) written += 1;
    expect(written).toBeLessThan(5_000);
    sent.breakOff();
  });

  it('wait for a busy store, and learn an unknown outcome by asking again', async () => {
    const failures = [new StoreBusyError(1), new AppendOutcomeUnknownError('lost'), new StoreBusyError(1)];
    gateway.behind.record = (command) => {
      const failure = failures.shift();
      return failure ? Promise.reject(failure) : Promise.resolve(accepted(command));
    };
    expect(await send(line('a') + line('b')).rest()).toMatchObject([{ id: 'a' }, { id: 'b' }]);
    expect(gateway.behind.reached).toHaveLength(4);
  });

  it('get 503 with Retry-After when the store stays busy from the first one on', async () => {
    gateway.behind.record = () => Promise.reject(new StoreBusyError(1));
    const { statusCode, headers } = await send(line('a')).response();
    expect([statusCode, headers['retry-after']]).toEqual([503, '1']);
  });

  it('end with a line that says from where on to send again, when the store stays busy later', async () => {
    const sent = upload();
    await sent.write(line('a'));
    expect(await sent.line()).toMatchObject({ line: 1, id: 'a' });
    gateway.behind.record = () => Promise.reject(new StoreBusyError(1));
    // The sender waits for answers before sending more.
    await sent.write(line('b') + line('c'));
    expect(await sent.rest()).toMatchObject([{ line: 2, problem: { status: 503, code: 'store_busy' } }]);
    sent.breakOff();
  });

  it('are never stored in part: a line that breaks off is not a line', async () => {
    const sent = upload();
    await sent.write(line('a') + '{"id":"b"');
    expect(await sent.line()).toMatchObject({ id: 'a' });
    sent.breakOff();
    await gateway.app.close();
    expect(gateway.behind.reached).toHaveLength(1);
    expect(gateway.log()).not.toContain('answered a 5xx');
  });

  it('are answered with what was refused and a sum, when the sender wants no more', async () => {
    const sent = send(line('a') + 'x\n' + line('c'), { prefer: 'respond-async, return=minimal' });
    expect(await sent.rest()).toMatchObject([
      { line: 2, status: 'refused' },
      { summary: { accepted: 2, duplicate: 0, refused: 1 } },
    ]);
  });

  it('are needed', async () => {
    for (const body of ['', '\n \n\r\n']) expect((await send(body).response()).statusCode).toBe(400);
  });
});

/** Whether the sender's buffers drain within a moment; the gateway's refusal to read has no event of its own. */
async function hasRoomSoon(sent: Upload): Promise<boolean> {
  return Promise.race([
    sent.write('').then(() => true),
    new Promise<boolean>((resolve) => setTimeout(resolve, 300, false)),
  ]);
}
