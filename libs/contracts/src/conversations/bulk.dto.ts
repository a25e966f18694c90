import { Public } from '../events/fields/field-class.js';
import { AnyList, AnyObject, List, Optional } from '../events/fields/structure.js';
import { OneOf, Pattern } from '../events/fields/text.js';
import { UUID } from './conversation-words.js';

/** What can be done to many conversations at once: nothing that is written to somebody, and nothing that concerns two of them. */
export const bulkCommands = [
  'take',
  'assign',
  'transfer',
  'prioritise',
  'tag',
  'status',
  'snooze',
  'spam',
  'see-mention',
] as const;
export type BulkCommand = (typeof bulkCommands)[number];

export const MAX_BULK = 100;

export class BulkItemDto {
  /** UUID of the conversation. */
  @Public()
  @Pattern(UUID, 36)
  conversation!: string;

  /** As in the address of the single command. */
  @Public()
  @OneOf(bulkCommands)
  command!: BulkCommand;

  /** What `If-Match` would name: the version that it must be at. */
  @Public()
  @Optional()
  @Pattern('^[1-9][0-9]{0,8}$', 9)
  version?: string;

  /** The body of the single command, where that has one. */
  @Public()
  @Optional()
  @AnyObject()
  body?: object;
}

/** What is sent, as it is documented. */
export class BulkDto {
  @Public()
  @List(BulkItemDto, MAX_BULK)
  items!: BulkItemDto[];
}

/** The same as it is read: one bad item never rejects its neighbours. */
export class BulkEnvelopeDto {
  @Public()
  @AnyList(MAX_BULK)
  items!: unknown[];
}
