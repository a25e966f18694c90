export const AGENTS = 100;

/**
 * Conversations by number, as expressions of SQL. A tenth is nobody's, a fiftieth put aside; a tenth of what has a clock is breached, and
 * every fifth has none that runs. One in 20,000 waits for somebody else, under a status of its own.
 */
export const presentState = {
  conversation_id: 'md5(n::text)::uuid',
  until_position: '0',
  customer_id: `md5('c' || n)::uuid`,
  kept: `'queued'`,
  since_at: `now() - make_interval(secs => n % 864000)`,
  since_position: 'n',
  stage: `'active'`,
  channel: `(ARRAY['chat', 'email', 'phone', 'whatsapp', 'web'])[1 + n % 5]`,
  category: `CASE WHEN n % 50 = 0 THEN 'snoozed' WHEN n % 20011 = 0 THEN 'waiting_third_party' WHEN n % 3 = 0 THEN 'waiting_customer' ELSE 'open' END`,
  status: `CASE WHEN n % 50 = 0 THEN 'snoozed' WHEN n % 20011 = 0 THEN 'with-the-carrier' WHEN n % 7 = 0 THEN 'in-progress' ELSE 'open' END`,
  agent: `CASE WHEN n % 10 = 0 THEN 'nobody' ELSE 'user:agent-' || (hashint4(n) & 127) END`,
  team: `'team-' || (hashint4(n + 1) & 7)`,
  priority: `(ARRAY['urgent', 'high', 'normal', 'low'])[1 + least(3, hashint4(n + 2) & 7)]`,
  rank: 'least(3, hashint4(n + 2) & 7)',
  tags: `CASE WHEN n % 1009 = 0 THEN '["late"]'::json ELSE '["parcel"]'::json END`,
  labels: `CASE WHEN n % 1009 = 0 THEN jsonb_build_array('tag:late', 'mention:user:agent-' || (n & 127)) ELSE '["tag:parcel"]'::jsonb END`,
  turn_since: `now() - make_interval(secs => n % 90000)`,
  waiting_since: `now() - make_interval(secs => n % 90000)`,
  snoozed_until: `CASE WHEN n % 50 = 0 THEN now() + interval '1 day' END`,
  clocks: `'[]'::json`,
  promises: `'[]'::json`,
  due_at: `CASE WHEN n % 5 = 0 THEN '9999-12-31T23:59:59.999Z' ELSE now() + make_interval(secs => n::bigint * 7919 % 1000000 - 100000) END`,
  opened_at: 'now()',
  last_message_at: 'now()',
  version: '5',
} as const;

const length = '4 ^ (3 + n % 9)';
const end = 'n::bigint * 7919 % 7776000';

/** Two earlier states for each: a minute to two months long, of the last ninety days. */
export const pastStates = {
  ...presentState,
  kept: `'past'`,
  until_position: 'n',
  span: '3 + n % 9',
  since_at: `now() - make_interval(secs => ${end}) - make_interval(secs => ${length})`,
  until_at: `now() - make_interval(secs => ${end})`,
} as const;
