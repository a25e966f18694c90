/** What a connection string says of the server, for those who check it and for people. */
export interface EventStoreDbAddress {
  /** With their ports, where they are told. */
  readonly hosts: readonly string[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
  /** Of the client: it throws when an append fails. */
  readonly throwsOnFailure: boolean;
}

const SHAPE =
  /^esdb(?:\+discover)?:\/\/(?:(?<user>[^:@/?\s]+):(?<password>[^@/?\s]+)@)?(?<hosts>[^@/?\s]+)\/?(?:\?(?<query>\S+))?$/;
const HOST = /^[0-9a-z._-]{1,255}(?::\d{1,5})?$/i;

/** Takes apart `esdb://user:password@host:2113,host:2113?key=value`, as the client does; undefined where it is none. */
export function eventStoreDbAddress(url: string): EventStoreDbAddress | undefined {
  const { user, password, hosts = '', query = '' } = SHAPE.exec(url)?.groups ?? {};
  const named = hosts.split(',');
  if (!named.every((host) => HOST.test(host))) return undefined;
  const options = new Map(
    [...new URLSearchParams(query)].map(([key, value]) => [key.toLowerCase().replace(/[_-]/g, ''), value.trim()]),
  );
  try {
    return {
      hosts: named,
      username: user && decodeURIComponent(user),
      password: password && decodeURIComponent(password),
      tls: options.get('tls')?.toLowerCase() !== 'false',
      throwsOnFailure: options.get('throwonappendfailure')?.toLowerCase() !== 'false',
    };
  } catch {
    // A percent sign that encodes nothing.
    return undefined;
  }
}
