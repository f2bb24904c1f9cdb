/** The words the page shares with the server: tags, samples, quality. */

export type TagType = 'float64' | 'float32' | 'int64' | 'int32' | 'bool' | 'digital' | 'string';

/** Whether values are measurements, which a line may join, instead of states and texts. */
export function isMeasurement(type: TagType): boolean {
  return isReal(type) || type === 'int64' || type === 'int32';
}

/** Whether values may have a fraction. */
export function isReal(type: TagType): boolean {
  return type === 'float64' || type === 'float32';
}

/**
 * What the server says about a tag. `step`: a value holds until the next one, instead of a straight
 * line between them. `states`: texts of a digital tag, by ordinal; empty for other types. The range
 * is in the tag's unit of measure.
 */
export interface TagInfo {
  tag: string;
  uom: string;
  step: boolean;
  type: TagType;
  description?: string;
  states: string[];
  rangeLow?: number;
  rangeHigh?: number;
}

/**
 * Samples of one tag in ascending time, as parallel arrays of one length. `timeMs`: milliseconds
 * since 1970 UTC as a double (the fraction is kept); `ts`: the server's exact text of that time;
 * `value`: null where there is none; `text`: for string tags; `status`: OPC UA StatusCode.
 */
export interface Samples {
  timeMs: number[];
  ts: string[];
  value: (number | null)[];
  text: (string | null)[];
  status: number[];
}

export type QualityClass = 'good' | 'uncertain' | 'bad';

/** The class in the top two bits of a 32-bit OPC UA StatusCode, signed or not: 00, 01, else Bad. */
export function qualityOf(status: number): QualityClass {
  const top = status >>> 30;
  return top === 0 ? 'good' : top === 1 ? 'uncertain' : 'bad';
}
