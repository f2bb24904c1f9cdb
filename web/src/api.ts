/** What the page asks of the server. Every call names what failed in words for a person. */
import type { Samples, TagInfo, TagType } from './model';

/** Where in a statement an error is: line and column, from 1. */
export interface Place {
  line: number;
  column: number;
}

/** An error that the server explained, or `OFFLINE` where it did not answer; `UNAVAILABLE` while it starts or stops. */
export class ServerError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
    readonly place: Place | null = null,
  ) {
    super(message);
  }

  /** Whether it passes by itself: the page waits and tries again. */
  get offline(): boolean {
    return this.code === 'OFFLINE' || this.code === 'UNAVAILABLE';
  }
}

/** Lets a person log in; resolves once somebody has. */
let logIn: (() => Promise<void>) | null = null;

/** The word of the login that requests which change something must send; null if there is no login, undefined if that is not known. */
let csrf: string | null | undefined;

/** Sets what to do when the server must know who asks. */
export function onUnknown(ask: () => Promise<void>): void {
  logIn = ask;
}

/** Who asks, and what they may do. `kind` is `local` for whoever is on the server's machine. */
export interface Session {
  name: string;
  kind: 'local' | 'token' | 'user';
  rights: string[];
  csrf?: string;
}

/** Who asks; null if the server does not know, or says nothing of it yet. */
export async function session(): Promise<Session | null> {
  const response = await plain('/api/v1/session', {});
  if (!response.ok) {
    csrf = undefined;
    return null;
  }
  const found = (await bodyOf(response)) as Session;
  csrf = found.csrf ?? null;
  return found;
}

/** Logs in. @throws ServerError if name or password are wrong, or too many were */
export async function openSession(name: string, password: string): Promise<void> {
  const response = await plain('/api/v1/session', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name, password }),
  });
  const body = await bodyOf(response);
  if (!response.ok) {
    throw refusal(response, body);
  }
  csrf = (body as Session).csrf ?? null;
}

export async function closeSession(): Promise<void> {
  await request('/api/v1/session', { method: 'DELETE' });
  csrf = undefined;
}

/** @throws ServerError if the server does not answer; an AbortError if it was not to any more */
async function reach(path: string, init: RequestInit): Promise<Response> {
  const response = await withWord(path, init);
  if (response.status !== 401 || logIn === null) {
    return response;
  }
  await logIn();
  return withWord(path, init);
}

/** Sends the word of the login where it is needed; another tab may have logged in since. */
async function withWord(path: string, init: RequestInit): Promise<Response> {
  if (init.method === undefined || init.method === 'GET') {
    return plain(path, init);
  }
  if (csrf === undefined) {
    await session();
  }
  const used = csrf;
  const response = await plain(path, marked(init));
  if (response.status !== 403 || used === null) {
    return response;
  }
  await session();
  return csrf === used ? response : plain(path, marked(init));
}

function marked(init: RequestInit): RequestInit {
  return csrf ? { ...init, headers: { ...init.headers, 'X-Tidemark-Csrf': csrf } } : init;
}

async function plain(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (e) {
    if ((e as Error).name === 'AbortError') {
      throw e;
    }
    throw new ServerError('OFFLINE', 'the server does not answer');
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new ServerError('MALFORMED', `the server's answer cannot be read (${response.status})`);
  }
}

function refusal(response: Response, body: unknown): ServerError {
  const error = body as { code?: string; message?: string; hint?: string; line?: number; column?: number };
  return new ServerError(
    error.code ?? String(response.status),
    error.message ?? response.statusText,
    error.hint ?? null,
    error.line === undefined ? null : { line: error.line, column: error.column ?? 1 },
  );
}

async function request(path: string, init: RequestInit = {}): Promise<unknown> {
  const response = await reach(path, init);
  const body = await bodyOf(response);
  if (!response.ok && response.status !== 207) {
    throw refusal(response, body);
  }
  return body;
}

/** The answer of a statement as it comes, for those that read it while it does. */
export async function sqlStream(
  statement: string,
  timeZone: string,
  format: 'json' | 'csv' | 'arrow',
  signal: AbortSignal,
): Promise<Response> {
  const response = await reach(`/api/v1/sql?format=${format}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ sql: statement, timeZone }),
    signal,
  });
  if (!response.ok) {
    throw refusal(response, await bodyOf(response));
  }
  return response;
}

/** What statements can name: relations and functions. */
export interface SqlSchema {
  relations: {
    name: string;
    description: string;
    columns: { name: string; type: string; description: string }[];
  }[];
  functions: {
    name: string;
    description: string;
    parameters: { name: string; type: string; default: string | null; description: string }[];
    columns: { name: string; type: string }[];
  }[];
}

export async function sqlSchema(): Promise<SqlSchema> {
  return (await request('/api/v1/sql/schema')) as SqlSchema;
}

function post(path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
  return request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Where and how the server runs. */
export interface Status {
  state: string;
  reasons: { code: string; message: string; runbook: string }[];
  /** How far a start is. */
  replay?: { phase: string; percent: number };
  version: string;
  tags: number;
  timeZone: string;
  serverTimeZone: string;
  time: string;
}

export async function status(): Promise<Status> {
  return (await request('/health/status')) as Status;
}

/** A tag as the search finds it. */
export interface TagHit {
  name: string;
  type: TagType;
  uom: string;
  description: string;
  step: boolean;
  range?: { low?: number; high?: number };
  states?: string[];
  attributes?: { equipmentId: string; equipmentName: string; attribute: string }[];
}

export async function findTags(
  words: string,
  limit: number,
  signal?: AbortSignal,
): Promise<{ total: number; tags: TagHit[] }> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (words.trim() !== '') {
    query.set('q', words.trim());
  }
  const init = signal === undefined ? {} : { signal };
  return (await request(`/api/v1/tags?${query}`, init)) as { total: number; tags: TagHit[] };
}

/** One sample of a compact answer: time, value, status code. */
type CompactSample = [ts: string, value: number | string | boolean | null, status: number];

interface CompactTag {
  tag: string;
  uom: string;
  step: boolean;
  type: TagType;
  states?: string[];
  values: CompactSample[];
  statusTexts: Record<string, string>;
}

/** A tag without an answer. */
export interface TagError {
  tag: string;
  code: string;
  message: string;
}

export interface TagSamples {
  info: TagInfo;
  samples: Samples;
  /** Names of the status codes that occur. */
  statusTexts: Record<string, string>;
}

export interface PlotAnswer {
  startTime: string;
  endTime: string;
  dataVersion: string;
  tags: TagSamples[];
  errors: TagError[];
}

/** Milliseconds of an ISO time, with the fraction that a double can hold. */
export function timeOf(ts: string): number {
  const fraction = /\.(\d+)/.exec(ts)?.[1] ?? '';
  const digits = fraction.padEnd(9, '0').slice(3, 9);
  return Date.parse(fraction === '' ? ts : ts.replace(/\.\d+/, `.${fraction.padEnd(3, '0').slice(0, 3)}`)) +
    (fraction.length > 3 ? Number(digits) / 1e6 : 0);
}

function numberOf(value: CompactSample[1]): number | null {
  switch (typeof value) {
    case 'number':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'string': // NaN, infinities, and whole numbers beyond 2^53
      return value === 'Infinity' ? Infinity : value === '-Infinity' ? -Infinity : Number(value);
    default:
      return null;
  }
}

function samplesOf(tag: { type: TagType; values: CompactSample[] }): Samples {
  const samples: Samples = { timeMs: [], ts: [], value: [], text: [], status: [] };
  const isText = tag.type === 'string';
  for (const [ts, value, code] of tag.values) {
    samples.timeMs.push(timeOf(ts));
    samples.ts.push(ts);
    samples.value.push(isText ? null : numberOf(value));
    samples.text.push(isText && typeof value === 'string' ? value : null);
    samples.status.push(code);
  }
  return samples;
}

function infoOf(tag: Omit<CompactTag, 'values' | 'statusTexts'>): TagInfo {
  return { tag: tag.tag, uom: tag.uom, step: tag.step, type: tag.type, states: tag.states ?? [] };
}

/** What a chart of that width shows of the tags. */
export async function plot(
  tags: string[],
  startTime: string,
  endTime: string,
  width: number,
  timeZone: string,
  signal?: AbortSignal,
): Promise<PlotAnswer> {
  const answer = (await post(
    '/api/v1/values/plot',
    { tag: tags, startTime, endTime, width, timeZone, layout: 'compact' },
    signal,
  )) as Omit<PlotAnswer, 'tags'> & { tags: CompactTag[] };
  return {
    ...answer,
    tags: answer.tags.map((tag) => ({
      info: infoOf(tag),
      samples: samplesOf(tag),
      statusTexts: tag.statusTexts,
    })),
  };
}

/** Figures of one tag over one interval, as the server gives them. */
export interface Summary {
  timeAverage: number | null;
  sampleAverage: number | null;
  minimum: number | null;
  maximum: number | null;
  stdDev: number | null;
  total: number | null;
  count: number;
  percentGood: number | null;
  basis: string;
}

export interface TagSummary {
  tag: string;
  totalUom: string;
  values: Summary[];
}

export async function summary(
  tags: string[],
  startTime: string,
  endTime: string,
  signal?: AbortSignal,
): Promise<TagSummary[]> {
  const answer = (await post('/api/v1/values/summary', { tag: tags, startTime, endTime }, signal)) as {
    tags: TagSummary[];
  };
  return answer.tags;
}

/** The newest sample of each tag. */
export interface Newest {
  tag: string;
  uom: string;
  type: TagType;
  ts: string;
  value: number | string | boolean | null;
  text: string | null;
  status: number;
  quality: string;
  statusText: string;
}

export async function current(tags: string[], timeZone: string, signal?: AbortSignal): Promise<Newest[]> {
  type Row = { ts: string; value: Newest['value']; text?: string; status: number; quality: string; statusText?: string };
  const answer = (await post('/api/v1/values/current', { tag: tags, timeZone }, signal)) as {
    tags: { tag: string; uom: string; type: TagType; values: Row[] }[];
  };
  return answer.tags.flatMap((tag) => {
    const row = tag.values[0];
    return row === undefined
      ? []
      : [{
          tag: tag.tag,
          uom: tag.uom,
          type: tag.type,
          ts: row.ts,
          value: row.value,
          text: row.text ?? null,
          status: row.status,
          quality: row.quality,
          statusText: row.statusText ?? row.quality,
        }];
  });
}

/** Why a tag has no value at an instant, in a sentence; null if it has one. */
export async function explainGap(tag: string, ms: number, signal: AbortSignal): Promise<string | null> {
  const at = new Date(ms).toISOString();
  const query = new URLSearchParams({ tag, at, timeZone: 'UTC' });
  const answer = (await request(`/api/v1/explain-gap?${query}`, { signal })) as { reason: string; text: string };
  return answer.reason === 'HAS_VALUE' ? null : answer.text;
}

export type Cell = string | number | boolean | null;
export type Row = Record<string, Cell>;

/** Rows of a statement, by column name. Parameters stand for its question marks. */
export async function sql(statement: string, params: unknown[], signal?: AbortSignal): Promise<Row[]> {
  const answer = (await post('/api/v1/sql', { sql: statement, params }, signal)) as {
    columns: { name: string }[];
    rows: Cell[][];
  };
  return answer.rows.map((row) =>
    Object.fromEntries(answer.columns.map((column, i) => [column.name, row[i] ?? null])),
  );
}

/** Samples of one tag as they are committed. */
export interface LiveSamples {
  tag: string;
  samples: Samples;
  statusTexts: Record<string, string>;
}

interface LiveRow {
  ts: string;
  value: CompactSample[1];
  status: number;
  quality: string;
  statusText?: string;
}

/**
 * Follows tags until closed. The browser reconnects by itself and resumes where it was; `onState`
 * hears whether the stream is up.
 */
export function follow(
  tags: { tag: string; type: TagType }[],
  onSamples: (samples: LiveSamples) => void,
  onState: (up: boolean) => void,
): { close(): void } {
  const query = new URLSearchParams();
  for (const { tag } of tags) {
    query.append('tag', tag);
  }
  const types = new Map(tags.map(({ tag, type }) => [tag, type]));
  const source = new EventSource(`/api/v1/live?${query}`);
  source.addEventListener('open', () => onState(true));
  source.addEventListener('error', () => onState(false));
  source.addEventListener('samples', (event) => {
    const { tag, values } = JSON.parse((event as MessageEvent<string>).data) as {
      tag: string;
      values: LiveRow[];
    };
    const statusTexts: Record<string, string> = {};
    for (const row of values) {
      statusTexts[String(row.status)] = row.statusText ?? row.quality;
    }
    const compact = values.map((row): CompactSample => [row.ts, row.value, row.status]);
    const samples = samplesOf({ type: types.get(tag) ?? 'float64', values: compact });
    onSamples({ tag, samples, statusTexts });
  });
  return { close: () => source.close() };
}

