import { type MacroDto } from '#contracts';
import { checkActions, type RefusedAction } from './check-actions.js';

export type MacrosRefusal = RefusedAction | { readonly code: 'listed-twice'; readonly field: string };

/** Why a list of macros cannot be saved. */
export function checkMacros(macros: readonly MacroDto[]): MacrosRefusal | undefined {
  const seen = new Set<string>();
  for (const [index, { id, actions }] of macros.entries()) {
    const field = `macros.${String(index)}`;
    if (seen.has(id)) return { code: 'listed-twice', field: `${field}.id` };
    seen.add(id);
    const refused = checkActions(actions, `${field}.actions`);
    if (refused) return refused;
  }
  return undefined;
}
