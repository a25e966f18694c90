import { fail, succeed, type EpochMs, type ReadModels, type Result } from '#kernel';

export type ResolveFailure =
  /** No customer has this persona. */
  | { readonly code: 'customer_not_found' }
  /** The customer was erased and has not been seen since. */
  | { readonly code: 'customer_erased'; readonly erasedAt: EpochMs }
  /** Touchpoints of several customers named it. At most 20 of them, who named it last first. */
  | { readonly code: 'ambiguous_identifier'; readonly candidates: readonly string[] };

const MAX_CANDIDATES = 20;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

const candidatesSql = `
  SELECT persona_id AS id, true AS own FROM {customers} WHERE persona_id = $1::uuid
  UNION ALL
  (SELECT customer_id, false FROM {customer-identifiers} WHERE persona_id = $1::uuid
    ORDER BY last_position DESC, customer_id LIMIT ${String(MAX_CANDIDATES)})`;

const erasureSql = `SELECT erased_at FROM {customer-erasures} WHERE persona_id = $1::uuid`;

/**
 * The customer behind a persona: the one whose own it is, else the one customer whose touchpoints named it. Whom an identifier
 * of several customers means is for people to say, never for us to guess.
 */
export async function resolveCustomer(
  readModels: ReadModels,
  personaId: string,
): Promise<Result<string, ResolveFailure>> {
  if (!UUID.test(personaId)) return fail({ code: 'customer_not_found' });
  const found = await readModels.query<{ id: string; own: boolean }>(candidatesSql, [personaId]);
  const [customer, ...others] = found.some(({ own }) => own) ? found.filter(({ own }) => own) : found;
  if (customer === undefined) return fail(await absence(readModels, personaId));
  if (others.length === 0) return succeed(customer.id);
  return fail({ code: 'ambiguous_identifier', candidates: found.map(({ id }) => id) });
}

async function absence(readModels: ReadModels, personaId: string): Promise<ResolveFailure> {
  const erasedAt = await erasureOf(readModels, personaId);
  return erasedAt === undefined ? { code: 'customer_not_found' } : { code: 'customer_erased', erasedAt };
}

/** When the customer whose own this persona is was erased, for the last time. */
export async function erasureOf(readModels: ReadModels, personaId: string): Promise<EpochMs | undefined> {
  const [erasure] = await readModels.query<{ erased_at: EpochMs }>(erasureSql, [personaId]);
  return erasure?.erased_at;
}
