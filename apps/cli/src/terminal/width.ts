const escapeCharacter = String.fromCharCode(27);
/** Sequences that set colours. */
const colourSequence = new RegExp(`${escapeCharacter}\\[[0-9;]*m`, 'g');
/** Combining marks, joiners, direction marks and variation selectors. */
const withoutWidth = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;
/** East Asian wide characters and emoji (Unicode Standard Annex 11: W and F, by their blocks). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

export const withoutColours = (text: string): string => text.replace(colourSequence, '');

/** Cells that a text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(withoutColours(text))) width += widthOf(segment);
  return width;
}

/** The text in at most so many cells, with `…` where something was left out. Of plain text, without colours. */
export function clip(text: string, cells: number): string {
  if (displayWidth(text) <= cells) return text;
  let clipped = '';
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment);
    if (width > cells - 1) break;
    clipped += segment;
  }
  return `${clipped.trimEnd()}…`;
}

/** A text as lines of at most so many cells, broken between words where that is possible. */
export function wrap(text: string, cells: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text
    .split(/\s+/)
    .filter((part) => part !== '')
    .flatMap((part) => inPieces(part, cells))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= cells) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return line === '' ? lines : [...lines, line];
}

function inPieces(word: string, cells: number): readonly string[] {
  if (displayWidth(word) <= cells) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of graphemes.segment(word)) {
    if (piece !== '' && displayWidth(piece) + widthOf(segment) > cells) {
      pieces.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...pieces, piece];
}

function widthOf(grapheme: string): number {
  const [first = ''] = grapheme;
  if (withoutWidth.test(first)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}
