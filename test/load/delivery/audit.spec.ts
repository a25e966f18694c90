import { audit } from './audit.js';

describe('an audit of a delivery', () => {
  it('finds nothing when every event came once and in order', () => {
    const delivered = [
      ['a', 1],
      ['b', 1],
      ['a', 2],
    ] as const;
    expect(
      audit(
        [
          ['a', 2],
          ['b', 1],
        ],
        delivered,
      ),
    ).toEqual({ written: 3, lost: 0, outOfOrder: 0, repeated: 0 });
  });

  it('counts what never came, in the middle, at the end, and of whole streams', () => {
    const written = [
      ['a', 4],
      ['b', 2],
    ] as const;
    expect(
      audit(written, [
        ['a', 1],
        ['a', 3],
      ]),
    ).toMatchObject({ written: 6, lost: 4 });
  });

  it('tells late events from repeated ones', () => {
    const delivered = [
      ['a', 1],
      ['a', 3],
      ['a', 2],
      ['a', 3],
    ] as const;
    expect(audit([['a', 3]], delivered)).toEqual({ written: 3, lost: 0, outOfOrder: 1, repeated: 1 });
  });

  it('does not mind events of other streams', () => {
    expect(
      audit(
        [['a', 1]],
        [
          ['end', 1],
          ['a', 1],
        ],
      ),
    ).toEqual({ written: 1, lost: 0, outOfOrder: 0, repeated: 0 });
  });
});
