/** What a status counts as, whatever the organisation calls it. */
export const statusCategories = ['open', 'waiting_customer', 'waiting_third_party', 'snoozed', 'resolved'] as const;
export type StatusCategory = (typeof statusCategories)[number];

/** Categories that a person may choose; `snoozed` comes with the time at which it ends. */
export const chosenCategories = ['open', 'waiting_customer', 'waiting_third_party', 'resolved'] as const;
export type ChosenCategory = (typeof chosenCategories)[number];

export const priorities = ['low', 'normal', 'high', 'urgent'] as const;
export type Priority = (typeof priorities)[number];

/** What a message of the customer does to a snooze: `on_reply` ends it, `stay` does not. */
export const wakeRules = ['on_reply', 'stay'] as const;
export type WakeRule = (typeof wakeRules)[number];

export const statusCauses = ['agent', 'reply', 'customer_message'] as const;
export const wakeCauses = ['time', 'agent', 'customer_message'] as const;
export const reopenCauses = ['agent', 'customer_message'] as const;
export const conversationOrigins = ['agent', 'touchpoint', 'split', 'import'] as const;
/** Kinds of touchpoints that begin or continue a conversation. */
export const conversationKinds = ['message', 'call', 'complaint', 'review'] as const;
export type ConversationKind = (typeof conversationKinds)[number];

/** Kinds of touchpoints in which one of us has answered elsewhere. */
export const answerKinds = ['message', 'call'] as const;
export type AnswerKind = (typeof answerKinds)[number];

export const MAX_ATTACHMENTS = 50;
export const MAX_MENTIONS = 20;
/** Who was mentioned and has not seen it; of more than these the oldest are forgotten. */
export const MOST_MENTIONS = 50;
export const MAX_TAGS = 50;
/** Of one conversation, settled ones too. */
export const MAX_PROMISES = 50;

/** `kept`: by its due time. `kept_late`: after that, and broken all the same. */
export const keptVerdicts = ['kept', 'kept_late'] as const;
export type KeptVerdict = (typeof keptVerdicts)[number];

/** `broken`: it was due and is neither kept nor waived yet. */
export const promiseStatuses = ['open', 'kept', 'broken', 'kept_late', 'waived'] as const;
export type PromiseStatus = (typeof promiseStatuses)[number];

/** Messages that can be split off at once. */
export const MAX_SPLIT = 200;

export const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
/** Who did it: kind and id of a principal, never a name. */
export const ACTOR = '^(user|key|operator|system):[A-Za-z0-9._@-]{1,128}$';

/** Only a person's reply is an answer: whatever rules or programs send, the customer still waits for us. */
export const isPerson = (actor: string): boolean => actor.startsWith('user:');

/** Somebody of us who answered elsewhere, in a mail program or on the telephone: a person, and not known here by an account. */
export const PERSON_ELSEWHERE = 'user:elsewhere';
/** A bot or another program that answered elsewhere. */
export const PROGRAM_ELSEWHERE = 'system:elsewhere';

/** Both conversations are told of it, wherever it was made. */
export const isLink = (type: string): boolean => type === 'conversation.linked' || type === 'conversation.unlinked';
