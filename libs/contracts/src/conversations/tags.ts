import { foldText } from '../events/fields/fold-text.js';

/** Is its own key, as most tags are. */
const PLAIN = /^[a-z0-9._:/-]*$/;

/** What a tag is known by, however it is typed: folded as a search folds what it looks for. */
export const tagKey = (tag: string): string => (PLAIN.test(tag) ? tag : foldText(tag));

/** The first of its tags that is one of those wanted, in whichever spelling. */
export function tagAmong(tags: readonly string[], wanted: readonly string[]): string | undefined {
  const keys = new Set(wanted.map(tagKey));
  return tags.find((tag) => keys.has(tagKey(tag)));
}

/** Each tag once, as it stands first: a conversation may have several spellings from before they were one tag. */
export function distinctTags(tags: readonly string[]): readonly string[] {
  const keys = new Set<string>();
  return tags.filter((tag) => {
    const key = tagKey(tag);
    const isFirst = !keys.has(key);
    keys.add(key);
    return isFirst;
  });
}

/** What an event said that it added and removed, to the letter: of two spellings from before, one may have been removed on purpose. */
export function tagsAfter(
  tags: readonly string[],
  { added = [], removed = [] }: { readonly added?: readonly string[]; readonly removed?: readonly string[] },
): readonly string[] {
  return [...new Set([...tags.filter((tag) => !removed.includes(tag)), ...added])].sort();
}
