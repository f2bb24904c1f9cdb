/** The pages, in the header of each. */
import { h } from '../dom';

const PAGES = [
  { name: 'trend', label: 'Trend', href: '#', title: 'Traces, batches and phases' },
  { name: 'sql', label: 'SQL', href: '#sql', title: 'Statements over samples, tags and context (S)' },
] as const;

export function nav(current: (typeof PAGES)[number]['name']): HTMLElement {
  return h('nav', { class: 'pages', 'aria-label': 'Pages' }, ...PAGES.map(({ name, label, href, title }) =>
    h('a', { href, title, ...(name === current ? { 'aria-current': 'page' } : {}) }, label)));
}
