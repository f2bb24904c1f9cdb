/** Answers of statements, read while they come and no further than the page shows. */
import { ServerError, sqlStream } from '../api';

/** How many rows and characters of an answer the page takes. */
export const ROWS_MAX = 10_000;
const CHARS_MAX = 64 * 1024 * 1024;

/** What a cell of an answer can be; lists and structs come as JSON has them. */
export type Cell = string | number | boolean | null | Cell[] | { [name: string]: Cell };

export interface Column {
  name: string;
  /** As SQL names it, for example `DOUBLE`. */
  type: string;
  /** Unit of measure; empty where it has none, or none is certain. */
  uom: string;
}

export interface Answer {
  columns: Column[];
  rows: Cell[][];
  timeZone: string;
  /** Whether there are more rows than these. */
  cut: boolean;
  /** By the server's clock where the answer is whole, else by the browser's. */
  elapsedMs: number;
  /** Of the snapshot that was read; null where the answer was cut before it came. */
  dataVersion: string | null;
}

interface Tail {
  elapsedMs: number;
  dataVersion: string;
}

const ROWS_KEY = '"rows":[';

/**
 * Takes the text of an answer piece by piece and makes rows of it as they are whole. The server
 * writes columns first, then rows, then what it knows at the end.
 */
export class AnswerReader {
  columns: Column[] = [];
  timeZone = 'UTC';
  readonly rows: Cell[][] = [];
  /** What stood behind the rows; null before. */
  tail: Tail | null = null;
  /** Whether a row came beyond those that are taken. */
  cut = false;
  private phase: 'head' | 'rows' | 'tail' = 'head';
  private text = '';
  /** Where in the text the scan goes on, and where the row began that it is in. */
  private at = 0;
  private rowAt = -1;
  private depth = 0;
  private inString = false;
  private taken = 0;

  constructor(
    private readonly rowsMax: number,
    private readonly charsMax = CHARS_MAX,
  ) {}

  /** @throws SyntaxError if it is no such answer */
  push(piece: string): void {
    if (this.cut) {
      return;
    }
    this.text += piece;
    if (this.phase === 'head') {
      this.head();
    }
    if (this.phase === 'rows') {
      this.scan();
    }
  }

  /** At the end of the text: whether the answer is whole. */
  end(): boolean {
    if (this.phase !== 'tail') {
      return false;
    }
    this.tail = JSON.parse(`{${this.text.replace(/^\s*,/, '')}`) as Tail;
    return true;
  }

  private head(): void {
    // inside a text of JSON both quotes of this would have a backslash in front
    const at = this.text.indexOf(ROWS_KEY);
    if (at < 0) {
      return;
    }
    const head = JSON.parse(`${this.text.slice(0, at)}"rows":[]}`) as { columns: Column[]; timeZone: string };
    this.columns = head.columns;
    this.timeZone = head.timeZone;
    this.text = this.text.slice(at + ROWS_KEY.length);
    this.phase = 'rows';
  }

  private scan(): void {
    const { text } = this;
    for (; this.at < text.length; this.at++) {
      const c = text.charCodeAt(this.at);
      if (this.inString) {
        if (c === BACKSLASH) {
          this.at++; // may be the last: then the scan goes on behind the next piece's first
        } else if (c === QUOTE) {
          this.inString = false;
        }
      } else if (c === QUOTE) {
        this.inString = true;
      } else if (c === OPEN || c === OPEN_BRACE) {
        if (this.depth++ === 0) {
          if (this.rows.length >= this.rowsMax || this.taken > this.charsMax) {
            this.cut = true;
            this.text = '';
            return;
          }
          this.rowAt = this.at;
        }
      } else if (c === CLOSE || c === CLOSE_BRACE) {
        if (this.depth-- === 0) {
          this.text = text.slice(this.at + 1);
          this.phase = 'tail';
          return;
        }
        if (this.depth === 0) {
          this.rows.push(JSON.parse(text.slice(this.rowAt, this.at + 1)) as Cell[]);
          this.taken += this.at + 1 - this.rowAt;
          this.rowAt = -1;
        }
      }
    }
    const keep = this.rowAt < 0 ? Math.min(this.at, text.length) : this.rowAt;
    this.text = text.slice(keep);
    this.at -= keep;
    this.rowAt = this.rowAt < 0 ? -1 : 0;
    if (this.text.length > this.charsMax) {
      this.cut = true; // a single row of that size
      this.text = '';
    }
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Runs a statement and takes its first rows; breaks off what comes beyond, and the server stops.
 *
 * @param progress is told how many rows are there, now and then
 * @throws ServerError what the server said; an AbortError if the signal came
 */
export async function runStatement(
  sql: string,
  timeZone: string,
  signal: AbortSignal,
  progress: (rows: number) => void,
): Promise<Answer> {
  const began = performance.now();
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  signal.addEventListener('abort', abort);
  const reader = new AnswerReader(ROWS_MAX);
  try {
    const response = await sqlStream(sql, timeZone, 'json', stop.signal);
    const body = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await body.read();
      if (done) {
        break;
      }
      reader.push(value);
      progress(reader.rows.length);
      if (reader.cut) {
        stop.abort();
        break;
      }
    }
  } catch (e) {
    throw explain(e, signal, reader.rows.length);
  } finally {
    signal.removeEventListener('abort', abort);
  }
  if (!reader.cut && !reader.end()) {
    throw brokenOff(reader.rows.length);
  }
  return {
    columns: reader.columns,
    rows: reader.rows,
    timeZone: reader.timeZone,
    cut: reader.cut,
    elapsedMs: reader.tail?.elapsedMs ?? performance.now() - began,
    dataVersion: reader.tail?.dataVersion ?? null,
  };
}

/** The whole answer as a file. @throws ServerError as above */
export async function fileOf(sql: string, timeZone: string, format: 'csv' | 'arrow', signal: AbortSignal): Promise<Blob> {
  try {
    return await (await sqlStream(sql, timeZone, format, signal)).blob();
  } catch (e) {
    throw explain(e, signal, 0);
  }
}

function explain(e: unknown, signal: AbortSignal, rows: number): unknown {
  return signal.aborted || e instanceof ServerError ? e : brokenOff(rows);
}

function brokenOff(rows: number): ServerError {
  return new ServerError(
    'BROKEN_OFF', `the server broke its answer off: rows=${rows}`,
    'it may have failed, run into its time limit or been stopped; run the statement again');
}
