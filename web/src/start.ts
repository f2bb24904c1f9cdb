/** What the page asks before its first picture. */
import * as api from './api';
import { isReal } from './model';
import { text } from './panels/lane';
import type { PageState, TraceState } from './state/permalink';

const TRACES = 4;

export const PLAIN_STATE: PageState = {
  start: '*-8h', end: '*', zone: 'plant', traces: [], unit: null, batch: null, live: true, lanes: false, cursors: [],
};

export function plainTrace(tag: string): TraceState {
  return { tag, scale: null, min: null, max: null, log: false, hidden: false, limits: [], color: null };
}

/**
 * What an address without anything shows: the unit with most batches and four of its attributes;
 * without any context, the first four analog tags.
 */
export async function firstState(): Promise<PageState> {
  const state: PageState = { ...PLAIN_STATE, traces: [], cursors: [] };
  const units = await api.sql(
    'SELECT unit_id, count(*) AS n FROM batches WHERE unit_id IS NOT NULL' +
    ' GROUP BY ALL ORDER BY n DESC, unit_id LIMIT 1', []);
  let tags: string[] = [];
  if (units[0] !== undefined) {
    state.unit = text(units[0], 'unit_id');
    const rows = await api.sql(
      `SELECT DISTINCT tag FROM attributes WHERE equipment_id = ? ORDER BY tag DESC LIMIT ${TRACES}`, [state.unit]);
    tags = rows.map((row) => text(row, 'tag'));
  }
  if (tags.length === 0) {
    const found = await api.findTags('', 200);
    tags = found.tags.filter((t) => isReal(t.type)).slice(0, TRACES).map((t) => t.name);
  }
  state.traces = tags.map(plainTrace);
  return state;
}

/** Units that batches or steps name, with the names of their equipment. */
export async function unitsOfBatches(): Promise<{ id: string; name: string }[]> {
  const rows = await api.sql(
    'SELECT u.unit_id, e.name FROM (SELECT DISTINCT unit_id FROM batch_steps WHERE unit_id IS NOT NULL' +
    ' UNION SELECT DISTINCT unit_id FROM batches WHERE unit_id IS NOT NULL) u' +
    ' LEFT JOIN equipment e ON e.equipment_id = u.unit_id ORDER BY 1 LIMIT 2000', []);
  return rows.map((row) => ({ id: text(row, 'unit_id'), name: text(row, 'name') }));
}
