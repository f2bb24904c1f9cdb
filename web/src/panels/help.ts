/** The keys of a page, in a dialog. */
import { fill, h } from '../dom';

export type Keys = [key: string, what: string][];

export const TREND_KEYS: Keys = [
  ['/', 'find a tag; arrows choose, Enter adds'], ['Backspace', 'back in the zoom history'],
  ['+  −', 'zoom in, zoom out'], ['← →', 'pan; with a cursor, move it from sample to sample (Shift pans)'],
  ['C', 'set a cursor, then a second one'], ['Esc', 'close the batch, remove the cursors'],
  ['L', 'live on and off'], ['G', 'a lane for each trace'], ['B', 'to the batches'], ['T', 'to the table of traces'],
  ['Delete', 'remove the trace of the row'], ['S', 'to the SQL page'], ['?', 'this help'],
];

export const SQL_KEYS: Keys = [
  ['Ctrl+Enter', 'run the selection, else the statement at the cursor'], ['Esc', 'stop the statement'],
  ['Ctrl+Space', 'complete a name; in quotes, the name of a tag'],
  ['Tab', 'take the name that is offered; else out of the editor'],
  ['S', 'into the editor'], ['/', 'find a table, column or function'], ['G', 'to the grid'], ['V', 'to the chart'],
  ['← → ↑ ↓', 'from cell to cell; Shift selects'], ['Ctrl+C', 'copy the selected cells'], ['T', 'to the trend page'], ['?', 'this help'],
];

export function helpDialog(title: string, keys: Keys, mouse: string): HTMLDialogElement {
  const dialog = h('dialog', { class: 'help' });
  fill(dialog, h('h2', {}, title),
    h('dl', {}, ...keys.flatMap(([key, what]) => [h('dt', {}, key), h('dd', {}, what)])),
    h('p', { class: 'muted' }, mouse),
    h('form', { method: 'dialog' }, h('button', {}, 'Close')));
  return dialog;
}
