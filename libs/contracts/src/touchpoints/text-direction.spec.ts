import { directionOf } from './text-direction.js';

describe('the direction of a text', () => {
  it.each([
    ['Hello', 'ltr'],
    ['سلام', 'rtl'],
    ['שלום', 'rtl'],
    ['ߒߞߏ', 'rtl'],
    ['你好', 'ltr'],
    ['«سلام» means hello', 'rtl'],
    ['iPhone من خراب شد', 'ltr'],
    ['۱۲۳ کالا', 'rtl'],
    ['123 items', 'ltr'],
    ['😀 سلام', 'rtl'],
    ['\u200fHello', 'rtl'],
    ['\u2067سلام\u2069 hello', 'ltr'],
    ['۱۲۳', 'ltr'],
    ['', 'ltr'],
  ])('%s is %s', (text, direction) => {
    expect(directionOf(text)).toBe(direction);
  });
});
