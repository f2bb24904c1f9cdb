/** The keys of the page, in a dialog. */
import { fill, h } from '../dom';

const KEYS: [string, string][] = [
  ['/', 'find a tag; arrows choose, Enter adds'], ['Backspace', 'back in the zoom history'],
  ['+  −', 'zoom in, zoom out'], ['← →', 'pan; with a cursor, move it from sample to sample (Shift pans)'],
  ['C', 'set a cursor, then a second one'], ['Esc', 'close the batch, remove the cursors'],
  ['L', 'live on and off'], ['G', 'a lane for each trace'], ['B', 'to the batches'], ['T', 'to the table of traces'],
  ['Delete', 'remove the trace of the row'], ['?', 'this help'],
];

export function helpDialog(): HTMLDialogElement {
  const dialog = h('dialog', { class: 'help' });
  fill(dialog, h('h2', {}, 'Keyboard'),
    h('dl', {}, ...KEYS.flatMap(([key, what]) => [h('dt', {}, key), h('dd', {}, what)])),
    h('p', { class: 'muted' },
      'Mouse: drag zooms, shift-drag pans, the wheel zooms, a click sets a cursor. Drag a tag into the chart to add it,' +
      ' a row of the table onto another to share its scale.'),
    h('form', { method: 'dialog' }, h('button', {}, 'Close')));
  return dialog;
}
