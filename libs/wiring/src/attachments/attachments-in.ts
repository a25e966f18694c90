const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Ids of uploads that the details of a touchpoint name; others are files that stayed where it comes from. */
export function attachmentsIn({ attachments }: Readonly<Record<string, unknown>>): readonly string[] {
  if (!Array.isArray(attachments)) return [];
  return attachments.flatMap((each: unknown) =>
    typeof each === 'object' && each !== null && 'id' in each && typeof each.id === 'string' && UUID.test(each.id)
      ? [each.id]
      : [],
  );
}
