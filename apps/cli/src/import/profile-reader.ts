/** Reads a JSON document member by member and collects everything that is wrong with it, each with its path. */
export class ProfileReader {
  readonly problems: string[] = [];

  /** Says what is wrong at a path; never more than 20 times, after which a longer list helps nobody. */
  problem(path: string, text: string): void {
    if (this.problems.length < 20) this.problems.push(`${path === '' ? 'the profile' : path} ${text}`);
  }

  /** The object at a path, with no members other than these. */
  object(value: unknown, path: string, known: readonly string[]): Readonly<Record<string, unknown>> {
    if (!isObject(value)) {
      this.problem(path, 'must be an object');
      return {};
    }
    for (const name of Object.keys(value)) {
      if (known.includes(name)) continue;
      this.problem(join(path, name), `is not known; known here: ${known.join(', ')}`);
    }
    return value;
  }

  /** The members of an object whose names are free. */
  members(value: unknown, path: string, limit: number): readonly (readonly [string, unknown])[] {
    if (!isObject(value)) {
      this.problem(path, 'must be an object');
      return [];
    }
    const members = Object.entries(value);
    if (members.length > limit) this.problem(path, `may have at most ${String(limit)} members`);
    for (const [name] of members) {
      // These would change the object that is being built instead of a member of it.
      if (name === '__proto__' || name === '') this.problem(join(path, name), 'is not a name');
    }
    return members.slice(0, limit).filter(([name]) => name !== '__proto__');
  }

  list(value: unknown, path: string, limit: number): readonly unknown[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.problem(path, 'must be a list');
      return [];
    }
    if (value.length > limit) this.problem(path, `may have at most ${String(limit)} entries`);
    return value.slice(0, limit);
  }

  /** A list of texts, or one text for a list of one. */
  texts(value: unknown, path: string, limit: number): readonly string[] {
    if (typeof value === 'string') return [this.text(value, path)];
    return this.list(value, path, limit).map((entry, index) => this.text(entry, at(path, index)));
  }

  text(value: unknown, path: string, maximumLength = 1_000): string {
    if (typeof value !== 'string' || value === '') {
      this.problem(path, value === undefined ? 'is missing' : 'must be a text that is not empty');
      return '';
    }
    if (value.length > maximumLength) this.problem(path, `may have at most ${String(maximumLength)} characters`);
    return value;
  }

  scalar(value: unknown, path: string): string | number | boolean {
    if (typeof value === 'number' || typeof value === 'boolean') return value;
    return this.text(value, path);
  }

  flag(value: unknown, path: string): boolean {
    if (value === undefined) return false;
    if (typeof value !== 'boolean') this.problem(path, 'must be true or false');
    return value === true;
  }

  oneOf<T extends string>(value: unknown, path: string, allowed: readonly T[]): T | undefined {
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) this.problem(path, `must be one of ${allowed.join(', ')}`);
    return found;
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
export const at = (path: string, index: number): string => `${path}[${String(index)}]`;
