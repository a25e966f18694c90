import { type Readable } from 'node:stream';
import { findColumns, missingColumns } from './columns.js';
import { csvTable } from './csv-table.js';
import { ImportProblem } from './import-problem.js';
import { type Input } from './input.js';
import { jsonlTable } from './jsonl-table.js';
import { compileProfile, nativeMapper, type Mapper } from './mapping.js';
import { type InputFormat, type InputSettings, type Profile } from './profile.js';
import { type Table } from './row.js';

/** An input with a way to read it: opened once for each pass. */
export interface Source {
  readonly input: Input;
  readonly settings: InputSettings;
  /** Without a profile each line is a touchpoint already. */
  readonly profile?: Profile;
}

/** The rows and what makes touchpoints of them, for one pass. */
export interface OpenedSource {
  readonly table: Table;
  readonly mapper: Mapper;
}

/** @throws ImportProblem when the input lacks columns that the profile needs */
export async function openSource(
  { input, settings, profile }: Source,
  onBytes?: (bytes: Buffer) => void,
): Promise<OpenedSource> {
  const bytes: Readable = input.read(onBytes);
  if (profile === undefined) return { table: jsonlTable(bytes, [], settings.encoding), mapper: nativeMapper };
  if (settings.format === 'jsonl') {
    const header = Object.values(profile.columns).flatMap(({ from }) => from);
    return {
      table: jsonlTable(bytes, header, settings.encoding),
      mapper: compileProfile(profile, findColumns(profile, header)),
    };
  }
  const table = await csvTable(bytes, settings);
  const missing = missingColumns(profile, table.header);
  if (missing.length > 0) {
    bytes.destroy();
    throw new ImportProblem(
      `The input lacks columns that the profile ${profile.name} needs: ${missing.join(', ')}. It has: ${namesOf(table.header)}.`,
      'Check the delimiter and the profile; a column may be declared "optional".',
    );
  }
  return { table, mapper: compileProfile(profile, findColumns(profile, table.header)) };
}

/** By what was asked for, the name of the file, or the profile; in this order. */
export function settingsFor(
  fileName: string,
  profile: Profile | undefined,
  format: InputFormat | undefined,
): InputSettings {
  const otherwise: InputSettings = profile?.input ?? { format: 'jsonl', delimiter: ',', encoding: 'utf8' };
  const extension = /\.(csv|tsv|jsonl|ndjson)(?:\.gz)?$/i.exec(fileName)?.[1]?.toLowerCase();
  const named: InputFormat | undefined =
    extension === undefined ? undefined : extension.endsWith('sv') ? 'csv' : 'jsonl';
  return {
    ...otherwise,
    format: format ?? named ?? otherwise.format,
    ...(extension === 'tsv' ? { delimiter: '\t' } : {}),
  };
}

/** Enough to recognise them; of a file without column names it would be the first customer's data. */
const namesOf = (header: readonly string[]): string => {
  const shown = header.slice(0, 20).map((name) => (name.length > 30 ? `${name.slice(0, 30)}…` : name));
  return [...shown, ...(header.length > 20 ? [`… (${String(header.length)} in all)`] : [])].join(', ');
};
