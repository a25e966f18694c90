import { createLogger } from './create-logger.js';

const personaId = '0198f0c1-2b3c-8d4e-9f50-123456789abc';
const canary = 'کاناری-Canary-7f3a';

function recorded(level: 'trace' | 'info' = 'trace') {
  const lines: string[] = [];
  const logger = createLogger({ level, program: 'gateway', destination: { write: (line) => lines.push(line) } });
  return { logger, lines, last: (): unknown => JSON.parse(lines.at(-1) ?? '') };
}

describe('the log', () => {
  it('carries ids, names and numbers', () => {
    const { logger, last } = recorded();
    logger.info(
      { personaId, position: 2n ** 63n, projection: 'timeline', durationMs: 1.5, route: '/v1/customers/:id' },
      'applied',
    );
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      pid: process.pid,
      program: 'gateway',
      msg: 'applied',
      personaId,
      position: '9223372036854775808',
      projection: 'timeline',
      durationMs: 1.5,
      route: '/v1/customers/:id',
    });
  });

  it.each([
    ['a field that is not listed', { body: canary, personal: { name: canary } }],
    ['a nested field', { projection: { name: canary } }],
    ['a listed field with a sentence in it', { reason: `because of ${canary}` }],
    ['an identifier where an id belongs', { customerId: `email:${canary}@example.com`, keyId: canary }],
    ['a list', { at: [canary], code: [canary] }],
    ['a request', { req: { url: `/v1/customers/email:${canary}`, headers: { authorization: canary } } }],
    ['an object that writes itself', { code: { toJSON: () => `x ${canary}` } }],
    ['names that objects have', { __proto__: { msg: canary }, constructor: canary, toString: canary }],
  ])('leaves out %s', (_, fields) => {
    const { logger, lines } = recorded();
    logger.info(fields, 'happened');
    expect(lines.join('')).not.toMatch(/کاناری|Canary/);
    expect(lines).toHaveLength(1);
  });

  it('leaves them out in child loggers too', () => {
    const { logger, lines, last } = recorded();
    const child = logger.child({ email: canary, consumer: 'timeline' }, { serializers: { code: () => canary } });
    child.setBindings({ phone: canary });
    child.child({ body: canary }).info({ code: 'x' }, 'happened');
    expect(lines.join('')).not.toMatch(/کاناری|Canary/);
    expect(last()).toMatchObject({ consumer: 'timeline', msg: 'happened' });
  });

  it('does not write values into the message', () => {
    const { logger, lines, last } = recorded();
    logger.info('customer %s was here', canary);
    expect(last()).toMatchObject({ msg: 'customer %s was here' });
    logger.info({}, 'customer %o was here', { canary });
    expect(lines.join('')).not.toMatch(/کاناری|Canary/);
  });
});

describe('an error in the log', () => {
  it('is told by type, code, place, and its message without values', () => {
    const { logger, last } = recorded();
    const error = Object.assign(new RangeError(`Key (email)="${canary}" exists for 12347`), {
      code: '23505',
      detail: canary,
    });
    logger.error({ err: error }, 'could not store');
    expect(last()).toMatchObject({
      msg: 'could not store',
      err: { type: 'RangeError', code: '23505', message: 'Key (email)=… exists for #' },
    });
    expect(last()).toHaveProperty('err.stack.0', expect.stringMatching(/^at .*create-logger\.spec/));
    expect(JSON.stringify(last())).not.toMatch(/کاناری|Canary|12347/);
  });

  it('does not become the message', () => {
    const { logger, lines } = recorded();
    logger.error(new Error(`"${canary}"`));
    logger.error({ err: new Error(`for 'a ${canary} b'`) });
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toMatch(/کاناری|Canary/);
  });

  it('says nothing of the data that JSON.parse quotes', () => {
    const { logger, lines } = recorded();
    for (const text of [`{"name": ${canary}}`, `{"name": "${canary}" "`, `[${canary}`, `{'${canary}'`]) {
      try {
        JSON.parse(text);
      } catch (error) {
        logger.error({ err: error }, 'not JSON');
      }
    }
    expect(lines).toHaveLength(4);
    expect(lines.join('')).not.toMatch(/کاناری|Canary|7f3a/);
  });

  it('cannot bring a message in that looks like a stack', () => {
    const { logger, lines } = recorded();
    logger.error({ err: new Error(`x\n    at ${canary} (file.js:1:1)\n    at Canary (file.js:1:1)`) }, 'failed');
    expect(lines.join('')).not.toMatch(/کاناری|Canary/);
  });

  it('is told with its causes, though they go in a circle', () => {
    const { logger, last } = recorded();
    const error: Error = new Error('outer', { cause: new TypeError('inner') });
    (error.cause as Error).cause = error;
    logger.error({ err: error }, 'failed');
    expect(last()).toMatchObject({ err: { message: 'outer', cause: { type: 'TypeError', message: 'inner' } } });
  });

  it('may be anything that was thrown', () => {
    const { logger, lines, last } = recorded();
    logger.error({ err: canary }, 'failed');
    expect(last()).toMatchObject({ err: { type: 'string' } });
    expect(lines.join('')).not.toMatch(/کاناری|Canary/);
  });
});
