import {
  AssignDto,
  type BulkCommand,
  BulkItemDto,
  ChangeStatusDto,
  parseAs,
  type Permission,
  PrioritiseDto,
  SnoozeDto,
  SpamDto,
  TagDto,
  TransferDto,
} from '#contracts';
import { type ConversationChange } from '#wiring';
import { type Language } from '../problems/language.js';
import { ProblemError } from '../problems/problem-error.js';

type Parse = <T extends object>(dto: new () => T) => T;

const changeOf: { readonly [Command in BulkCommand]: (parse: Parse) => ConversationChange } = {
  take: () => ({ type: 'Take' }),
  assign: (parse) => ({ type: 'Assign', body: parse(AssignDto) }),
  transfer: (parse) => ({ type: 'Transfer', body: parse(TransferDto) }),
  prioritise: (parse) => ({ type: 'Prioritise', body: parse(PrioritiseDto) }),
  tag: (parse) => ({ type: 'Tag', body: parse(TagDto) }),
  status: (parse) => ({ type: 'ChangeStatus', body: parse(ChangeStatusDto) }),
  snooze: (parse) => ({ type: 'Snooze', body: parse(SnoozeDto) }),
  spam: (parse) => ({ type: 'Spam', body: parse(SpamDto) }),
  'see-mention': () => ({ type: 'SeeMention' }),
};

/** @throws ProblemError `invalid_parameters`, from the item on */
export function readItem(item: unknown, language: Language): BulkItemDto {
  const parsed = parseAs(BulkItemDto, item, language);
  if (!parsed.ok) throw new ProblemError('invalid_parameters', { errors: parsed.reason });
  return parsed.value;
}

/** What an item asks for, read as the single command reads its body. @throws ProblemError `invalid_parameters`, from the item on */
export function changeIn({ command, body = {} }: BulkItemDto, language: Language): ConversationChange {
  return changeOf[command]((dto) => {
    const parsed = parseAs(dto, body, language);
    if (parsed.ok) return parsed.value;
    const errors = parsed.reason.map((error) => ({ ...error, pointer: `/body${error.pointer}` }));
    throw new ProblemError('invalid_parameters', { errors });
  });
}

/** What the single command asks of its sender. */
export const permissionFor = (command: BulkCommand): Permission => ({
  action: command === 'assign' ? 'assign' : 'update',
  subject: 'Conversation',
});
