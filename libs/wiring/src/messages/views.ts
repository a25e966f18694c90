/** What the queries answer with, until the contracts say it. */
export type CustomerView = Readonly<Record<string, unknown>>;
export type CustomerPage = { readonly data: readonly CustomerView[]; readonly page: Page };
export type TimelineEntryView = Readonly<Record<string, unknown>> & { readonly position: string };
export type TimelinePage = { readonly data: readonly TimelineEntryView[]; readonly page: Page };

interface Page {
  readonly next: string | null;
  readonly prev: string | null;
}
