import { type PresenceMark } from './presence.port.js';
import { changedBetween, presentAgents, presentEverywhere } from './present-agents.js';

const noon = Date.UTC(2026, 2, 21, 12);
const mark = (agent: string, changes: Partial<PresenceMark> = {}): PresenceMark => ({
  ...{ conversationId: 'parcel', agent, state: 'viewing', since: noon },
  ...changes,
});

describe('who has a conversation open', () => {
  it('is each once, wherever they have it open: since they first came, and writing if they write anywhere', () => {
    const marks = [
      mark('user:ada', { since: noon + 5_000 }),
      mark('user:ada', { state: 'typing', since: noon + 9_000 }),
      mark('user:ada'),
    ];
    expect(presentAgents('parcel', marks)).toEqual({
      conversationId: 'parcel',
      present: [{ agent: 'user:ada', state: 'typing', since: '2026-03-21T12:00:00.000Z' }],
      others: 0,
    });
  });

  it('is told with who writes first, then who came first, then by name', () => {
    const marks = [
      mark('user:kian'),
      mark('user:bea', { since: noon - 1 }),
      mark('user:ada'),
      mark('user:omid', { state: 'typing', since: noon + 60_000 }),
    ];
    const { present } = presentAgents('parcel', marks);
    expect(present.map(({ agent }) => agent)).toEqual(['user:omid', 'user:bea', 'user:ada', 'user:kian']);
  });

  it('is twenty at most, and how many more', () => {
    const many = Array.from({ length: 33 }, (_, index) => mark(`user:${String(index)}`, { since: noon + index }));
    const { present, others } = presentAgents('parcel', many);
    expect([present.length, present.at(-1)?.agent, others]).toEqual([20, 'user:19', 13]);
  });

  it('changes with who comes, who leaves and who begins to write, and with nobody who stays', () => {
    const lamp = mark('user:ada', { conversationId: 'lamp' });
    const before = presentEverywhere([mark('user:ada'), mark('user:bea', { conversationId: 'chair' }), lamp]);
    const after = presentEverywhere([
      mark('user:ada', { state: 'typing' }),
      lamp,
      mark('user:kian', { conversationId: 'table' }),
    ]);
    expect([...changedBetween(before, after)].sort()).toEqual(['chair', 'parcel', 'table']);
    expect(changedBetween(after, after)).toEqual([]);
  });
});
