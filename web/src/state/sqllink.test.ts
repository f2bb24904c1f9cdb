import { describe, expect, test } from 'vitest';
import { withSeeds } from '../testing';
import { ADDRESS_CHARS_MAX } from './address';
import { decodeSql, encodeSql, isSql, PLAIN_SQL, type SqlState } from './sqllink';

describe('the fragment of the SQL page', () => {
  test('gives back every state', () => {
    withSeeds(500, (r) => {
      const name = (): string => r.pick(['ts', 'a b', 'x&y=z', '#;%+', "it's", '🌊', '', 'ä\n']);
      const text = Array.from({ length: r.int(0, 20) }, () => r.pick(['SELECT ', "'&=#%+;'", '\n', '🌊', '\t<b>', 'a'])).join('');
      const from = r.int(0, Math.max(0, text.length - 1));
      const state: SqlState = {
        zone: r.pick(['plant', 'server', 'browser', 'utc']),
        text,
        run: text.length > 0 && r.chance(0.5) ? { from, to: r.int(from + 1, text.length) } : null,
        view: r.pick(['grid', 'chart']),
        x: r.chance(0.5) ? name() : null,
        by: r.chance(0.5) ? name() : null,
        y: r.chance(0.5) ? Array.from({ length: r.int(1, 4) }, name) : null,
      };
      const { fragment, whole } = encodeSql(state);
      expect(whole).toBe(true);
      expect(fragment).toMatch(/^#sql[\x21-\x7e]*$/);
      expect(decodeSql(fragment)).toEqual({ state, problems: [] });
    });
  });

  test('leaves out a text that has no room, and says so', () => {
    const { fragment, whole } = encodeSql({ ...PLAIN_SQL, text: ' '.repeat(ADDRESS_CHARS_MAX / 2), run: { from: 0, to: 9 }, view: 'chart' });
    expect(whole).toBe(false);
    expect(fragment).toBe('#sql&zone=plant&view=chart');
  });

  test.each([
    ['#sql&zone=mars', /zone must be one of plant/],
    ['#sql&q=%E0%A4', /not percent-encoded rightly/],
    ['#sql&q=a&q=b', /"q" is given twice/],
    ['#sql&q=abc&run=0-4', /beyond the text/],
    ['#sql&q=abc&run=2-1', /run must be two places/],
    ['#sql&view=pie', /view must be grid or chart/],
    ['#sql&nonsense', /"nonsense" is not known/],
    [`#sql&q=${'a'.repeat(ADDRESS_CHARS_MAX)}`, /has over 65536 characters/],
    [`#sql${'&y=a'.repeat(41)}`, /only 40 columns/],
  ])('says what of %.40s cannot be used', (fragment, problem) => {
    const { state, problems } = decodeSql(fragment);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(state.run).toBeNull();
  });

  test('is told from those of other pages', () => {
    expect(['#sql', '#sql&q=1', '', '#', '#sqlite', '#trend'].map(isSql)).toEqual([true, true, false, false, false, false]);
    expect(decodeSql('#trend&q=1')).toEqual({ state: PLAIN_SQL, problems: [] });
  });
});
