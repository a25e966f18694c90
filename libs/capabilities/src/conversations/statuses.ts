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
