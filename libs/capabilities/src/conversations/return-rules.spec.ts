import { type ReturnRuleDto } from '#contracts';
import { checkReturnRules } from './return-rules.js';

const rule = (id: string, more: Partial<ReturnRuleDto> = {}): ReturnRuleDto => ({ id, reopen: 'never', ...more });

it.each<readonly [string, ReturnRuleDto[], string | undefined]>([
  ['nothing', [], undefined],
  ['two of different names', [rule('a'), rule('b', { reopen: 'within', withinSeconds: 0 })], undefined],
  ['one name twice', [rule('a'), rule('a', { reopen: 'always' })], 'listed-twice rules.1.id'],
  ['no seconds', [rule('a', { reopen: 'within' })], 'no-seconds rules.0.withinSeconds'],
  ['seconds that end nothing', [rule('a', { withinSeconds: 60 })], 'needless-seconds rules.0.withinSeconds'],
])('a list with %s', (_what, list, refused) => {
  const refusal = checkReturnRules(list);
  expect(refusal && `${refusal.code} ${refusal.field}`).toBe(refused);
});
