import { type Kind } from './kind.js';

/** What no other kind fits. We cannot know what is in it, so all of it is personal. */
export const custom: Kind<Readonly<Record<string, unknown>>> = {
  kind: 'custom',
  version: 1,
  details: 'free',
  examples: {
    en: { text: 'Took part in the open day.', workshop: 'lamp painting', guests: 2 },
    fa: { text: 'در کارگاه سفال شرکت کرد.', guests: 3 },
  },
};
