import { ValidateBy, type ValidationArguments } from 'class-validator';
import { Personal, Public } from '../../events/fields/field-class.js';
import { Flag, Whole } from '../../events/fields/number.js';
import { Optional } from '../../events/fields/structure.js';
import { FreeText, Line, OneOf, Reference } from '../../events/fields/text.js';
import { type Kind } from './kind.js';

export const surveys = ['nps', 'csat', 'ces'] as const;

const bounds: Readonly<Record<string, readonly [number, number]>> = { nps: [0, 10], csat: [1, 5], ces: [1, 7] };

function scoreFits(survey: unknown, answer: object): boolean {
  const score = 'score' in answer ? answer.score : undefined;
  const dismissed = 'dismissed' in answer && answer.dismissed === true;
  if (dismissed || score === undefined) return dismissed && score === undefined;
  const range = bounds[String(survey)];
  // What is no number at all is told of at the score itself.
  return !range || typeof score !== 'number' || (score >= range[0] && score <= range[1]);
}

const ScoreFitsSurvey = (): PropertyDecorator =>
  ValidateBy({
    name: 'scoreFitsSurvey',
    validator: {
      validate: (value: unknown, args?: ValidationArguments) => args !== undefined && scoreFits(value, args.object),
    },
  });

/** NPS 0–10, CSAT 1–5, CES 2.0 1–7 (7 is easy). Dismissing a survey is an answer without a score. */
export class SurveyAnswerDto {
  @Public()
  @ScoreFitsSurvey()
  @OneOf(surveys)
  survey!: (typeof surveys)[number];

  @Public()
  @Optional()
  @Whole(0, 10)
  score?: number;

  @Public()
  @Optional()
  @Flag()
  dismissed?: boolean;

  @Personal()
  @Optional()
  @Reference()
  surveyId?: string;

  @Public()
  @Optional()
  @Line(300)
  question?: string;

  @Personal()
  @Optional()
  @FreeText()
  comment?: string;
}

export const surveyAnswer: Kind<SurveyAnswerDto> = {
  kind: 'survey_answer',
  version: 1,
  details: SurveyAnswerDto,
  examples: {
    en: {
      survey: 'nps',
      score: 9,
      surveyId: 'sv-2026-03-118',
      question: 'How likely are you to recommend us to a friend?',
      comment: 'Quick delivery, friendly driver.',
    },
    fa: {
      survey: 'csat',
      score: 2,
      question: 'از پشتیبانی ما چقدر راضی بودید؟',
      comment: 'دیر جواب دادید ولی مشکل حل شد.',
    },
  },
};
