import { type FastifyReply } from 'fastify';
import { type RawParameters } from '#contracts';
import { ProblemError } from '../problems/problem-error.js';
import { type Cell, csvText } from './csv.js';

/** `csv_bom` is for Excel, which takes UTF-8 for something else unless the text begins with a byte-order mark. */
export const reportForms = ['json', 'csv', 'csv_bom'] as const;
export type ReportForm = (typeof reportForms)[number];

/** Rows of cells, the names of the columns first. */
export type Table = readonly (readonly Cell[])[];

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

export function sentAs<View>(
  form: ReportForm,
  reply: FastifyReply,
  view: View,
  tableOf: (view: View) => Table,
): View | string {
  void reply.header('vary', 'Accept');
  if (form === 'json') return view;
  void reply.header('content-type', 'text/csv; charset=utf-8; header=present');
  void reply.header('content-disposition', 'attachment; filename="report.csv"');
  return (form === 'csv_bom' ? '\uFEFF' : '') + csvText(tableOf(view));
}
