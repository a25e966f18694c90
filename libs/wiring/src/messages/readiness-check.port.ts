/** The list of checks behind `/readyz`. Injected by this symbol. */
export const READINESS_CHECKS: unique symbol = Symbol('ReadinessChecks');

export interface ReadinessCheck {
  /** kebab-case, for example `event-store`. */
  readonly name: string;
  /** Resolves when all is well; the message of what it throws is logged and never answered. */
  check(): Promise<void>;
}
