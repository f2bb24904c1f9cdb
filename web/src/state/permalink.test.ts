import { describe, expect, it } from 'vitest';
import { withSeeds, type Random } from '../testing';
import {
  decodeState,
  encodeState,
  TRACES_MAX,
  type PageState,
  type TraceState,
} from './permalink';

const DEFAULTS: PageState = {
  start: '*-8h',
  end: '*',
  zone: 'plant',
  traces: [trace('R1.TIC101.PV')],
  unit: 'R1',
  batch: null,
  live: true,
  lanes: false,
  cursors: [1],
};

function trace(tag: string, more: Partial<TraceState> = {}): TraceState {
  return {
    ...{ tag, scale: null, min: null, max: null, log: false, hidden: false, limits: [], color: null },
    ...more,
  };
}

describe('encodeState', () => {
  it('can be read by a person', () => {
    const state: PageState = {
      start: '*-8h',
      end: '*',
      zone: 'plant',
      traces: [
        trace('R1.TIC101.PV'),
        trace('TIDE/AREA1/R1.XV106.ST', { scale: 'A', min: 0, max: 1e21, log: true, color: 3 }),
      ],
      unit: 'R1',
      batch: 'B-0041',
      live: false,
      lanes: true,
      cursors: [Date.parse('2026-11-24T07:15:30Z'), Date.parse('2026-11-24T07:15:30.25Z') + 0.5],
    };
    expect(encodeState(state)).toBe(
      '?start=*-8h&end=*&zone=plant&live=0&lanes=1&unit=R1&batch=B-0041&t=R1.TIC101.PV' +
        '&t=TIDE/AREA1/R1.XV106.ST;scale=A;min=0;max=1e%2B21;color=3;log' +
        '&cursors=2026-11-24T07:15:30.000Z,2026-11-24T07:15:30.2505Z',
    );
  });

  it('escapes what an address, a chat or another reader would take apart', () => {
    const query = encodeState({ ...DEFAULTS, traces: [trace('a/b #%<>;&=?+ (x)\'!"\u{1F600}')] });
    expect(query).not.toMatch(/[#<>() '!"]/);
    expect(new URL(query, 'http://h/').search).toBe(query);
    expect(decodeState(query, DEFAULTS).state.traces[0]?.tag).toBe(
      'a/b #%<>;&=?+ (x)\'!"\u{1F600}',
    );
    // one who reads it as a form understands the same
    expect(new URLSearchParams(query).get('t')).toBe('a/b #%<>;&=?+ (x)\'!"\u{1F600}');
  });
});

describe('decodeState', () => {
  const decode = (query: string): { state: PageState; problems: string[] } =>
    decodeState(query, DEFAULTS);

  it('gives the defaults for an empty query', () => {
    for (const query of ['', '?', '&&']) {
      expect(decode(query)).toEqual({ state: DEFAULTS, problems: [] });
    }
    expect(decode('').state.traces).not.toBe(DEFAULTS.traces);
  });

  it('reads what a person types', () => {
    const { state, problems } = decode('?start=t+6h&end=%2B8h&t=R1.TIC101.PV;min=-5;log&unit=R2');
    expect(problems).toEqual([]);
    expect(state).toEqual({
      ...DEFAULTS,
      start: 't+6h',
      end: '+8h',
      traces: [trace('R1.TIC101.PV', { min: -5, log: true })],
      unit: 'R2',
      cursors: [],
    });
  });

  it('has the traces of the defaults unless told', () => {
    expect(decode('start=y').state.traces).toEqual(DEFAULTS.traces);
    expect(decode('t=').state.traces).toEqual([]);
  });

  it.each([
    ['t=A;min=abc', 'min must be a number, not "abc", for "A"'],
    ['t=A;min=', 'min must be a number'],
    ['t=A;max=1e999', 'max must be a number'],
    ['t=A;max=0x10', 'max must be a number'],
    ['t=A;max=NaN', 'max must be a number'],
    ['t=A;min=5;max=5', 'min must be below max for "A"'],
    ['t=A;color=-1', 'color must be a number from 0 to 999'],
    ['t=A;color=1.5', 'color must be a number'],
    ['t=A;colour=1', '"colour" is not known for "A"'],
    ['t=A;log=2', 'log takes no value'],
    ['t=A;scale=', 'scale must have 1 to 1024 characters'],
    ['t=;log', 'a tag must have 1 to 1024 characters'],
    ['t=A&t=A;log', '"A" is listed twice'],
    ['zone=mars', 'zone must be one of plant, server, browser, utc, not "mars"'],
    ['live=yes', 'live must be 0 or 1'],
    ['start=', 'start must be a time of 1 to 200 characters'],
    [`end=${'x'.repeat(201)}`, 'end must be a time'],
    ['start=y&start=t', '"start" is given twice'],
    ['unit=', 'unit must have'],
    ['foo=1', '"foo" is not known'],
    ['__proto__=1', '"__proto__" is not known'],
    ['constructor', '"constructor" is not known'],
    ['t=%E0%A4%A', '"%E0%A4%A" is not percent-encoded rightly'],
    ['start=%', '"%" is not percent-encoded rightly'],
    ['cursors=12', 'a cursor must be a time'],
    ['cursors=2026-13-01T00:00:00Z', 'a cursor must be a time'],
    ['%00%01=1', 'is not known'],
  ])('%s is a problem', (query, problem) => {
    const { problems } = decode(query);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  it('uses the rest of a bad query', () => {
    const { state, problems } = decode('foo&start=y&zone=mars&t=A;min=x;max=9&t=%&t=B');
    expect(problems).toHaveLength(4);
    expect(state.start).toBe('y');
    expect(state.zone).toBe('plant');
    expect(state.traces).toEqual([trace('A', { max: 9 }), trace('B')]);
  });

  it('shows 40 traces and names the rest', () => {
    const query = (n: number): string =>
      Array.from({ length: n }, (_, i) => `t=T${i}`).join('&');
    expect(decode(query(TRACES_MAX)).problems).toEqual([]);
    const some = decode(query(43));
    expect(some.state.traces).toHaveLength(40);
    expect(some.problems).toEqual(['only 40 traces are shown; left out: "T40", "T41", "T42"']);
    const many = decode(query(250));
    expect(many.problems).toHaveLength(1);
    expect(many.problems[0]).toMatch(/"T199" and 50 more$/);
  });

  it('is bounded', () => {
    expect(decode('foo=1&'.repeat(1000)).problems).toHaveLength(50);
    const long = decode('t=A&' + 'x'.repeat(100_000));
    expect(long.state.traces).toEqual([trace('A')]);
    expect(long.problems[0]).toContain('the address has over');
    expect(decode('x'.repeat(100_000)).problems.join().length).toBeLessThan(500);
    const named = decode(`${'k'.repeat(5000)}=1`).problems[0];
    expect(named?.length).toBeLessThan(150);
  });

  it('never throws, whatever it gets', () => {
    const pieces = ['t=', 'start=', 'zone', '%41', 'min=', '1', 'é', ...'&&&;;==%+?#'];
    withSeeds(50, (r) => {
      for (let i = 0; i < 200; i++) {
        let query = '';
        for (let n = r.int(0, 12); n > 0; n--) {
          query += r.chance(0.8) ? r.pick(pieces) : String.fromCharCode(r.int(0, 0xffff));
        }
        const { state } = decode(query);
        // and what it makes of it is a state that has an address
        expect(decode(encodeState(state))).toEqual({ state, problems: [] });
      }
    });
  });
});

function someName(r: Random): string {
  const marks = '/#%<>;&=?+\'"()*!,:@[]{}|\\^`~-_$';
  const alphabet = ['a', 'R1.', 'é', ' ', '\u{1F600}', '\0', '\n', ...marks];
  let name = '';
  for (let n = r.int(1, 12); n > 0; n--) {
    name += r.pick(alphabet);
  }
  return name;
}

function someNumber(r: Random): number {
  return r.pick([0, -1, 1, 0.1, 1e21, -1e-7, r.next(), r.int(-1000, 1000), r.next() * 1e300]);
}

function someState(r: Random): PageState {
  const name = (): string | null => (r.chance(0.5) ? null : someName(r));
  const tags = new Set(Array.from({ length: r.int(0, 8) }, () => someName(r)));
  return {
    start: `${r.pick(['*', 't', 'y'])}${r.pick(['', '+6h', '-1d 2h'])}`,
    end: r.pick(['*', '+8h', '2026-10-25T02:30:00+01:00', "'2026-10-25 08:00'"]),
    zone: r.pick(['plant', 'server', 'browser', 'utc']),
    traces: [...tags].map((tag) => {
      const [a, b] = [someNumber(r), someNumber(r)];
      const both = a !== b;
      return {
        tag,
        scale: name(),
        min: both && r.chance(0.5) ? Math.min(a, b) : null,
        max: both && r.chance(0.5) ? Math.max(a, b) : null,
        log: r.chance(0.5),
        hidden: r.chance(0.5),
        limits: r.chance(0.3) ? [1.5, -20] : [],
        color: r.chance(0.5) ? null : r.int(0, 20),
      };
    }),
    unit: name(),
    batch: name(),
    live: r.chance(0.5),
    lanes: r.chance(0.5),
    cursors: Array.from({ length: r.int(0, 2) }, () => 1e12 + r.next() * 3e12),
  };
}

describe('a state', () => {
  it('comes back from its address, whatever the defaults', () => {
    withSeeds(300, (r) => {
      const state = someState(r);
      expect(decodeState(encodeState(state), someState(r))).toEqual({ state, problems: [] });
    });
  });

  it('comes back after a browser has had its address', () => {
    withSeeds(100, (r) => {
      const state = someState(r);
      const url = new URL('http://127.0.0.1:7300/');
      url.search = encodeState(state);
      expect(decodeState(url.search, DEFAULTS)).toEqual({ state, problems: [] });
    });
  });

  it('replaces half a surrogate pair, which no address can hold', () => {
    const query = encodeState({ ...DEFAULTS, traces: [trace('a\ud83db')] });
    expect(decodeState(query, DEFAULTS).state.traces[0]?.tag).toBe('a\ufffdb');
  });
});
