/** The open installation. Injected by this symbol. */
export const INSTALLATION: unique symbol = Symbol('Installation');
