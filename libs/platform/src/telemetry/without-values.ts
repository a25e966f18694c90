const MOST_CHARACTERS = 300;

/**
 * The words of a message without the values in it. JSON.parse, PostgreSQL and others quote the data that they fail on: what is
 * between quotation marks goes (from the first to the last, for the data may hold some too), and so do addresses, numbers and
 * everything that is not plain English.
 */
export function withoutValues(message: string): string {
  return (
    message
      // Long enough for any message of ours; more is data.
      .slice(0, 2_000)
      .replace(/".*"/s, '…')
      .replace(/(?<![A-Za-z])(['`]).*\1(?![A-Za-z])/s, '…')
      // One without its partner hides how far the data goes, and so does a second line.
      .replace(/".*|\n.*/s, '…')
      .replace(/\S*@\S*/g, '…')
      .replace(/[^\x20-\x7e]+/g, '…')
      // `v1` and `utf8` are names, `12347` is somebody.
      .replace(/(?<![A-Za-z_])\d+/g, '#')
      .slice(0, MOST_CHARACTERS)
  );
}
