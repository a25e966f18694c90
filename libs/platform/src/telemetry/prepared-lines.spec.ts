import { setImmediate as nextTurn } from 'node:timers/promises';
import { createLogger } from './create-logger.js';
import { prepareLines } from './prepared-lines.js';

const writing = (level: 'info' | 'warn') => {
  const written: string[] = [];
  const destination = { write: (text: string) => void written.push(text) };
  return { written, prepare: prepareLines(createLogger({ level, program: 'gateway', destination })) };
};
const keyId = '0f7b5c1e-1111-8222-8333-444455556666';

describe('prepared lines', () => {
  it('look like any other, and those of one turn are written together', async () => {
    const { written, prepare } = writing('info');
    const line = prepare('request', { keyId, method: 'POST', name: 'sara@example.com' });
    line.write({ status: 201 });
    line.write({ status: 200, requestId: 'r-2' });
    await nextTurn();
    expect(written).toHaveLength(1);
    const same = { level: 'info', pid: process.pid, program: 'gateway', keyId, method: 'POST', msg: 'request' };
    expect(
      written[0]
        ?.trim()
        .split('\n')
        .map((text): unknown => JSON.parse(text)),
    ).toEqual([
      { ...same, time: expect.stringMatching(/Z$/), status: 201 },
      { ...same, time: expect.stringMatching(/Z$/), status: 200, requestId: 'r-2' },
    ]);
  });

  it('are not written where the log begins at another level', async () => {
    const { written, prepare } = writing('warn');
    prepare('request', {}).write({ status: 201 });
    await nextTurn();
    expect(written).toEqual([]);
  });
});
