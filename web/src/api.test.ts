import { afterEach, describe, expect, test, vi } from 'vitest';
import * as api from './api';

interface Sent { path: string; method: string; word: string | undefined }

/** A server whose login has a word; what changes something needs it. */
function serve(words: string[]): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', (path: string, init: RequestInit = {}) => {
    const word = (init.headers as Record<string, string> | undefined)?.['X-Tidemark-Csrf'];
    sent.push({ path, method: init.method ?? 'GET', word });
    if (path === '/api/v1/session') {
      return Promise.resolve(Response.json({ name: 'anna', kind: 'user', rights: [], csrf: words[0] }));
    }
    const isRight = init.method === undefined || word === words[0];
    return Promise.resolve(isRight ? Response.json({ columns: [], rows: [] }) : Response.json({ code: 'FORBIDDEN' }, { status: 403 }));
  });
  return sent;
}

describe('requests of a login', () => {
  afterEach(() => vi.unstubAllGlobals());

  test('send its word, also after another tab has logged in anew', async () => {
    const words = ['first'];
    const sent = serve(words);
    await api.session();
    await api.sql('SELECT 1', []);
    expect(sent.at(-1)).toMatchObject({ method: 'POST', word: 'first' });
    words[0] = 'second';
    await api.sql('SELECT 1', []);
    expect(sent.at(-1)).toMatchObject({ method: 'POST', word: 'second' });
    const before = sent.length;
    await api.sql('SELECT 1', []);
    expect(sent.length).toBe(before + 1);
  });

  test('ask who is there once for a refusal, and go on', async () => {
    let isIn = false;
    let asked = 0;
    vi.stubGlobal('fetch', () => Promise.resolve(isIn
      ? Response.json({ total: 0, tags: [] })
      : Response.json({ code: 'UNAUTHENTICATED', message: 'who?' }, { status: 401 })));
    api.onUnknown(() => {
      asked++;
      isIn = true;
      return Promise.resolve();
    });
    await api.findTags('x', 1);
    expect(asked).toBe(1);
  });
});
