import {
  DecideComplaintDto,
  InvestigateComplaintDto,
  OpenComplaintDto,
  RespondToComplaintDto,
} from '../../complaints/complaint-bodies.dto.js';
import { NoteDto, ReplyDto } from '../../conversations/conversation-commands.dto.js';
import { MakePromiseDto } from '../../conversations/promise-commands.dto.js';
import { parseAs } from '../../parse-as.js';
import { exampleTouchpoint } from '../../touchpoints/kinds/examples.js';
import { parseTouchpoint } from '../../touchpoints/parse-touchpoint.js';
import { type DtoClass } from './dto-class.js';

const conversation = '0f6a1c52-8f0e-4a3b-9d7e-5b1c2d3e4f50';
const dueAt = '2026-03-10T00:00:00Z';
const written: readonly (readonly [string, DtoClass, object])[] = [
  ['text', ReplyDto, { sinceVersion: '2' }],
  ['text', NoteDto, {}],
  ['what', MakePromiseDto, { dueAt }],
  ['condition', MakePromiseDto, { what: 'x', dueAt }],
  ['description', OpenComplaintDto, { conversation }],
  ['findings', InvestigateComplaintDto, {}],
  ['text', RespondToComplaintDto, {}],
  ['reasons', DecideComplaintDto, { outcome: 'upheld' }],
];

const problem = (dto: DtoClass, value: object, language: 'en' | 'fa' = 'en') => {
  const read = parseAs(dto, value, language);
  return read.ok ? undefined : read.reason;
};

describe.each(written)('%s of %p', (name, dto, others) => {
  it.each(['   ', '\n\t', '\u00a0', '\u200b', '\u200f\u200f', '\u2066 \u2069', '\ufeff', '\u3164', '\u2800', '\u00ad'])(
    'is refused where nobody would see anything of it (%j)',
    (blank) => {
      expect(problem(dto, { ...others, [name]: blank })).toMatchObject([{ pointer: `/${name}`, code: 'blank' }]);
    },
  );

  it.each(['.', ' x ', '👍', 'می‌شود', '\u200fسلام', '۱', 'a\nb'])('may be %j', (text) => {
    expect(problem(dto, { ...others, [name]: text })).toBeUndefined();
  });

  it('is told apart from what is empty, no text, or too long', () => {
    const codes = ['', 5, 'x'.repeat(20_001)].map((text) => problem(dto, { ...others, [name]: text })?.[0]?.code);
    expect(codes).toEqual(['empty', 'not_text', 'too_long']);
  });
});

it('says in both languages what is missing', () => {
  const detail = (language: 'en' | 'fa') => problem(NoteDto, { text: ' ' }, language)?.[0]?.detail;
  expect(detail('en')).toMatch(/^This must say something/);
  expect(detail('fa')).toMatch(/^این باید چیزی بگوید/);
});

it.each(['   ', '\u200b'])('what others have recorded is taken as it is (%j)', (text) => {
  const told = { ...exampleTouchpoint('message', 'en'), data: { author: 'agent', text } };
  expect(parseTouchpoint(told, Date.parse(dueAt)).ok).toBe(true);
});
