import { type ActionDto, type ActionType, actionTypes, isBlank } from '#contracts';

export type ActionsRefusal =
  /** None of its members, or several. */
  | 'not-one-action'
  /** The second would answer what nobody has read. */
  | 'two-replies'
  /** Its tags are none, or nobody would see anything of its note. */
  | 'empty-action'
  | 'unknown-canned-reply'
  | 'unknown-agent'
  | 'unknown-team';

export interface RefusedAction {
  readonly code: ActionsRefusal;
  /** Which value, for example `macros.0.actions.1`. */
  readonly field: string;
}

/** What an action is; the first of its members. */
export const actionTypeOf = (action: ActionDto): ActionType | undefined =>
  actionTypes.find((type) => action[type] !== undefined);

/** Why actions cannot be saved, by themselves. */
export function checkActions(actions: readonly ActionDto[], field: string): RefusedAction | undefined {
  let replies = 0;
  for (const [index, action] of actions.entries()) {
    const at = `${field}.${String(index)}`;
    if (actionTypes.filter((type) => action[type] !== undefined).length !== 1)
      return { code: 'not-one-action', field: at };
    if (action.tag && [...(action.tag.add ?? []), ...(action.tag.remove ?? [])].length === 0)
      return { code: 'empty-action', field: at };
    if (action.note && isBlank(action.note.text)) return { code: 'empty-action', field: at };
    if (action.reply) replies += 1;
    if (replies > 1) return { code: 'two-replies', field: at };
  }
  return undefined;
}
