/** A pino logger. Injected by this symbol. */
export const GATEWAY_LOGGER: unique symbol = Symbol('GatewayLogger');
/** `Metrics`. Injected by this symbol. */
export const METRICS: unique symbol = Symbol('Metrics');
/** `HttpConfig`. Injected by this symbol. */
export const HTTP_CONFIG: unique symbol = Symbol('HttpConfig');
