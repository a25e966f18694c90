const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An id as it was sent, or one that nothing has: what is no UUID is not found, instead of an error of the database. */
export const uuidOr = (text: string): string => (UUID.test(text) ? text : NOTHING);
const NOTHING = '00000000-0000-0000-0000-000000000000';
