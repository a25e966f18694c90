import { checkTemplate, renderReply, variablesIn } from './reply-template.js';

describe('a canned reply', () => {
  it('is filled with what is known, and with other words where it is not', () => {
    const text = 'سلام {{customer.name|دوست عزیز}}: {{ conversation.subject }}، {{conversation.team}}';
    expect([...variablesIn(text)]).toEqual(['customer.name', 'conversation.subject', 'conversation.team']);
    expect(renderReply(text, { 'conversation.subject': 'بستهٔ ۱۰۰۱' })).toEqual({
      text: 'سلام دوست عزیز: بستهٔ ۱۰۰۱، {{conversation.team}}',
      missing: ['conversation.team'],
    });
  });

  it('never reads what a customer wrote as a variable', () => {
    const values = { 'customer.name': '{{conversation.subject}} $& $1', 'conversation.subject': 'secret' };
    expect(renderReply('Dear {{customer.name}}', values).text).toBe('Dear {{conversation.subject}} $& $1');
  });

  it.each([
    ['Dear {{customer.nmae}}', 'unknown-variable'],
    ['Dear {{}}', 'unknown-variable'],
    ['Dear {{customer.name', 'malformed-variable'],
    ['Dear {{{customer.name}}}}', 'malformed-variable'],
    ['{{customer.name}}'.repeat(11), 'too-many-variables'],
    ['{{customer.name}}'.repeat(10), undefined],
    ['{ "json": {} }', undefined],
    [' \u200f ', 'blank'],
    ['{{customer.name}}', undefined],
  ])('%s: %s', (text, refusal) => {
    expect(checkTemplate(text)).toBe(refusal);
  });
});
