import './style.css';
import { App } from './app';
import { onUnknown } from './api';
import { h } from './dom';
import { logIn } from './login';
import { isSql } from './state/sqllink';
import type { SqlPage } from './sql/page';

const trendRoot = document.getElementById('app');
if (trendRoot !== null) {
  onUnknown(logIn);
  pages(trendRoot);
}

/** Shows the page that the address names, each made when first shown; the editor of SQL is loaded only then. */
function pages(root: HTMLElement): void {
  const sqlRoot = h('div', { id: 'sql-page', class: 'page', hidden: true });
  root.after(sqlRoot);
  let trend: App | null = null;
  let sql: Promise<SqlPage> | null = null;
  const show = async (): Promise<void> => {
    const fragment = location.hash;
    const wantsSql = isSql(fragment);
    root.hidden = wantsSql;
    sqlRoot.hidden = !wantsSql;
    document.title = wantsSql ? 'SQL – Tidemark' : 'Tidemark';
    if (wantsSql) {
      trend?.pause();
      sql ??= import('./sql/page').then(({ SqlPage }) => new SqlPage(sqlRoot));
      await (await sql).show(fragment);
    } else if (trend === null) {
      trend = new App(root);
      await trend.start();
    } else {
      await trend.proceed();
    }
  };
  addEventListener('hashchange', () => void show());
  void show();
}
