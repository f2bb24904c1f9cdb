/** Logging in and out: the page asks who is there when the server must know. */
import * as api from './api';
import { fill, h } from './dom';

const LOGGED_IN = 'tidemark:login';
let asking: Promise<void> | null = null;

/** Asks for name and password until they fit; several requests that need it wait for the same answer. */
export function logIn(): Promise<void> {
  asking ??= ask().finally(() => {
    asking = null;
    document.dispatchEvent(new Event(LOGGED_IN));
  });
  return asking;
}

function ask(): Promise<void> {
  return new Promise((resolve) => {
    const name = h('input', { name: 'username', autocomplete: 'username', required: true, maxLength: 64 });
    const password = h('input', { name: 'password', type: 'password', autocomplete: 'current-password', required: true });
    const problem = h('p', { class: 'login-problem', role: 'alert' });
    const enter = h('button', { type: 'submit' }, 'Log in');
    const form = h('form', { method: 'dialog' },
      h('h2', {}, 'Log in to Tidemark'),
      h('label', {}, 'Name', name),
      h('label', {}, 'Password or token', password),
      problem, enter);
    const dialog = h('dialog', { class: 'login', 'aria-label': 'Log in' }, form);
    dialog.addEventListener('cancel', (event) => event.preventDefault());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      enter.disabled = true;
      fill(problem);
      api.openSession(name.value, password.value).then(
        () => {
          dialog.close();
          dialog.remove();
          resolve();
        },
        (e: unknown) => {
          enter.disabled = false;
          password.value = '';
          fill(problem, e instanceof api.ServerError && e.code === 'UNAUTHENTICATED'
            ? 'Name or password is wrong.'
            : (e as Error).message);
          password.focus();
        });
    });
    document.body.append(dialog);
    dialog.showModal();
    name.focus();
  });
}

/** Says who is logged in, with the way out; nothing for whoever is on the server's machine. */
export function who(): HTMLElement {
  const element = h('span', { class: 'who', hidden: true });
  const show = async (): Promise<void> => {
    const session = await api.session().catch(() => null);
    element.hidden = session === null || session.kind === 'local';
    if (session !== null && session.kind !== 'local') {
      fill(element, h('span', {}, session.name),
        h('button', { type: 'button', class: 'plain', onclick: () => void leave() }, 'Log out'));
    }
  };
  document.addEventListener(LOGGED_IN, () => void show());
  void show();
  return element;
}

async function leave(): Promise<void> {
  await api.closeSession();
  location.reload();
}
