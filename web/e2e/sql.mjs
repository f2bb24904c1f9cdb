// The SQL page in a real browser against a running demo plant: what walk.mjs does at its end.
// Usage: node sql.mjs ADDRESS FOLDER      (alone; FOLDER takes screenshots)
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { findBrowser, launch, look, open, painted, shot, sql, until } from './browser.mjs';

/** Walks the page; `step` runs and names a part. */
export async function walkSql(page, address, folder, step) {
  const status = () => page.locator('.sql-status').textContent();
  const row = (i) => page.locator(`.sql-row[aria-rowindex="${i + 2}"] .sql-cell`);
  const state = () => new URLSearchParams(new URL(page.url()).hash.replace('#sql', ''));
  const editor = page.locator('.editor .cm-content');

  async function answered(what = /rows? ·/) {
    await until('an answer', async () => what.test(await status()) && (await page.locator('.page.busy').count()) === 0);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  /** Opens the page with a statement, which runs. */
  async function run(text, more = '') {
    await page.goto('about:blank');
    await page.goto(`${address}/#sql&q=${encodeURIComponent(text)}&run=0-${text.length}${more}`);
    await answered();
  }

  async function type(text) {
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text);
  }

  await step('SQL: from the trend and back by key; the trend does not load the editor', async () => {
    await page.goto(`${address}/?start=*-1h&end=*&live=1&t=R1.TIC101.PV`);
    await painted(page);
    const loaded = () => page.evaluate(() => performance.getEntriesByType('resource').filter((r) => /\/page-.*\.js/.test(r.name)).length);
    assert.equal(await loaded(), 0);
    await page.keyboard.press('s');
    await until('the editor', () => editor.isVisible());
    assert.equal(await loaded(), 1);
    assert.equal(await page.locator('#app').isVisible(), false);
    await page.locator('.sql-grid').focus();
    await page.keyboard.press('t');
    await until('the trend', () => page.locator('.chart canvas').isVisible());
    await until('its address', () => /\?start=\*-1h.*t=R1\.TIC101\.PV$/.test(page.url()));
    const before = await page.locator('.legend .value').first().getAttribute('title');
    await until('it moves again', async () => (await page.locator('.legend .value').first().getAttribute('title')) !== before);
    await page.getByRole('link', { name: 'SQL' }).click();
    await until('the editor again', () => editor.isVisible());
  });

  await step('SQL: an example fills the editor, runs, and the link reproduces it', async () => {
    await page.getByRole('button', { name: 'Batches compared' }).click();
    await page.keyboard.press('Control+Enter');
    await answered(/^6 rows · [\d.\u202f]+ ms · \S+-\S+/);
    const expected = await sql(address, state().get('q'));
    const shown = await row(0).allTextContents();
    assert.deepEqual(shown, expected[0].map(String));
    assert.match(await page.locator('.sql-heading').nth(3).textContent(), /^meanDOUBLE degC$/);
    await shot(page, folder, 'sql');
    const link = page.url();
    await page.goto('about:blank');
    await page.goto(link);
    await answered(/^6 rows/);
    assert.deepEqual(await row(0).allTextContents(), shown);
    assert.equal(page.url(), link);
  });

  await step('SQL: the statement at the cursor, the selection, and what ran before', async () => {
    await type('SELECT 1 AS one;\nSELECT 2 AS two, NULL AS nothing, \'\' AS empty;');
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Control+Enter');
    await until('one', async () => (await page.locator('.sql-name').allTextContents()).join() === 'one');
    await page.keyboard.press('Control+End');
    await page.keyboard.press('Control+Enter');
    await until('two', async () => (await page.locator('.sql-name').allTextContents()).join() === 'two,nothing,empty');
    assert.deepEqual(await row(0).allTextContents(), ['2', 'NULL', '']);
    assert.match(await row(0).nth(1).getAttribute('class'), /null/);
    assert.doesNotMatch(await row(0).nth(2).getAttribute('class'), /null/);
    await page.locator('.sql-side summary', { hasText: 'History' }).click();
    const past = await page.locator('.sql-past li').allTextContents();
    assert.match(past[0], /^SELECT 2 AS two/);
    assert.match(past[1], /^SELECT 1 AS one$/);
    await page.locator('.sql-past button').nth(1).click();
    assert.equal(await editor.textContent(), 'SELECT 1 AS one');
  });

  await step('SQL: an error is marked where it is and said below', async () => {
    await type('SELECT 1;\nSELECT b.batch_id,\n  b.strat_time FROM batches b');
    await page.refused(400, async () => {
      await page.keyboard.press('Control+Enter');
      await until('the error', async () => /^Line 3: .*strat_time/.test(await page.locator('.sql-problem').textContent()));
    });
    assert.equal(await page.locator('.cm-wrong').textContent(), 'b.strat_time');
    assert.equal(await page.locator('.sql-cell').count(), 0, 'no answer of another statement');
    await shot(page, folder, 'sql-error');
    await page.keyboard.press('End');
    await page.keyboard.type(' ');
    await until('unmarked', async () => (await page.locator('.cm-wrong').count()) === 0);
    await type('DELETE FROM samples');
    await page.refused(403, async () => {
      await page.keyboard.press('Control+Enter');
      await until('the hint', async () => (await page.locator('.sql-hint').count()) === 1);
    });
  });

  await step('SQL: ten thousand rows of many, only those in sight are elements; sorted, selected, copied', async () => {
    let stopped = '';
    const failed = (request) => (stopped += request.url());
    page.on('requestfailed', failed); // so does what the trend was listening to
    await run("SELECT tag, ts, value FROM samples WHERE tag LIKE 'R1.T%'");
    assert.match(await status(), /^first 10\u202f000 rows/);
    await until('the server is told to stop', () => stopped.includes('/api/v1/sql'));
    page.off('requestfailed', failed);
    await run('SELECT r AS n, 10000 - r AS m, CASE WHEN r % 2 = 0 THEN r END AS half FROM range(10000) t(r)');
    assert.match(await status(), /^10\u202f000 rows/);
    const cells = () => page.locator('.sql-cell').count();
    assert.ok((await cells()) < 300, `${await cells()} cells`);
    await page.locator('.sql-grid').evaluate((grid) => grid.scrollTo(0, grid.scrollHeight));
    await until('the last row', async () => (await row(9999).first().textContent()) === '9999');
    assert.ok((await cells()) < 300, `${await cells()} cells`);
    await page.locator('.sql-heading button').nth(2).click();
    await page.locator('.sql-heading button').nth(2).click();
    assert.equal(await page.locator('.sql-heading').nth(2).getAttribute('aria-sort'), 'descending');
    await page.locator('.sql-grid').evaluate((grid) => grid.scrollTo(0, 0));
    await until('sorted', async () => (await row(0).allTextContents()).join() === '9998,2,9998');
    await page.locator('.sql-grid').evaluate((grid) => grid.scrollTo(0, grid.scrollHeight));
    await until('NULL last', async () => (await row(9999).nth(2).textContent()) === 'NULL');
    await page.locator('.sql-grid').focus();
    for (const key of ['Control+Home', 'ArrowRight', 'Shift+ArrowDown', 'Shift+ArrowRight', 'Control+c']) {
      await page.keyboard.press(key);
    }
    await until('copied', async () => (await page.evaluate(() => navigator.clipboard.readText())) === '2\t9998\n4\t9996');
    await row(2).nth(0).hover();
    await page.mouse.down();
    await row(3).nth(1).hover();
    await page.mouse.up();
    assert.equal(await page.locator('.sql-cell.selected').count(), 4);
  });

  await step('SQL: a statement is cancelled and the page goes on', async () => {
    const slow = 'SELECT count(*) FROM range(300000) a, range(300000) b WHERE sin(a.range * b.range) > 2';
    await type(slow);
    await page.keyboard.press('Control+Enter');
    await until('it runs', () => page.getByRole('button', { name: 'Cancel', exact: true }).isEnabled());
    await page.keyboard.press('Escape');
    await until('cancelled', async () => (await status()) === 'cancelled');
    assert.equal(await page.getByRole('button', { name: 'Cancel', exact: true }).isEnabled(), false);
    await type('SELECT 7 AS seven');
    await page.keyboard.press('Control+Enter');
    await answered(/^1 row ·/);
  });

  await step('SQL: EXPLAIN, CSV and Arrow', async () => {
    await run("SELECT tag, value FROM current WHERE tag = 'R1.TIC101.PV'");
    await page.getByRole('button', { name: 'Explain', exact: true }).click();
    await until('the scan', async () => (await page.locator('.sql-name').allTextContents()).includes('tag_names'));
    assert.ok((await row(0).allTextContents()).includes('R1.TIC101.PV'));
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await until('the row', async () => (await page.locator('.sql-name').allTextContents()).join() === 'tag,value');
    for (const [name, pattern] of [['CSV', /tag,value \[degC\]\r\nR1\.TIC101\.PV,/], ['Arrow', /R1\.TIC101\.PV/]]) {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name, exact: true }).click();
      assert.match(readFileSync(await (await download).path(), 'latin1'), pattern);
    }
    assert.match(await status(), /^1 row/);
  });

  await step('SQL: a chart over time, a line a tag; batches over each other; choices are in the link', async () => {
    await run("SELECT tag, ts, value FROM samples WHERE tag IN ('R1.TIC101.PV', 'R1.TI102.PV') AND ts >= now() - INTERVAL '2 hours'", '&view=chart');
    await until('a line a tag', async () => /R1\.TIC101\.PV \[degC\]/.test(await page.locator('.u-legend').textContent()));
    assert.equal(await page.locator('.u-legend .u-series').count(), 3);
    const blue = async () => (await look(page, '.sql-canvas canvas', await page.locator('.sql-canvas .u-over').boundingBox())).solid;
    await until('a line', async () => (await blue()) > 200);
    const overlay = "SELECT p.batch_id, date_diff('second', p.start_time, s.ts) AS offset_s, s.value, p.instance AS times\nFROM phases p\n" +
      "JOIN samples s ON s.tag = 'R1.TIC101.PV' AND s.ts >= p.start_time AND s.ts < p.end_time\n" +
      "WHERE p.order_id = 'PO-1007' AND p.unit_id = 'R1' AND p.phase = 'React'";
    await run(overlay, '&view=chart');
    assert.equal(await page.locator('[data-choice="x"]').inputValue(), 'offset_s');
    assert.equal(await page.locator('[data-choice="by"]').inputValue(), 'batch_id');
    assert.match(await page.locator('.u-legend').textContent(), /B-0041 \[degC\]/);
    const box = await page.locator('.sql-canvas .u-over').boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await until('values under the pointer', async () => /B-0041 \[degC\]:?\s*9\d\.\d/.test(await page.locator('.u-legend').textContent()));
    await shot(page, folder, 'sql-chart');
    await page.locator('[data-choice="y:times"]').check();
    await page.locator('[data-choice="by"]').selectOption('');
    await until('the link', () => state().getAll('y').join() === 'value,times' && state().get('by') === '');
    await page.goto('about:blank');
    await page.goBack();
    await answered();
    assert.equal(await page.locator('[data-choice="by"]').inputValue(), '');
    assert.ok(await page.locator('[data-choice="y:times"]').isChecked());
    assert.match(await page.locator('.sql-chart-note').textContent(), /rows are hidden by others/);
    await run('SELECT tag FROM tags', '&view=chart');
    assert.match(await page.locator('.sql-chart-note').textContent(), /Nothing to draw: a chart needs/);
  });

  await step('SQL: names beside the editor and while typing; without them the editor works', async () => {
    await run('SELECT 1');
    await page.locator('.sql-side .search').fill('average');
    const entries = await page.locator('.sql-entry').evaluateAll((all) => all.map((e) => e.dataset.name));
    assert.ok(entries.includes('summary') && entries.includes('phase_summary') && !entries.includes('samples'), entries.join());
    await type('');
    await page.locator('.sql-side').getByRole('button', { name: 'time_average' }).first().click();
    assert.equal(await editor.textContent(), 'time_average');
    await type('SELECT s.va FROM samples s');
    await page.keyboard.press('Control+Home');
    for (let i = 0; i < 11; i++) {
      await page.keyboard.press('ArrowRight');
    }
    await page.keyboard.press('Control+Space');
    const offered = () => page.locator('.cm-completionLabel').allTextContents();
    await until('columns of the alias', async () => (await offered())[0] === 'value');
    await page.waitForTimeout(150); // the editor takes no key for an answer to what has just come up
    await page.keyboard.press('Tab');
    assert.equal(await editor.textContent(), 'SELECT s.value FROM samples s');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Run');
    await type("SELECT * FROM samples WHERE tag = ''");
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('TIC101');
    await until('tags in quotes', async () => (await offered()).includes('R1.TIC101.PV'));
    await page.keyboard.press('Escape');
    await page.route('**/api/v1/sql/schema', (route) => route.fulfill({ status: 404, json: { code: 'NOT_FOUND', message: 'no such path' } }));
    await page.refused(404, async () => {
      await run('SELECT 3 AS three');
      await until('that there are none', async () => /does not list/.test(await page.locator('.sql-names').textContent()));
    });
    assert.deepEqual(await row(0).allTextContents(), ['3']);
    await page.unroute('**/api/v1/sql/schema');
  });

  await step('SQL: foreign text is text; what is wrong in a link is said', async () => {
    await run("SELECT '<img src=x onerror=alert(1)>' AS \"<b>x</b>\", '=1+1' AS f");
    assert.equal(await row(0).first().textContent(), '<img src=x onerror=alert(1)>');
    assert.equal(await page.locator('.sql-page img, .sql-grid img, .sql-grid b').count(), 0);
    await page.locator('.sql-grid').focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    await until('no formula', async () => (await page.evaluate(() => navigator.clipboard.readText())) === "<img src=x onerror=alert(1)>\t'=1+1");
    await page.goto('about:blank');
    await page.goto(`${address}/#sql&q=SELECT&view=pie&nonsense=1`);
    await until('the problems', async () => /view must be grid or chart.*"nonsense" is not known/.test(await page.locator('#sql-page .notes').textContent()));
  });

  await step('SQL: axe finds nothing serious, in light and dark, wide and narrow', async () => {
    const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
    const size = page.viewportSize();
    for (const [scheme, view, width] of [['light', 'grid', size.width], ['dark', 'chart', size.width], ['light', 'chart', 560], ['dark', 'grid', 560]]) {
      await page.setViewportSize({ width, height: size.height });
      await page.emulateMedia({ colorScheme: scheme });
      await run("SELECT tag, ts, value, text FROM samples WHERE tag LIKE 'R1.TIC101.%' AND ts >= now() - INTERVAL '1 hour'", `&view=${view}`);
      await page.evaluate(axe);
      const result = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
      const found = result.violations.map((v) => `${v.impact} ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 4).join(' | ')}`);
      assert.deepEqual(found, [], `${scheme} ${view} ${width}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing beside the window');
      await shot(page, folder, `sql-${scheme}-${view}-${width}`);
    }
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: 'light' });
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [address, folder] = process.argv.slice(2);
  if (!address || !folder || findBrowser() === null) {
    console.error('usage: node sql.mjs ADDRESS FOLDER; needs Chromium');
    process.exit(2);
  }
  const browser = await launch();
  const page = await open(browser, address);
  await walkSql(page, address, folder, async (name, walk) => {
    try {
      await walk();
    } catch (e) {
      await shot(page, folder, 'failed').catch(() => {});
      throw e;
    }
    assert.deepEqual(page.wrong, [], name);
    console.log(`ok: ${name}`);
  });
  await browser.close();
}
