import { type ListedStatusDto, statusCategories, type StatusCategory } from '#contracts';

export type StatusesRefusal = {
  readonly code:
    | 'listed-twice'
    /** A category is called by its own name whatever is listed, so nothing else can be. */
    | 'other-category'
    /** A snooze comes with the time at which it ends: nobody chooses another word for it. */
    | 'only-by-time';
  /** Which value, for example `statuses.0.id`. */
  readonly field: string;
};

/** Why a list of statuses cannot be saved. */
export function checkStatuses(statuses: readonly ListedStatusDto[]): StatusesRefusal | undefined {
  const seen = new Set<string>();
  for (const [index, { id, category }] of statuses.entries()) {
    const field = `statuses.${String(index)}`;
    if (seen.has(id)) return { code: 'listed-twice', field: `${field}.id` };
    seen.add(id);
    if (statusCategories.some((each) => each === id) && id !== category)
      return { code: 'other-category', field: `${field}.category` };
    if (category === 'snoozed' && id !== category) return { code: 'only-by-time', field: `${field}.category` };
  }
  return undefined;
}

/** Something that gives conversations a status by itself. */
export interface StatusNaming {
  readonly kind: 'macro' | 'rule';
  readonly id: string;
  readonly actions: readonly { readonly status?: { readonly category: StatusCategory; readonly status?: string } }[];
}

export interface NamedStatus {
  readonly kind: StatusNaming['kind'];
  /** Of the macro or rule. */
  readonly id: string;
  readonly status: string;
}

/** What names statuses that a list does not have, or has for something else: with that list, it could do nothing any more. */
export const contradicted = (
  statuses: readonly ListedStatusDto[],
  naming: readonly StatusNaming[],
): readonly NamedStatus[] =>
  naming.flatMap(({ kind, id, actions }) =>
    actions.flatMap(({ status }) =>
      status !== undefined && unlisted(statuses, status) !== undefined
        ? [{ kind, id, status: status.status ?? status.category }]
        : [],
    ),
  );

export type UnlistedStatus = 'unknown-status' | 'status-of-other-category';

/** Why a conversation cannot stand like this. Where nobody has saved a list, every word is taken; a category's own name always is. */
export function unlisted(
  statuses: readonly ListedStatusDto[] | undefined,
  { category, status = category }: { readonly category: StatusCategory; readonly status?: string },
): UnlistedStatus | undefined {
  if (statuses === undefined || status === category) return undefined;
  const listed = statuses.find(({ id }) => id === status)?.category ?? statusCategories.find((each) => each === status);
  if (listed === undefined) return 'unknown-status';
  return listed === category ? undefined : 'status-of-other-category';
}
