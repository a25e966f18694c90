import { type FastifyReply } from 'fastify';
import { MAX_REPORT_GROUPS, type RawParameters } from '#contracts';
import { ProblemError } from '../problems/problem-error.js';
import { type Cell, csvText } from './csv.js';

/** `csv_bom` is for Excel, which takes UTF-8 for something else unless the text begins with a byte-order mark. */
export const reportForms = ['json', 'csv', 'csv_bom'] as const;
export type ReportForm = (typeof reportForms)[number];

/** Rows of cells, the names of the columns first. */
export type Table = readonly (readonly Cell[])[];

/** What a table needs beside its rows. */
export interface Tabulated<View> {
  readonly tableOf: (view: View) => Table;
  /** What it is of and as of when, as a table has no place for it: words of a file's name. */
  readonly namedOf: (view: View) => readonly string[];
}

/** What is asked for by `format`, or else by `Accept`; and the parameters that are left. */
export function formOf(
  { format, ...others }: RawParameters,
  accept = '',
): { readonly form: ReportForm; readonly others: RawParameters } {
  if (format === undefined || format === '') return { form: prefersCsv(accept) ? 'csv' : 'json', others };
  const form = reportForms.find((each) => each === format);
  if (form !== undefined) return { form, others };
  throw new ProblemError('invalid_parameters', {
    errors: [{ pointer: '/format', code: 'unknown_value', detail: 'Has a value that is not in its list.' }],
  });
}

/** JSON unless only the other is named: whoever takes anything takes it. */
const prefersCsv = (accept: string): boolean => {
  const types = accept.split(',').map((each) => each.split(';')[0]?.trim().toLowerCase());
  return types.includes('text/csv') && !types.includes('application/json');
};

const TOO_MANY = `Gives more than ${String(MAX_REPORT_GROUPS)} groups, and a table does not say that some were left out: filter, or ask for JSON.`;

/** Instants without what a file system refuses. */
const fileNameOf = (words: readonly string[]): string =>
  `${words.map((word) => word.replace(/\.\d+(?=Z$)/, '').replaceAll(/[^\w-]/g, '')).join('_')}.csv`;

/** @throws ProblemError where a table would hide that there is more */
export function sentAs<View extends { readonly more: boolean }>(
  form: ReportForm,
  reply: Pick<FastifyReply, 'header'>,
  view: View,
  { tableOf, namedOf }: Tabulated<View>,
): View | string {
  void reply.header('vary', 'Accept');
  if (form === 'json') return view;
  if (view.more)
    throw new ProblemError('invalid_parameters', {
      errors: [{ pointer: '/by', code: 'too_many_groups', detail: TOO_MANY }],
    });
  void reply.header('content-type', 'text/csv; charset=utf-8; header=present');
  void reply.header('content-disposition', `attachment; filename="${fileNameOf(namedOf(view))}"`);
  return (form === 'csv_bom' ? '\uFEFF' : '') + csvText(tableOf(view));
}
