/** How the authority names the ways in which it was reached, and which channels they are. */
const channelOf: Readonly<Record<string, string>> = {
  Web: 'web',
  Referral: 'referral',
  Phone: 'phone',
  'Postal mail': 'letter',
  Fax: 'fax',
};

/** How many complaints of a file came by each channel, counted from its text and by nothing of Safar. */
export function waysOfComplaints(csv: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [way] of csv.matchAll(/(?<=,)(?:Web|Referral|Phone|Postal mail|Fax)(?=,\d)/g)) {
    const channel = channelOf[way] ?? way;
    counts[channel] = (counts[channel] ?? 0) + 1;
  }
  return counts;
}
