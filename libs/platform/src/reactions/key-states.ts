import type { Reaction } from '#kernel';
import { type Queryable } from '#platform/consumers';

/** By key; of one that is not known, nothing. */
export type States = ReadonlyMap<string, unknown>;

export async function loadStates(
  db: Queryable,
  { name, version, pieces }: Reaction,
  keys: readonly string[],
): Promise<States> {
  const id = [name, version, keys];
  if (!pieces) {
    const { rows } = await db.query<{ key: string; state: unknown }>(
      `SELECT key, state FROM es.reaction_states WHERE name = $1 AND version = $2 AND key = ANY ($3)`,
      id,
    );
    return new Map(rows.map(({ key, state }) => [key, state]));
  }
  const { rows } = await db.query<{ key: string; piece: string; value: unknown }>(
    `SELECT key, piece, value FROM es.reaction_pieces WHERE name = $1 AND version = $2 AND key = ANY ($3)`,
    id,
  );
  const found = new Map<string, (readonly [string, unknown])[]>();
  for (const { key, piece, value } of rows) {
    const known = found.get(key);
    if (known) known.push([piece, value]);
    else found.set(key, [[piece, value]]);
  }
  return new Map([...found].map(([key, all]) => [key, pieces.joined(all)]));
}

/** @param before what is stored of these keys */
export async function saveStates(
  db: Queryable,
  { name, version, pieces, initial }: Reaction,
  { before, after }: { readonly before: States; readonly after: States },
): Promise<void> {
  const id = [name, version];
  if (!pieces) {
    await db.query(
      `INSERT INTO es.reaction_states (name, version, key, state) SELECT $1, $2, * FROM unnest($3::text[], $4::json[])
       ON CONFLICT (name, version, key) DO UPDATE SET state = excluded.state`,
      [...id, [...after.keys()], [...after.values()].map(toJson)],
    );
    return;
  }
  const changed = [...after].flatMap(([key, state]) =>
    [...pieces.changed(before.get(key) ?? initial, state)].map(([piece, value]) => ({ key, piece, value })),
  );
  const kept = changed.filter(({ value }) => value !== undefined);
  const gone = changed.filter(({ value }) => value === undefined);
  const places = (all: typeof changed) => [all.map(({ key }) => key), all.map(({ piece }) => piece)];
  if (kept.length > 0)
    await db.query(
      `INSERT INTO es.reaction_pieces (name, version, key, piece, value)
       SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::json[])
       ON CONFLICT (name, version, key, piece) DO UPDATE SET value = excluded.value`,
      [...id, ...places(kept), kept.map(({ value }) => toJson(value))],
    );
  if (gone.length > 0)
    await db.query(
      `DELETE FROM es.reaction_pieces p USING unnest($3::text[], $4::text[]) AS g(key, piece)
       WHERE p.name = $1 AND p.version = $2 AND p.key = g.key AND p.piece = g.piece`,
      [...id, ...places(gone)],
    );
}

/** `undefined` is not JSON: a state or a command that is none becomes `null`. */
export const toJson = (value: unknown): string => JSON.stringify(value ?? null);
