/**
 * Numbers that nobody has. Where the regulator keeps ranges for films and books, they are from there:
 * United Kingdom, Ofcom, "Telephone numbers for use in TV and radio drama programmes"; United States and Canada, 555-0100 to
 * 555-0199 of every area code (ATIS-0300115); Germany, Bundesnetzagentur, Mitteilung 148/2021, "Drama Numbers"; France, Arcep,
 * numbers for audiovisual works. Iran has no such range: 955 has the form of a mobile number there, and no operator has any
 * prefix from 95 to 98 (theirs are 90–94 and 99). Of the other countries no range is known, and customers there have no phone.
 */
const ranges: Readonly<Record<string, readonly (readonly [prefix: string, digits: number])[]>> = {
  IR: [['+98955', 7]],
  GB: [
    ['+447700900', 3],
    ['+442079460', 3],
    ['+441632960', 3],
  ],
  US: ['212', '213', '310', '415', '206', '312', '617', '202', '713', '305'].map(
    (area) => [`+1${area}55501`, 2] as const,
  ),
  CA: ['416', '604', '514', '613', '403'].map((area) => [`+1${area}55501`, 2] as const),
  DE: ['3023125', '6990009', '4066969', '2214710', '8999998'].map((area) => [`+49${area}`, 3] as const),
  FR: [
    ['+3363998', 4],
    ['+3319900', 4],
  ],
};

/** The nth number of a country, from 0 on; `undefined` where there is none, or none left. */
export function fictionalPhone(country: string, nth: number): string | undefined {
  let left = nth;
  for (const [prefix, digits] of ranges[country] ?? []) {
    const size = Number(`1e${String(digits)}`);
    if (left < size) return prefix + String(left).padStart(digits, '0');
    left -= size;
  }
  return undefined;
}
