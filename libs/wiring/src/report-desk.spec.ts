import { type ReadModels } from '#kernel';
import { ReportDesk, ReportsBusyError } from './report-desk.js';

const none = {} as ReadModels;

describe('where reports are counted', () => {
  it('a few may wait, more are told to come back, and whoever is done makes room', async () => {
    const desk = new ReportDesk(none);
    const ends: (() => void)[] = [];
    const slow = () => new Promise<void>((resolve) => ends.push(resolve));
    const counting = Array.from({ length: 6 }, () => desk.count(slow));
    await expect(desk.count(slow)).rejects.toThrow(ReportsBusyError);
    ends[0]?.();
    await counting[0];
    expect(await desk.count(() => Promise.resolve(1))).toBe(1);
    for (const end of ends) end();
    await Promise.all(counting);
  });

  it('what the server ended because it took too long was too much; other errors are what they are', async () => {
    const desk = new ReportDesk(none);
    const failing = (code: string) => desk.count(() => Promise.reject(Object.assign(new Error(code), { code })));
    await expect(failing('57014')).rejects.toThrow(ReportsBusyError);
    for (let time = 0; time < 7; time += 1) await expect(failing('42P01')).rejects.toThrow('42P01');
  });
});
