import { foldDigits } from '#contracts';

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._@+-]{0,99}$/u;

/** A name as it is kept: two keyboards that write the same name mean the same person. Nothing when it cannot be one. */
export function userName(typed: string): string | undefined {
  if (typed.length > 200) return undefined;
  const name = foldDigits(typed.normalize('NFKC').trim().toLowerCase())
    .replaceAll('ي', 'ی')
    .replaceAll('ك', 'ک')
    .replaceAll('\u200c', '');
  return NAME.test(name) ? name : undefined;
}
