/** Whether it is a name of the time-zone database, as this machine has it; an offset (`+03:30`) is none. */
export function isTimeZoneName(text: string): boolean {
  if (!/^[a-z]/i.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
