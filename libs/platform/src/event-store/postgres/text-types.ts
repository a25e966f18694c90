import { type CustomTypesConfig } from 'pg';

/** Leaves values as the text that the server sent: whoever asked knows better how to read them. */
export const asText: CustomTypesConfig = { getTypeParser: () => (text: string) => text };
