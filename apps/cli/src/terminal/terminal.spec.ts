import { PassThrough } from 'node:stream';
import { Terminal } from './terminal.js';

describe('printing', () => {
  it('waits for a slow reader, and leaves nothing behind each time', async () => {
    const stdout = new PassThrough({ highWaterMark: 1 });
    const terminal = new Terminal({ stdin: new PassThrough(), stdout, stderr: new PassThrough(), environment: {} });
    const before = ['drain', 'close'].map((event) => stdout.listenerCount(event));
    for (let line = 0; line < 20; line++) {
      const printed = terminal.print('x'.repeat(100));
      stdout.read();
      await printed;
    }
    expect(['drain', 'close'].map((event) => stdout.listenerCount(event))).toEqual(before);
  });
});
