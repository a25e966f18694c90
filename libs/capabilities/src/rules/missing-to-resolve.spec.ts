import { type RequirementDto } from '#contracts';
import { checkRequirements, missingToResolve, type Resolving } from './missing-to-resolve.js';

const bare: Resolving = { channel: 'email', priority: 'normal', agent: null, team: null, tags: [] };
const asked = (requirement: Partial<RequirementDto>, conversation: Partial<Resolving> = {}, unexplained = false) =>
  missingToResolve([{ id: 'all', needs: ['tag'], ...requirement }], { ...bare, ...conversation }, () =>
    Promise.resolve(unexplained),
  );

describe('what a conversation lacks before it is resolved', () => {
  it.each<[string, Partial<RequirementDto>, Partial<Resolving>, readonly string[]]>([
    ['any tag', {}, {}, ['tag']],
    ['any tag, and has one', {}, { tags: ['late'] }, []],
    ['one of some tags, and has another', { oneOfTags: ['damaged'] }, { tags: ['late'] }, ['tag']],
    ['one of some tags, and has it', { oneOfTags: ['damaged', 'late'] }, { tags: ['late'] }, []],
    ['one of some tags, and has it in another spelling', { oneOfTags: ['کتاب'] }, { tags: ['كتاب'] }, []],
    [
      'a team once it has the tag in another spelling',
      { needs: ['team'], when: { tags: ['vip'] } },
      { tags: ['VIP'] },
      ['team'],
    ],
    ['agent and team', { needs: ['agent', 'team'] }, { team: 'returns' }, ['agent']],
    ['nothing on another channel', { when: { channel: ['chat'] } }, {}, []],
    ['nothing where it has no channel', { when: { channel: ['email'] } }, { channel: null }, []],
    ['nothing without the tag that asks for it', { needs: ['team'], when: { tags: ['damaged'] } }, {}, []],
    ['a team once it has the tag', { needs: ['team'], when: { tags: ['damaged'] } }, { tags: ['damaged'] }, ['team']],
  ])('%s', async (_what, requirement, conversation, missing) => {
    expect((await asked(requirement, conversation)).map(({ thing }) => thing)).toEqual(missing);
  });

  it('is the root cause of a complaint that has none, and nobody looks for it who need not', async () => {
    expect(await asked({ needs: ['root_cause'] }, {}, true)).toEqual([
      { requirement: 'all', thing: 'root_cause', oneOf: [] },
    ]);
    expect(await asked({ needs: ['root_cause'] }, {}, false)).toEqual([]);
    const never = () => Promise.reject(new Error('it was asked'));
    expect(await missingToResolve([{ id: 'all', needs: ['agent'] }], { ...bare, agent: 'user:a' }, never)).toEqual([]);
  });
});

it('requirements have names of their own, and tags only where a tag is needed', () => {
  expect(checkRequirements([{ id: 'a', needs: ['tag'], oneOfTags: ['late'] }])).toBeUndefined();
  expect(
    checkRequirements([
      { id: 'a', needs: ['tag'] },
      { id: 'a', needs: ['team'] },
    ]),
  ).toEqual({ code: 'listed-twice', field: 'requirements.1.id' });
  expect(checkRequirements([{ id: 'a', needs: ['team'], oneOfTags: ['late'] }])?.code).toBe('tags-without-need');
});
