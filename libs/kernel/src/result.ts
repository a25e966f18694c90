/** An expected failure is a value with a reason; a bug throws. */
export type Result<Value, Reason> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly reason: Reason };

export const succeed = <Value>(value: Value): Result<Value, never> => ({ ok: true, value });
export const fail = <Reason>(reason: Reason): Result<never, Reason> => ({ ok: false, reason });
