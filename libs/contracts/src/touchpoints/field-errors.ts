import { type RuleCode } from '../events/fields/rules.js';
import { type Language } from './kinds/kind.js';
import { touchpointKinds } from './touchpoint-event.js';
import { type FieldError } from './touchpoint-result.js';

/** Everything that can be wrong with a touchpoint. Stable: senders may depend on it. */
export type FieldErrorCode =
  | RuleCode
  | 'required'
  | 'not_json'
  | 'too_large'
  | 'too_deep'
  | 'forbidden_name'
  | 'unreadable_text'
  | 'number_out_of_range'
  | 'time_in_future'
  | 'not_an_email'
  | 'not_a_phone_number'
  | 'phone_without_country'
  | 'blocked_value';

type Limits = readonly unknown[];
type Text = (limits: Limits) => string;

const list = (values: unknown): string =>
  Array.isArray(values) ? values.map((value) => String(value)).join(', ') : '';
const kindNames = touchpointKinds.map((kind) => (kind === 'custom' ? 'custom:<name>' : kind)).join(', ');
const first = ([limit]: Limits): string => String(limit);
const second = ([, limit]: Limits): string => String(limit);

const en: Readonly<Record<FieldErrorCode, Text>> = {
  required: () => 'This member is required.',
  unknown_field: () => 'There is no such member here.',
  not_json: () => 'This is not a JSON value.',
  not_an_object: () => 'This must be an object.',
  not_a_list: () => 'This must be an array.',
  not_text: () => 'This must be a string.',
  not_a_whole_number: () => 'This must be a whole number.',
  not_true_or_false: () => 'This must be true or false.',
  not_allowed: ([values]) => `This must be one of: ${list(values)}.`,
  unknown_kind: () => `This must be one of: ${kindNames}; a name has up to 50 of a–z, 0–9 and _.`,
  unknown_currency: () => 'This must be an ISO 4217 currency code in capitals, for example GBP or IRR.',
  unknown_country: () => 'This must be an ISO 3166-1 alpha-2 country code in capitals, for example IR.',
  empty: () => 'This must not be empty; leave it out instead.',
  blank: () => 'This must say something: of blanks and invisible characters nobody sees anything.',
  too_long: (limits) => `This may have at most ${second(limits)} characters.`,
  too_few: (limits) => `This needs at least ${first(limits)} item(s).`,
  too_many: (limits) => `This may have at most ${first(limits)} items.`,
  below_minimum: (limits) => `This must be at least ${first(limits)}.`,
  above_maximum: (limits) => `This must be at most ${first(limits)}.`,
  malformed: (limits) => `This must match ${first(limits)}.`,
  not_an_amount: () => 'This must be a decimal number in a string, not negative, for example "12.30".',
  amount_not_positive: () => 'This amount must be above zero.',
  not_a_time: () => 'This must be a time as in RFC 3339, for example 2026-03-06T12:00:00Z.',
  time_without_zone: () => 'This time needs a zone: Z or an offset such as +03:30.',
  time_out_of_range: () => 'This time must be from 1900 to 2199.',
  time_in_future: () => 'This is more than 24 hours in the future.',
  score_does_not_fit: () => 'The score must be 0–10 for nps, 1–5 for csat, 1–7 for ces, and absent when dismissed.',
  too_large: (limits) => `A touchpoint may have at most ${first(limits)} bytes.`,
  too_deep: (limits) => `This is nested deeper than ${first(limits)} levels.`,
  forbidden_name: () => 'A member has a name that is not allowed.',
  unreadable_text: () => 'This text holds U+0000 or half of a character (a lone surrogate).',
  number_out_of_range: () => 'This number cannot be kept exactly: whole ones go up to 9007199254740991.',
  not_an_email: () => 'This is not an e-mail address.',
  not_a_phone_number: () => 'This is not a phone number.',
  phone_without_country: () => 'This phone number needs its country: + and the country code.',
  blocked_value: () => 'This value stands for nobody in particular and cannot name a customer.',
};

const fa: Readonly<Record<FieldErrorCode, Text>> = {
  required: () => 'این عضو لازم است.',
  unknown_field: () => 'چنین عضوی در این‌جا نیست.',
  not_json: () => 'این مقدار JSON نیست.',
  not_an_object: () => 'این باید یک شیء باشد.',
  not_a_list: () => 'این باید یک آرایه باشد.',
  not_text: () => 'این باید رشته باشد.',
  not_a_whole_number: () => 'این باید عدد صحیح باشد.',
  not_true_or_false: () => 'این باید true یا false باشد.',
  not_allowed: ([values]) => `این باید یکی از این‌ها باشد: ${list(values)}`,
  unknown_kind: () => `این باید یکی از این‌ها باشد: ${kindNames}؛ نام تا ۵۰ نویسه از a تا z، 0 تا 9 و _ دارد.`,
  unknown_currency: () => 'این باید کد ارز ISO 4217 با حروف بزرگ باشد، مانند IRR یا GBP.',
  unknown_country: () => 'این باید کد دوحرفی کشور ISO 3166-1 با حروف بزرگ باشد، مانند IR.',
  empty: () => 'این نباید خالی باشد؛ به‌جای آن حذفش کنید.',
  blank: () => 'این باید چیزی بگوید: از فاصله‌ها و نویسه‌های نادیدنی چیزی دیده نمی‌شود.',
  too_long: (limits) => `این حداکثر ${second(limits)} نویسه می‌تواند داشته باشد.`,
  too_few: (limits) => `این دست‌کم ${first(limits)} مورد لازم دارد.`,
  too_many: (limits) => `این حداکثر ${first(limits)} مورد می‌تواند داشته باشد.`,
  below_minimum: (limits) => `این باید دست‌کم ${first(limits)} باشد.`,
  above_maximum: (limits) => `این باید حداکثر ${first(limits)} باشد.`,
  malformed: (limits) => `این باید با این الگو بخواند: ${first(limits)}`,
  not_an_amount: () => 'این باید عدد اعشاری نامنفی در قالب رشته باشد، مانند "12.30".',
  amount_not_positive: () => 'این مبلغ باید بیشتر از صفر باشد.',
  not_a_time: () => 'این باید زمانی به شکل RFC 3339 باشد، مانند 2026-03-06T12:00:00Z.',
  time_without_zone: () => 'این زمان منطقه‌ی زمانی لازم دارد: Z یا فاصله‌ای مانند +03:30.',
  time_out_of_range: () => 'این زمان باید از ۱۹۰۰ تا ۲۱۹۹ باشد.',
  time_in_future: () => 'این بیش از ۲۴ ساعت در آینده است.',
  score_does_not_fit: () =>
    'امتیاز برای nps از ۰ تا ۱۰، برای csat از ۱ تا ۵ و برای ces از ۱ تا ۷ است و در صورت ردکردن نظرسنجی نمی‌آید.',
  too_large: (limits) => `یک نقطه‌ی تماس حداکثر ${first(limits)} بایت می‌تواند داشته باشد.`,
  too_deep: (limits) => `این بیش از ${first(limits)} لایه تودرتو است.`,
  forbidden_name: () => 'نام یکی از عضوها مجاز نیست.',
  unreadable_text: () => 'این متن U+0000 یا نیمه‌ای از یک نویسه دارد.',
  number_out_of_range: () => 'این عدد را نمی‌توان دقیق نگه داشت: عددهای صحیح تا 9007199254740991 می‌روند.',
  not_an_email: () => 'این نشانی ایمیل نیست.',
  not_a_phone_number: () => 'این شماره‌ی تلفن نیست.',
  phone_without_country: () => 'این شماره کد کشور لازم دارد: + و کد کشور.',
  blocked_value: () => 'این مقدار نشانه‌ی شخص مشخصی نیست و نمی‌تواند نام مشتری باشد.',
};

export const fieldErrorTexts: Readonly<Record<Language, Readonly<Record<FieldErrorCode, Text>>>> = { en, fa };

/** An error as it is answered. `limits` are the bounds of the broken rule, never what was sent. */
export const fieldError = (
  pointer: string,
  code: FieldErrorCode,
  { limits = [], language = 'en' }: { readonly limits?: Limits; readonly language?: Language } = {},
): FieldError => ({ pointer, code, detail: fieldErrorTexts[language][code](limits) });

/** A reference token of a JSON Pointer (RFC 6901). */
export const pointerTo = (parent: string, name: string | number): string =>
  `${parent}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
