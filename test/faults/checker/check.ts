import { checkAnswers } from './check-answers.js';
import { checkConsumers } from './check-consumers.js';
import { checkLog } from './check-log.js';
import { checkTopic } from './check-topic.js';
import { type Observed } from './observed.js';
import { type Violation } from './violation.js';

/** Pure: what was observed, and nothing else, decides. */
export const check = (observed: Observed): readonly Violation[] => [
  ...checkLog(observed),
  ...checkAnswers(observed),
  ...checkTopic(observed),
  ...checkConsumers(observed),
];
