import { afterEach, describe, expect, test, vi } from 'vitest';
import { ServerError } from '../api';
import { withSeeds } from '../testing';
import { AnswerReader, runStatement, type Cell } from './answer';

function answerText(rows: Cell[][]): string {
  return JSON.stringify({
    columns: [{ name: '"rows":[', type: 'STRUCT("rows" INTEGER[])', uom: '' }, { name: 'b', type: 'DOUBLE', uom: 'degC' }],
    timeZone: 'Europe/Berlin', rows, rowCount: rows.length, elapsedMs: 1.5, dataVersion: 'v1',
  });
}

describe('reading an answer', () => {
  test('gives the same however it is cut into pieces', () => {
    withSeeds(300, (r) => {
      const cell = (): Cell => r.pick<Cell>([null, 1.5, -3, true, '', 'a', '"', '\\', '[', ']}', 'x\\"],[', 'é🌊', [1, [2]], { k: ']' }, []]);
      const rows = Array.from({ length: r.int(0, 12) }, () => [cell(), cell()]);
      const text = answerText(rows);
      const reader = new AnswerReader(100);
      for (let at = 0; at < text.length; ) {
        const next = at + r.int(1, r.chance(0.5) ? 3 : 60);
        reader.push(text.slice(at, next));
        at = next;
      }
      expect(reader.end()).toBe(true);
      expect(reader.rows).toEqual(rows);
      expect(reader.columns.map((c) => c.uom)).toEqual(['', 'degC']);
      expect(reader.timeZone).toBe('Europe/Berlin');
      expect(reader.tail).toEqual({ rowCount: rows.length, elapsedMs: 1.5, dataVersion: 'v1' });
      expect(reader.cut).toBe(false);
    });
  });

  test('takes as many rows as asked for, and says that there are more only if there are', () => {
    const rows: Cell[][] = [[1, 2], [3, 4], [5, 6]];
    const cut = new AnswerReader(2);
    cut.push(answerText(rows));
    expect([cut.cut, cut.rows]).toEqual([true, rows.slice(0, 2)]);
    const whole = new AnswerReader(3);
    whole.push(answerText(rows));
    expect([whole.cut, whole.end(), whole.rows.length]).toEqual([false, true, 3]);
  });

  test('takes no more text than the limit, in many rows or one', () => {
    const many = new AnswerReader(1000, 100);
    many.push(answerText(Array.from({ length: 50 }, () => ['x'.repeat(10), 1])));
    expect(many.cut).toBe(true);
    expect(many.rows.length).toBeLessThan(10);
    const one = new AnswerReader(1000, 100);
    one.push(answerText([['x'.repeat(500), 1]]).slice(0, 400));
    expect([one.cut, one.rows]).toEqual([true, []]);
  });

  test('an answer that breaks off is not whole', () => {
    const text = answerText([[1, 2], [3, 4]]);
    for (const end of [text.indexOf('"rows"'), text.lastIndexOf('[3'), text.lastIndexOf(']') - 1]) {
      const reader = new AnswerReader(10);
      reader.push(text.slice(0, end));
      expect(reader.end()).toBe(false);
    }
  });
});

describe('running a statement', () => {
  afterEach(() => vi.unstubAllGlobals());

  const run = (signal = new AbortController().signal): Promise<unknown> => runStatement('SELECT 1', 'UTC', signal, () => undefined);

  function serve(body: string | ReadableStream<Uint8Array>, status = 200): { signals: AbortSignal[] } {
    const signals: AbortSignal[] = [];
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
      if (path === '/api/v1/session') {
        return Promise.resolve(new Response('{"name":"local-operator","kind":"local","rights":[]}'));
      }
      signals.push(init.signal!);
      return Promise.resolve(new Response(body, { status }));
    });
    return { signals };
  }

  test('stops the server once there are more rows than are shown', async () => {
    const { signals } = serve(answerText(Array.from({ length: 10_001 }, (_, i) => [i, null])));
    const answer = (await run()) as { rows: unknown[]; cut: boolean; dataVersion: string | null };
    expect([answer.rows.length, answer.cut, answer.dataVersion]).toEqual([10_000, true, null]);
    expect(signals[0]!.aborted).toBe(true);
  });

  test('gives a whole answer with time and version of the server', async () => {
    const { signals } = serve(answerText([[1, 2]]));
    expect(await run()).toMatchObject({ rows: [[1, 2]], cut: false, elapsedMs: 1.5, dataVersion: 'v1' });
    expect(signals[0]!.aborted).toBe(false);
  });

  test('says where in the statement the server found an error', async () => {
    serve('{"code":"SQL_ERROR","message":"no such column","hint":"look","line":2,"column":5}', 400);
    await expect(run()).rejects.toMatchObject({ code: 'SQL_ERROR', message: 'no such column', hint: 'look', place: { line: 2, column: 5 } });
    serve('{"code":"UNKNOWN_TAG","message":"no tag"}', 404);
    await expect(run()).rejects.toMatchObject({ code: 'UNKNOWN_TAG', place: null });
  });

  test('an answer that breaks off is an error, not a short answer', async () => {
    serve(answerText([[1, 2], [3, 4]]).slice(0, -60));
    await expect(run()).rejects.toMatchObject({ code: 'BROKEN_OFF' });
    serve(new ReadableStream({ start: (to) => to.error(new TypeError('network error')) }));
    await expect(run()).rejects.toMatchObject({ code: 'BROKEN_OFF' });
  });

  test('a server that does not answer is offline', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed to fetch')));
    await expect(run()).rejects.toSatisfy((e) => e instanceof ServerError && e.offline);
  });

  test('cancelling is passed on', async () => {
    const cancel = new AbortController();
    vi.stubGlobal('fetch', (_path: string, init: RequestInit) => new Promise((_resolve, reject) => {
      init.signal!.addEventListener('abort', () => reject(new DOMException('stop', 'AbortError')));
    }));
    const running = run(cancel.signal);
    cancel.abort();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });
});
