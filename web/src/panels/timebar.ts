/** Start and end as typed, with hints while typing; presets, zone, history, live. */
import { h } from '../dom';
import { describeDuration } from '../time/zone';
import { resolveRange } from '../time/expression';
import type { ZoneChoice } from '../state/permalink';

export interface TimebarOptions {
  now(): number;
  zone(): string;
  onRange(start: string, end: string): void;
  onZone(choice: ZoneChoice): void;
  onBack(): void;
  onForward(): void;
  onLive(live: boolean): void;
  onLanes(lanes: boolean): void;
}

const PRESETS: [label: string, start: string, end: string][] = [
  ['1 h', '*-1h', '*'], ['8 h', '*-8h', '*'], ['24 h', '*-1d', '*'],
  ['today', 't', '*'], ['yesterday', 'y', 't'], ['7 d', '*-7d', '*'], ['30 d', '*-30d', '*'],
];

export class Timebar {
  readonly element = h('div', { class: 'timebar', role: 'group', 'aria-label': 'Time range' });
  private readonly start = this.entry('Start', 'start');
  private readonly end = this.entry('End', 'end');
  private readonly hint = h('p', { class: 'hint', role: 'alert', id: 'time-hint' });
  private readonly zoneSelect = h('select', {
    'aria-label': 'Time zone',
    onchange: () => this.options.onZone(this.zoneSelect.value as ZoneChoice),
  });
  private readonly live = h('button', {
    type: 'button', class: 'toggle live', title: 'Follow new samples (L)',
    onclick: () => this.options.onLive(this.live.getAttribute('aria-pressed') !== 'true'),
  }, 'Live');
  private readonly lanes = h('button', {
    type: 'button', class: 'toggle', title: 'A lane for each trace (G)',
    onclick: () => this.options.onLanes(this.lanes.getAttribute('aria-pressed') !== 'true'),
  }, 'Lanes');
  private readonly back = h('button', {
    type: 'button', class: 'plain', title: 'Back (Backspace)', 'aria-label': 'Zoom history back', onclick: () => this.options.onBack(),
  }, '‹');
  private readonly forward = h('button', {
    type: 'button', class: 'plain', title: 'Forward', 'aria-label': 'Zoom history forward', onclick: () => this.options.onForward(),
  }, '›');
  readonly fresh = h('span', { class: 'fresh', 'aria-live': 'off' });

  constructor(private readonly options: TimebarOptions) {
    this.element.append(
      this.back, this.forward,
      h('label', {}, 'from ', this.start), h('label', {}, 'to ', this.end),
      h('span', { class: 'presets' }, ...PRESETS.map(([label, start, end]) =>
        h('button', { type: 'button', class: 'plain', title: `${start} to ${end}`, onclick: () => this.options.onRange(start, end) }, label))),
      this.zoneSelect, this.live, this.lanes, this.fresh, this.hint,
    );
  }

  private entry(name: string, field: 'start' | 'end'): HTMLInputElement {
    const input: HTMLInputElement = h('input', {
      type: 'text', class: `time ${field}`, spellcheck: false, autocomplete: 'off',
      'aria-label': `${name}: for example *-8h, y, t+6h or 2026-11-24 08:00`, 'aria-describedby': 'time-hint',
      title: '* now · t today · y yesterday · mon … sun · 2026-11-24 08:00 · with + or - and s m h d w mo y',
      oninput: () => this.check(false),
      onchange: () => this.check(true),
      onkeydown: (event: KeyboardEvent) => {
        event.stopPropagation();
        if (event.key === 'Enter') {
          this.check(true);
        } else if (event.key === 'Escape') {
          input.blur();
        }
      },
    });
    return input;
  }

  /** Says what is wrong with the entries, or what they mean; goes there if asked. */
  private check(go: boolean): void {
    const range = resolveRange(this.start.value, this.end.value, this.options.now(), this.options.zone());
    this.start.classList.remove('wrong');
    this.end.classList.remove('wrong');
    this.start.removeAttribute('aria-invalid');
    this.end.removeAttribute('aria-invalid');
    if (range.ok) {
      this.hint.textContent = '';
      this.hint.className = 'hint';
      this.element.dataset.length = describeDuration(range.endMs - range.startMs);
      if (go) {
        this.options.onRange(this.start.value.trim(), this.end.value.trim());
      }
      return;
    }
    const field = range.field === 'start' ? this.start : this.end;
    field.classList.add('wrong');
    field.setAttribute('aria-invalid', 'true');
    this.hint.className = 'hint error';
    this.hint.textContent = `${range.field === 'start' ? 'Start' : 'End'}: ${range.hint}`;
  }

  zones(choices: [ZoneChoice, string][], chosen: ZoneChoice): void {
    this.zoneSelect.replaceChildren(
      ...choices.map(([value, label]) => h('option', { value, selected: value === chosen }, label)));
  }

  show(start: string, end: string, live: boolean, lanes: boolean, canGoBack: boolean, canGoForward: boolean): void {
    if (document.activeElement !== this.start) {
      this.start.value = start;
    }
    if (document.activeElement !== this.end) {
      this.end.value = end;
    }
    this.live.setAttribute('aria-pressed', String(live));
    this.lanes.setAttribute('aria-pressed', String(lanes));
    this.back.disabled = !canGoBack;
    this.forward.disabled = !canGoForward;
    this.start.classList.remove('wrong');
    this.end.classList.remove('wrong');
    this.hint.textContent = '';
    this.hint.className = 'hint';
  }

  /** Shows an error of the range that was asked for elsewhere, as in a link. */
  problem(text: string): void {
    this.hint.className = 'hint error';
    this.hint.textContent = text;
  }
}
