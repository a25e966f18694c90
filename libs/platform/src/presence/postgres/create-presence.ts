import { type Pool } from 'pg';
import { type PresenceState } from '#contracts';
import { actorOf, actorText, type Principal } from '#platform/access';
import { MOVED_CHANNEL, type MovedHub } from '#platform/projections';
import { type Presence, type PresenceLimits, type PresenceMark } from '../presence.port.js';

/** As which presence moves, on the channel and in the hub of read models: one connection of each process hears all of it. */
export const PRESENCE_MOVED = 'presence';

const PRUNE_INTERVAL_MS = 60_000;

/** Whoever renews every ten seconds may miss one renewal, or two while they only look. */
export const presenceLimits: PresenceLimits = {
  ...{ viewingMs: 30_000, typingMs: 15_000 },
  ...{ inConversation: 100, inAll: 10_000, ofHolder: 20 },
};

export interface PresenceParts {
  readonly pool: Pool;
  readonly hub: Pick<MovedHub, 'moved'>;
  readonly limits?: PresenceLimits;
}

export const createPresence = ({ limits = presenceLimits, ...parts }: PresenceParts): Presence =>
  new PostgresPresence(parts, limits);

interface MarkRow {
  readonly conversation_id: string;
  readonly agent: string;
  readonly typing: boolean;
  readonly since: Date;
}

/** A mark counts as long as whoever set it may still come in. All by the clock of the database: the processes' own differ. */
const MARKS = `
  SELECT m.conversation_id, m.agent, m.since, coalesce(m.typing_until > now(), false) AS typing FROM presence.marks m
  WHERE m.expires_at > now() AND (
    EXISTS (
      SELECT FROM access.sessions s JOIN access.users u ON u.id = s.user_id
      WHERE s.id = m.holder AND s.ended_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL)
    OR EXISTS (
      SELECT FROM access.api_keys k
      WHERE k.id = m.holder AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())))`;

/** Limits hold but for those who come at the very same moment: exactness would have them wait for each other. */
const ENTER = `
  WITH own AS (
    SELECT coalesce(typing_until > now(), false) AS typing FROM presence.marks
    WHERE conversation_id = $1 AND holder = $2 AND expires_at > now()),
  room AS (
    SELECT WHERE EXISTS (SELECT FROM own) OR (
      (SELECT count(*) FROM presence.marks WHERE conversation_id = $1 AND expires_at > now()) < $7
      AND (SELECT count(*) FROM presence.marks WHERE expires_at > now()) < $8)),
  surplus AS (
    DELETE FROM presence.marks WHERE holder = $2 AND conversation_id IN (
      SELECT conversation_id FROM presence.marks WHERE holder = $2 AND conversation_id <> $1
      ORDER BY expires_at DESC OFFSET $9 FOR UPDATE SKIP LOCKED)),
  entered AS (
    INSERT INTO presence.marks AS m (conversation_id, holder, agent, since, typing_until, expires_at)
    SELECT $1, $2, $3, now(), CASE WHEN $4 THEN now() + $5 * interval '1 ms' END, now() + $6 * interval '1 ms' FROM room
    ON CONFLICT (conversation_id, holder) DO UPDATE SET
      since = CASE WHEN m.expires_at > now() THEN m.since ELSE excluded.since END,
      typing_until = excluded.typing_until, expires_at = excluded.expires_at
    RETURNING true AS entered)
  SELECT EXISTS (SELECT FROM entered) AS entered, (SELECT typing FROM own) AS was_typing`;

class PostgresPresence implements Presence {
  #prunedAtMs = -PRUNE_INTERVAL_MS;

  constructor(
    private readonly parts: Pick<PresenceParts, 'pool' | 'hub'>,
    private readonly limits: PresenceLimits,
  ) {}

  async enter(conversationId: string, principal: Principal, state: PresenceState): Promise<boolean> {
    await this.#prune();
    const { viewingMs, typingMs, inConversation, inAll, ofHolder } = this.limits;
    const isTyping = state === 'typing';
    const { rows } = await this.parts.pool.query<{ entered: boolean; was_typing: boolean | null }>({
      name: 'presence-enter',
      text: ENTER,
      values: [
        ...[conversationId, holderOf(principal), actorText(actorOf(principal)), isTyping, typingMs, viewingMs],
        ...[inConversation, inAll, ofHolder - 1],
      ],
    });
    const [row] = rows;
    if (row?.entered !== true) return false;
    // A renewal is nobody's news.
    if (row.was_typing !== isTyping) await this.#moved();
    return true;
  }

  async leave(conversationId: string, principal: Principal): Promise<void> {
    const { rowCount } = await this.parts.pool.query(
      `DELETE FROM presence.marks WHERE conversation_id = $1 AND holder = $2`,
      [conversationId, holderOf(principal)],
    );
    if (rowCount === 1) await this.#moved();
  }

  async marksIn(conversationId: string): Promise<readonly PresenceMark[]> {
    const { rows } = await this.parts.pool.query<MarkRow>({
      name: 'presence-marks-in',
      text: `${MARKS} AND m.conversation_id = $1 LIMIT $2`,
      // A few more than the limit may have come at the same moment.
      values: [conversationId, 2 * this.limits.inConversation],
    });
    return rows.map(toMark);
  }

  async allMarks(): Promise<readonly PresenceMark[]> {
    const { rows } = await this.parts.pool.query<MarkRow>({
      name: 'presence-all-marks',
      text: `${MARKS} LIMIT $1`,
      values: [2 * this.limits.inAll],
    });
    return rows.map(toMark);
  }

  /** A hint: whoever misses it looks a second later. */
  async #moved(): Promise<void> {
    this.parts.hub.moved(PRESENCE_MOVED);
    await this.parts.pool.query('SELECT pg_notify($1, $2)', [MOVED_CHANNEL, PRESENCE_MOVED]).catch(() => undefined);
  }

  /** Now and then, by whoever comes: marks that expired count no more, and are only in the way. */
  async #prune(): Promise<void> {
    if (performance.now() - this.#prunedAtMs < PRUNE_INTERVAL_MS) return;
    this.#prunedAtMs = performance.now();
    await this.parts.pool.query('DELETE FROM presence.marks WHERE expires_at <= now()');
  }
}

const holderOf = (principal: Principal): string => (principal.kind === 'user' ? principal.sessionId : principal.id);

const toMark = ({ conversation_id, agent, typing, since }: MarkRow): PresenceMark => ({
  conversationId: conversation_id,
  agent,
  state: typing ? 'typing' : 'viewing',
  since: since.getTime(),
});
