/** Short lists of texts that the browser keeps for one person: pinned tags, statements. */

/** How many of a list are read. */
const COUNT_MAX = 50;

/** The list of a key; empty where there is none, or the browser stores nothing. */
export function stored(key: string): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(value) ? value.filter((t): t is string => typeof t === 'string').slice(0, COUNT_MAX) : [];
  } catch {
    return [];
  }
}

export function store(key: string, texts: string[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(texts));
  } catch {
    // a browser that stores nothing still shows the page
  }
}

/** How many characters a list keeps: browsers have room for some millions in all. */
const CHARS_MAX = 500_000;

/** The list with a text first, without its twin and without what there is no room for. */
export function withFirst(text: string, texts: string[]): string[] {
  let chars = 0;
  return [text, ...texts.filter((t) => t !== text)].slice(0, COUNT_MAX).filter((t, i) => {
    chars += t.length;
    return i === 0 || chars <= CHARS_MAX;
  });
}
