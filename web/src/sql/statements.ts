/** Statements in the text of the editor: where each begins and ends, and what of it runs. */

/** A stretch of the text, `to` excluded, in UTF-16 units as JavaScript counts. */
export interface Stretch {
  from: number;
  to: number;
}

/**
 * The statements of a text, without the semicolons between them and the blanks and comments around
 * them. A semicolon in quotes, in a dollar-quoted text or in a comment parts nothing.
 */
export function statements(text: string): Stretch[] {
  const found: Stretch[] = [];
  let from = -1;
  let to = -1;
  const end = (): void => {
    if (from >= 0) {
      found.push({ from, to });
    }
    from = -1;
  };
  for (let i = 0; i < text.length; ) {
    const c = text[i]!;
    if (c === ';') {
      end();
      i++;
      continue;
    }
    const after = commentEnd(text, i);
    if (after > i) {
      i = after;
      continue;
    }
    if (/\s/.test(c)) {
      i++;
      continue;
    }
    if (from < 0) {
      from = i;
    }
    i = tokenEnd(text, i);
    to = i;
  }
  end();
  return found;
}

/** Where a comment that begins here ends; the same place if none begins. */
function commentEnd(text: string, at: number): number {
  if (text.startsWith('--', at)) {
    const line = text.indexOf('\n', at);
    return line < 0 ? text.length : line;
  }
  if (!text.startsWith('/*', at)) {
    return at;
  }
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? text.length : end + 2;
}

/** Where a quoted text that begins here ends, or the next character. */
function tokenEnd(text: string, at: number): number {
  const c = text[at]!;
  if (c === "'" || c === '"') {
    const escapes = c === "'" && /^e$/i.test(text[at - 1] ?? '') && !/\w/.test(text[at - 2] ?? '');
    for (let i = at + 1; i < text.length; i++) {
      if (escapes && text[i] === '\\') {
        i++;
      } else if (text[i] === c) {
        if (text[i + 1] !== c) {
          return i + 1;
        }
        i++;
      }
    }
    return text.length;
  }
  const dollar = c === '$' && !/\w/.test(text[at - 1] ?? '') ? /^\$(?:[A-Za-z_]\w*)?\$/.exec(text.slice(at, at + 130)) : null;
  if (dollar !== null) {
    const close = text.indexOf(dollar[0], at + dollar[0].length);
    return close < 0 ? text.length : close + dollar[0].length;
  }
  return at + 1;
}

/**
 * What runs: the selection if it holds anything, else the statement at the cursor; between two, the
 * one before on the same line, else the next, else the last. Null where there is no statement.
 */
export function toRun(text: string, anchor: number, head: number): Stretch | null {
  const [low, high] = anchor < head ? [anchor, head] : [head, anchor];
  const selected = statements(text.slice(low, high));
  if (selected.length > 0) {
    return { from: low + selected[0]!.from, to: low + selected.at(-1)!.to };
  }
  const all = statements(text);
  const at = all.find((s) => head >= s.from && head <= s.to);
  if (at !== undefined) {
    return at;
  }
  const before = all.findLast((s) => s.to <= head);
  const next = all.find((s) => s.from > head);
  const sameLine = before !== undefined && !text.slice(before.to, head).includes('\n');
  return (sameLine ? before : (next ?? before)) ?? null;
}

/** The statement that explains a statement, and how many characters were put in front of it. */
export function explained(statement: string): { sql: string; before: number } {
  const prefix = 'EXPLAIN ';
  return /^explain\b/i.test(statement) ? { sql: statement, before: 0 } : { sql: prefix + statement, before: prefix.length };
}

/**
 * The word, with what dots join to it, at a place of a statement as the server names it: line and column from 1, in code
 * points. Beyond the end it is the last character, so that there is something to mark; null without
 * a text.
 */
export function placeOf(statement: string, line: number, column: number): Stretch | null {
  const lines = statement.split('\n');
  const row = Math.min(Math.max(line, 1), lines.length) - 1;
  const start = lines.slice(0, row).reduce((sum, l) => sum + l.length + 1, 0);
  const before = Array.from(lines[row]!).slice(0, Math.max(column, 1) - 1).join('');
  const from = Math.min(start + before.length, statement.length - 1);
  if (from < 0) {
    return null;
  }
  const word = /^(?:(?:[\p{L}\p{N}_]+|"[^"\n]*")(?:\.[\p{L}\p{N}_]+|\."[^"\n]*")*|'[^'\n]*')/u.exec(statement.slice(from));
  return { from, to: from + (word?.[0].length ?? 1) };
}
