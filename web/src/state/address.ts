/** Text in the address of the page: encoded so that a person can still read it, and bounded. */

/** How much of an address counts, and is written. */
export const ADDRESS_CHARS_MAX = 65_536;

/** Others stay readable: allowed in a query, without a meaning here, safe when pasted in a chat. */
const UNREADABLE = /[^A-Za-z0-9\-_.~*:,/@$]+/gu;

/** A name or text as it stands in an address. */
export function escape(text: string): string {
  return wellFormed(text).replace(UNREADABLE, (run) =>
    encodeURIComponent(run).replace(
      /[!'()]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  );
}

/** The text with U+FFFD for each half of a surrogate pair, which no address can hold. */
function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}

/** The text again; null if it is not percent-encoded rightly. */
export function unescape(raw: string): string | null {
  try {
    return wellFormed(decodeURIComponent(raw));
  } catch {
    return null;
  }
}

/** What stands before and behind the first separator; null behind where there is none. */
export function splitOnce(text: string, separator: string): [string, string | null] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

/** Foreign text in a message: bounded, on one line. */
export function quote(text: string): string {
  const clean = text.slice(0, 80).replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd');
  return `"${clean}${text.length > 80 ? '…' : ''}"`;
}
