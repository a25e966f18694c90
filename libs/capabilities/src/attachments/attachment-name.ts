/** File systems take 255 bytes; a character of Persian has two. */
const LONGEST = 100;

/**
 * What a file is called when it is saved: never a path, never with characters that hide how it ends, and always ending as its kind does.
 * `gift.exe` that is a picture becomes `gift.exe.jpg`, and nobody runs it.
 */
export function attachmentName(sent: string, endings: readonly string[]): string {
  const [usual = ''] = endings;
  const name = tidied(sent);
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const ends = name.includes('.') && endings.includes(ending);
  const stem = ends ? name.slice(0, -ending.length - 1) : name;
  const short = [...stem].slice(0, LONGEST).join('').trim();
  return `${short === '' ? 'attachment' : short}.${ends ? ending : usual}`;
}

/** Without folders, control characters, overrides of the direction (`gpj.exe` read backwards) and what Windows does not take in a name. */
const tidied = (sent: string): string =>
  sent
    .slice(-4 * LONGEST)
    .replace(/^.*[/\\]/su, '')
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '');
