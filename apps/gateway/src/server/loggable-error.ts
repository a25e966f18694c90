/**
 * What may be written to a log about an error: its kind, its codes and where it came from. Never its message: those of JSON.parse and
 * PostgreSQL quote the data they failed on.
 */
export function loggableError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { name: typeof error };
  const { name, stack = '' } = error;
  const text = (member: string): string | undefined => {
    const value: unknown = Object.getOwnPropertyDescriptor(error, member)?.value;
    return typeof value === 'string' ? value : undefined;
  };
  return {
    name,
    code: text('code'),
    constraint: text('constraint'),
    routine: text('routine'),
    at: stack
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .map((line) => line.trim()),
  };
}
