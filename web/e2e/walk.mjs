// The process engineer's first quarter of an hour, in a real browser against a running demo plant.
// Usage: node walk.mjs ADDRESS FOLDER      (FOLDER takes screenshots and figures.json)
// Where a step needs the server stopped it prints "stop" and waits for a line on standard input,
// then "start" and waits again.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { findBrowser, get, launch, look, open, painted, plotBox, send, settled, shot, sql, until, visit } from './browser.mjs';
import { walkSql } from './sql.mjs';

const [address, folder] = process.argv.slice(2);
if (!address || !folder) {
  console.error('usage: node walk.mjs ADDRESS FOLDER');
  process.exit(2);
}
if (findBrowser() === null) {
  console.log('SKIPPED: no Chromium');
  process.exit(0);
}
const figures = {};
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const browser = await launch();
const page = await open(browser, address);

async function step(name, walk) {
  const began = Date.now();
  try {
    await walk();
  } catch (e) {
    await shot(page, folder, 'failed').catch(() => {});
    console.error(`FAILED: ${name}\n${e.stack ?? e}\nat ${page.url()}\n${page.wrong.join('\n')}`);
    process.exit(1);
  }
  assert.deepEqual(page.wrong, [], name);
  console.log(`ok: ${name} (${Date.now() - began} ms)`);
}

function link(options) {
  const query = new URLSearchParams({ zone: 'plant', live: '0', lanes: '0', ...options.query });
  return `${address}/?${query}${options.traces.map((t) => `&t=${encodeURIComponent(t).replaceAll('%3B', ';').replaceAll('%3D', '=')}`).join('')}`;
}

const rowOf = (tag) => page.locator(`.legend tr[data-tag="${tag}"]`);
const figure = (tag, name) => rowOf(tag).locator(`[data-figure="${name}"]`).textContent();

await step('1 opens filled: four traces that move, the batch lane with phases, freshness', async () => {
  await visit(page, address);
  await until('four traces', async () => (await page.locator('.legend tbody tr').count()) === 4);
  const lane = await until('phases', async () => {
    const texts = await page.locator('.lane .box.step').allTextContents();
    return texts.length > 0 && texts;
  });
  assert.ok(lane.some((t) => ['Charge', 'Heat', 'React', 'Cool', 'Discharge'].includes(t)), String(lane));
  assert.ok((await page.locator('.lane .box.batch').count()) >= 1);
  await until('freshness', async () => /^\d+\.\d s ago$/.test(await page.locator('.fresh').textContent()));
  const before = await page.locator('.legend .value').first().getAttribute('title');
  await until('a new sample', async () => (await page.locator('.legend .value').first().getAttribute('title')) !== before);
  await shot(page, folder, 'overview');
});

await step('2 finds by description, unit and equipment while typing; Enter adds', async () => {
  await page.keyboard.press('/');
  await page.keyboard.type('jacket temp reactor', { delay: 10 });
  await until('hits', async () => (await page.locator('.hit').count()) >= 2);
  figures.searchMs = await page.evaluate(() => {
    const searches = performance.getEntriesByType('resource').filter((r) => r.name.includes('/api/v1/tags?'));
    return searches.at(-1).duration;
  });
  // Hits of what was typed so far come and go before those of all words.
  await until('the hit', async () => /R1\.TI102\.PV.*jacket temperature.*degC/s.test(await page.locator('.hit').first().textContent()));
  await until('values', async () => /ago$/.test(await page.locator('.hit-value').first().textContent()));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await until('the trace', async () => (await rowOf('R2.TI202.PV').count()) === 1);
  await page.keyboard.press('Escape');
});

await step('3 own scales, a stepped set point, a valve as a bar with texts', async () => {
  await visit(page, link({ query: { start: '*-8h', end: '*', live: '1' }, traces: ['R1.TIC101.PV', 'R1.TIC101.SP', 'R1.TIC101.OP', 'R1.XV106.ST'] }));
  const ends = await page.locator('.scale .end').evaluateAll((fields) => fields.map((f) => f.placeholder));
  assert.equal(ends.length, 6, 'three numeric traces have scales');
  // the set point alone: horizontal runs and vertical edges, nothing in between
  await visit(page, link({ query: { start: '*-8h', end: '*-1m' }, traces: ['R1.TIC101.SP'] }));
  const { rows } = await look(page, '.chart canvas', await plotBox(page), '#0b62c4', 20);
  const of = (from, to) => rows.filter((n) => n > from && n <= to).length;
  assert.ok(of(30, Infinity) >= 2, `horizontal runs: ${of(30, Infinity)}`);
  assert.ok(of(0, 8) > 20, `rows of vertical edges: ${of(0, 8)}`);
  assert.ok(of(8, 30) <= 4, `rows of slopes: ${of(8, 30)}`);
  await visit(page, link({ query: { start: '*-8h', end: '*-1m' }, traces: ['R1.XV106.ST', 'R1.PHASE'] }));
  await page.mouse.move(700, (await page.locator('.states').boundingBox()).y + 10);
  await until('the state in words', async () => /R1\.XV106\.ST: (Open|Closed|Opening)/.test(await page.locator('.tip').textContent()));
  const bar = await page.locator('.states').boundingBox();
  const bars = await look(page, '.states canvas', { x: bar.x + 100, y: bar.y + 4, width: bar.width - 140, height: 14 });
  assert.ok(bars.colors > 4, 'bars of several colours');
});

await step('3b a lane for each, markers where samples are few, limits, a shared scale', async () => {
  await visit(page, link({ query: { start: '*-8h', end: '*', live: '1', lanes: '1', unit: 'R1' }, traces: ['R1.TIC101.PV;limit=85', 'R1.TI102.PV', 'R1.TIC101.SP', 'R1.XV106.ST', 'R1.PHASE'] }));
  await until('phases', async () => (await page.locator('.lane .box.step').count()) > 0);
  await until('figures', async () => (await figure('R1.TIC101.PV', 'timeAverage')).length > 3);
  await shot(page, folder, 'lanes');
  const free = await page.locator('.scale .end').evaluateAll((fields) => fields.map((f) => f.placeholder));
  await page.locator('[data-key="share:R1.TI102.PV"]').click();
  await until('one scale for both', () => (page.url().match(/scale=A/g) ?? []).length === 2);
  const shared = await page.locator('.scale .end').evaluateAll((fields) => fields.map((f) => f.placeholder));
  assert.equal(shared[0], shared[2]);
  assert.notDeepEqual(shared, free);
  await rowOf('R1.TIC101.SP').dragTo(rowOf('R1.TIC101.PV'));
  await until('a third by dragging', () => (page.url().match(/scale=A/g) ?? []).length === 3);
  await page.locator('[data-key="min:R1.TIC101.PV"]').fill('50');
  await page.locator('[data-key="max:R1.TIC101.PV"]').fill('60');
  await page.keyboard.press('Tab');
  await until('a range of one\'s own', () => page.url().includes('min=50') && page.url().includes('max=60'));
  await visit(page, link({ query: { start: '*-3m', end: '*-1m' }, traces: ['R1.TIC101.PV'] }));
  const few = await look(page, '.chart canvas', await plotBox(page));
  await visit(page, link({ query: { start: '*-8h', end: '*-1m' }, traces: ['R1.TIC101.PV;log'] }));
  assert.equal(await page.locator('[data-key="log:R1.TIC101.PV"]').getAttribute('aria-pressed'), 'true');
  assert.ok(few.solid > 24 * 10, `markers: ${few.solid} pixels`);
});

await step('4 time as typed: the address reproduces the picture, a bad unit is named', async () => {
  await visit(page, link({ query: { start: '*-8h', end: '*' }, traces: ['R1.TIC101.PV', 'R1.TI102.PV'] }));
  await page.locator('.time.start').fill('y');
  await page.locator('.time.end').fill('t');
  await page.keyboard.press('Enter');
  await settled(page);
  assert.match(page.url(), /start=y&end=t/);
  const picture = () => page.evaluate(() => document.querySelector('.chart canvas').toDataURL());
  await page.mouse.move(5, 5);
  await settled(page);
  const before = await picture();
  await page.reload();
  await painted(page);
  await until('the same picture', async () => (await picture()) === before);
  await page.locator('.time.start').fill('*-8x');
  await until('a hint', async () => /units?.*(s|m|h)/i.test(await page.locator('#time-hint').textContent()));
  assert.match(await page.locator('#time-hint').textContent(), /\bs\b.*\bm\b.*\bh\b.*\bd\b/);
  await page.locator('.time.start').fill('*-1d');
  await page.locator('.time.end').fill('*-1d');
  await until('an empty range is named', async () => /after|empty|end/i.test(await page.locator('#time-hint').textContent()));
});

await step('5 zooms and back ten times, pans, two cursors equal REST digit for digit', async () => {
  const start = link({ query: { start: '*-8h', end: '*-1m' }, traces: ['R1.TIC101.PV', 'R1.TI102.PV', 'R1.SIC105.PV', 'R1.FT108.PV'] });
  await visit(page, start);
  const box = await plotBox(page);
  const y = box.y + box.height / 2;
  const where = () => new URL(page.url()).searchParams.get('start') + new URL(page.url()).searchParams.get('end');
  const links = [where()];
  for (let i = 0; i < 10; i++) {
    await page.mouse.move(box.x + box.width * 0.1, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, y, { steps: 3 });
    await page.mouse.move(box.x + box.width * 0.9, y, { steps: 3 });
    await page.mouse.up();
    await until('a zoom', () => where() !== links.at(-1));
    links.push(where());
  }
  await shot(page, folder, 'zoomed');
  await settled(page);
  for (let i = 9; i >= 0; i--) {
    await page.keyboard.press('Backspace');
    await until(`step ${i} back`, () => where() === links[i]);
  }
  await settled(page);
  // redraws while panning
  const frames = await page.evaluate(() => {
    window.frameTimes = [];
    const tick = (t) => {
      window.frameTimes.push(t);
      if (window.frameTimes.length < 5000) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    return performance.now();
  });
  await page.keyboard.down('Shift');
  await page.mouse.move(box.x + box.width * 0.3, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, y, { steps: 120 }); // into the past, where nothing comes any more
  const times = await page.evaluate(() => window.frameTimes.slice());
  await page.mouse.up();
  await page.keyboard.up('Shift');
  const gaps = times.filter((t) => t > frames).map((t, i, all) => (i === 0 ? 0 : t - all[i - 1])).slice(1).sort((a, b) => a - b);
  figures.panFramesPerSecond = Math.round(1000 / gaps[Math.floor(gaps.length / 2)]);
  figures.panFrameP95Ms = gaps[Math.floor(gaps.length * 0.95)];
  await until('a pan', () => where() !== links[0]);
  await settled(page);
  await page.mouse.click(box.x + box.width * 0.3, y);
  await page.mouse.click(box.x + box.width * 0.6, y);
  const between = await until('the average between', async () => {
    const text = await figure('R1.TIC101.PV', 'between');
    return text !== '–' && text;
  });
  const cursors = new URL(page.url()).searchParams.get('cursors').split(',').sort();
  const summary = await get(address, `/api/v1/values/summary?tag=R1.TIC101.PV&startTime=${cursors[0]}&endTime=${cursors[1]}`);
  assert.equal(between, String(summary.tags[0].values[0].timeAverage), 'digit for digit');
  assert.match(await rowOf('R1.TIC101.PV').locator('.cursor').first().textContent(), /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Good/);
  const view = new URL(page.url()).searchParams;
  const whole = await get(address, `/api/v1/values/summary?tag=R1.TIC101.PV&startTime=${view.get('start')}&endTime=${view.get('end')}`);
  for (const name of ['timeAverage', 'minimum', 'maximum', 'stdDev', 'total', 'count']) {
    const expected = String(whole.tags[0].values[0][name]);
    await until(`${name} of the range as REST has it: ${expected}`, async () => (await figure('R1.TIC101.PV', name)) === expected);
  }
  await page.keyboard.press('Escape');
  await until('no cursors', () => !page.url().includes('cursors='));
});

await step('the history is filled behind the page', async () => {
  for (const at of ['*-30d', '*-15d', '*-3d', '*-26h']) {
    await until(`samples at ${at}`, async () => {
      const answer = await get(address, `/api/v1/values/recorded?tag=R1.TI102.PV&startTime=${encodeURIComponent(at)}&endTime=%2B1h&limit=1`);
      return answer.tags[0]?.values.length === 1;
    }, 240_000);
  }
});

await step('6 a batch: zooms to it, its properties, phases against the median', async () => {
  const [[startTime]] = await sql(address, "SELECT start_time FROM batches WHERE batch_id = 'B-0041'");
  const at = Date.parse(startTime);
  const around = { start: new Date(at - 6 * 3.6e6).toISOString(), end: new Date(at + 14 * 3.6e6).toISOString(), unit: 'R1' };
  await visit(page, link({ query: around, traces: ['R1.TIC101.PV', 'R1.TI102.PV'] }));
  await page.locator('.lane .box.batch', { hasText: 'B-0041' }).click();
  await until('its start', () => Math.abs(Date.parse(new URL(page.url()).searchParams.get('start')) - at) < 2);
  const panel = await until('its phases', async () => {
    const text = await page.locator('.batch-panel').textContent();
    return /React/.test(text) && /HighTemperature/.test(text) && text;
  });
  assert.match(panel, /P-100/);
  assert.match(panel, /PO-1007/);
  assert.match(panel, /R1/);
  assert.match(panel, /[+−]\d+ %/);
  await shot(page, folder, 'batch');
  await page.keyboard.press('Escape');
  await until('closed', () => page.locator('.batch-panel').isHidden());
});

await step('8 the gap of D1 and the blind jacket sensor: hatched with a reason, no line across', async () => {
  const [[from, to]] = await sql(address, "SELECT start_time, end_time FROM events WHERE type = 'CommunicationLoss' AND unit_id = 'D1' ORDER BY start_time DESC LIMIT 1");
  const [a, b] = [Date.parse(from), Date.parse(to)];
  const view = { start: new Date(a - 3 * 3.6e6).toISOString(), end: new Date(b + 3 * 3.6e6).toISOString(), unit: 'D1' };
  await visit(page, link({ query: view, traces: ['D1.TIC301.PV'] }));
  const box = await plotBox(page);
  const x = (ms) => box.x + ((ms - (a - 3 * 3.6e6)) / (b - a + 6 * 3.6e6)) * box.width;
  const gap = await look(page, '.chart canvas', { x: x(a) + 6, y: box.y + 4, width: x(b) - x(a) - 12, height: box.height - 8 }, '#0b62c4', 2);
  assert.equal(gap.solid, 0, 'no solid line across the gap');
  assert.ok(gap.tinted > gap.total * 0.08, `hatched pixels ${gap.tinted} of ${gap.total}`);
  const before = await look(page, '.chart canvas', { x: x(a) - 80, y: box.y + 4, width: 70, height: box.height - 8 });
  assert.ok(before.solid > 20, 'a line before it');
  await page.mouse.move((x(a) + x(b)) / 2, box.y + 60);
  await until('the reason', async () => /Bad_NoCommunication 02:00–04:00/.test(await page.locator('.tip').textContent()));
  await until('why there is no value', async () => /D1\.TIC301\.PV: The source could not be reached/.test(await page.locator('.tip').textContent()));
  await shot(page, folder, 'gap');
  // the day of the outage: 22 of 24 hours are good
  const zone = (await get(address, '/health/status')).timeZone;
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(a);
  await page.locator('.time.start').fill(day);
  await page.locator('.time.end').fill(`${day}+1d`);
  await page.keyboard.press('Enter');
  await until('91.7 % good', async () => {
    const good = Number.parseFloat(await figure('D1.TIC301.PV', 'percentGood'));
    return Math.abs(good - 91.67) < 0.05;
  });
  const [[start]] = await sql(address, "SELECT start_time FROM batches WHERE batch_id = 'B-0039'");
  const t = Date.parse(start);
  await visit(page, link({ query: { start: new Date(t).toISOString(), end: new Date(t + 8 * 3.6e6).toISOString(), unit: 'R1' }, traces: ['R1.TI102.PV'] }));
  // two boxes: what is hatched from top to bottom, where the line is not
  const plot = await plotBox(page);
  const top = await look(page, '.chart canvas', { ...plot, height: 8 });
  const minutes = (top.tintedColumns / top.width) * 480;
  assert.ok(minutes > 15 && minutes < 40, `hatched minutes ${minutes}`);
});

await step('9 takes it away: CSV of what is seen, curl, SQL, Python, link, PNG', async () => {
  const query = '/api/v1/values/interpolated?tag=R1.TIC101.PV&tag=R1.TI102.PV&startTime=*-1d&interval=10m&layout=wide&format=csv';
  const csv = await (await fetch(address + query)).text();
  const lines = csv.trim().split('\r\n');
  assert.equal(lines.length, 145, 'a header and 144 rows');
  assert.match(lines[0], /R1\.TIC101\.PV \[degC\]/);
  await visit(page, link({ query: { start: '*-1d', end: '*-1m' }, traces: ['R1.TIC101.PV', 'R1.PHASE'] }));
  const download = page.waitForEvent('download');
  await page.locator('.menu summary').click();
  await page.getByRole('button', { name: 'CSV for Excel' }).click();
  const file = await (await download).path();
  assert.match(readFileSync(file, 'utf8'), /R1\.TIC101\.PV \[degC\]/);
  const clip = async (name) => {
    await page.locator('.menu summary').click();
    await page.getByRole('button', { name }).click();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const curl = await clip('Copy as curl');
  assert.match(curl, /^curl 'http/);
  assert.ok((await fetch(curl.slice(6, -1))).ok, 'the copied address answers');
  const statement = await clip('Copy as SQL');
  assert.ok((await sql(address, statement)).length > 10_000, 'the copied statement answers');
  assert.match(await clip('Copy as Python'), /pa\.ipc\.open_stream/);
  assert.equal(await clip('Copy link'), page.url());
  const png = page.waitForEvent('download');
  await page.locator('.menu summary').click();
  await page.getByRole('button', { name: 'PNG picture' }).click();
  const head = readFileSync(await (await png).path());
  assert.equal(head.subarray(1, 4).toString(), 'PNG');
  assert.ok(head.length > 10_000);
});

await step('10 own tags are found and own batches in the lane within two seconds', async () => {
  await page.goto(link({ query: { start: '*-2h', end: '*', live: '1', unit: 'R9' }, traces: ['R1.TIC101.PV'] }));
  await painted(page);
  const at = Date.now();
  const lines = Array.from({ length: 60 }, (_, i) => `p,tag=R9.TI1.PV value=${20 + i} ${at - (60 - i) * 60_000}`).join('\n');
  await send(address, 'POST', '/api/v1/write?precision=ms', 'text/plain', lines);
  await send(address, 'POST', '/api/v1/context', 'application/json', JSON.stringify({
    batches: [{ batchId: 'OWN-1', unitId: 'R9', startTime: new Date(at - 3.6e6).toISOString() }],
    steps: [{ stepId: 'OWN-1/Heat', batchId: 'OWN-1', unitId: 'R9', level: 'Phase', name: 'Heat', startTime: new Date(at - 3.6e6).toISOString() }],
  }));
  const wrote = Date.now();
  await page.keyboard.press('/');
  await page.keyboard.type('R9.TI1');
  await until('the own tag', async () => (await page.locator('.hit[data-tag="R9.TI1.PV"]').count()) === 1);
  await page.keyboard.press('Enter');
  await until('its trace', async () => (await rowOf('R9.TI1.PV').count()) === 1);
  await page.keyboard.press('Escape');
  await until('the unit', () => page.locator('.lane select').evaluate((s) => [...s.options].some((o) => o.value === 'R9')));
  await page.locator('.lane select').selectOption('R9');
  await page.locator('.lane select').blur();
  await until('the own batch', async () => (await page.locator('.lane .box.batch', { hasText: 'OWN-1' }).count()) === 1);
  figures.ownBatchMs = Date.now() - wrote;
});

await step('keyboard only: find, add, zoom, pan, cursors, lanes, batch, table', async () => {
  await visit(page, link({ query: { start: '*-8h', end: '*', live: '1', unit: 'R1' }, traces: ['R1.TIC101.PV'] }));
  const press = async (...keys) => {
    for (const key of keys) {
      await page.keyboard.press(key);
    }
  };
  await press('/');
  await page.keyboard.type('agitator R1');
  await until('a hit', async () => (await page.locator('.hit').count()) >= 1);
  await press('Enter');
  await until('added', async () => (await rowOf('R1.SIC105.PV').count()) === 1);
  await press('Escape', 'g');
  await until('lanes', () => page.url().includes('lanes=1'));
  let url = page.url();
  await press('+');
  await until('zoomed', () => page.url() !== url);
  url = page.url();
  await press('ArrowLeft');
  await until('panned', () => page.url() !== url);
  await settled(page);
  await press('c', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'c');
  await until('two cursors', () => (page.url().match(/cursors=[^,&]*,/) ?? []).length > 0);
  await press('ArrowRight');
  await press('Escape', 'Backspace', 'Backspace');
  await press('b');
  await until('a batch has the focus', () => page.evaluate(() => document.activeElement.classList.contains('box')));
  await press('Enter');
  await until('its panel', () => page.locator('.batch-panel').isVisible());
  await press('Escape', 't');
  await until('the table has the focus', () => page.evaluate(() => document.activeElement.closest('.legend') !== null));
  await press('Delete');
  await until('one trace less', async () => (await page.locator('.legend tbody tr').count()) === 1);
  await press('?');
  await until('help', () => page.locator('dialog.help').isVisible());
  await press('Escape');
});

await step('what is wrong in a link is said in place and nothing executes', async () => {
  const names = ['X/1#2%3.<b>', '🌊 tide', '<img src=x onerror=alert(1)>', "O'Neil \"quoted\"", 'a;b=c&d'];
  const lines = names.map((n) => JSON.stringify({ tag: n, ts: new Date(Date.now() - 60_000).toISOString(), value: 1.5 }));
  await send(address, 'POST', '/api/v1/write', 'application/json', `{"samples":[${lines.join(',')}]}`);
  const encoded = names.map((n) => encodeURIComponent(n).replaceAll("'", '%27'));
  await page.goto(`${address}/?start=*-1h&end=*&live=0${encoded.map((n) => `&t=${n}`).join('')}&t=NO.SUCH.TAG&min=7`);
  await painted(page);
  const shown = await page.locator('.legend .tag').allTextContents();
  for (const name of names) {
    assert.ok(shown.includes(name), `${name} in ${shown}`);
  }
  assert.match(await rowOf('NO.SUCH.TAG').textContent(), /no such tag/);
  assert.match(await page.locator('.notes').textContent(), /"min" is not known/);
  assert.equal(await page.locator('img').count(), 0);
  for (const name of names) {
    await page.keyboard.press('/');
    await page.keyboard.type(name.slice(0, 8));
    await until(name, async () => (await page.locator('.hit').count()) >= 1);
    await page.keyboard.press('Escape');
  }
  await page.goto(`${address}/?start=*-8x&end=*&t=R1.TIC101.PV`);
  await until('the bad start', async () => /Start: /.test(await page.locator('#time-hint').textContent()));
  await page.goto(`${address}/?start=*-1h&end=*${Array.from({ length: 200 }, (_, i) => `&t=T.${i}`).join('')}`);
  await until('only 40', async () => /only 40 traces/.test(await page.locator('.notes').textContent()));
  await until('40 rows', async () => (await page.locator('.legend tbody tr').count()) === 40);
  await page.goto(`${address}/?start=*-1h&end=*&t=`);
  await until('nothing to see', () => page.locator('.empty').isVisible());
});

await step('a month of four traces paints within a second', async () => {
  await visit(page, link({ query: { start: '*-30d', end: '*-1m', unit: 'R1' }, traces: ['R1.TIC101.PV', 'R1.TI102.PV', 'R1.SIC105.PV', 'R1.FT108.PV'] }));
  figures.firstPaintMonthMs = await page.evaluate(() => performance.getEntriesByName('tidemark:plot')[0].startTime);
});

await step('axe finds nothing serious, in light and dark', async () => {
  const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    await visit(page, link({ query: { start: '*-8h', end: '*', live: '1', unit: 'R1' }, traces: ['R1.TIC101.PV', 'R1.TI102.PV', 'R1.XV106.ST'] }));
    await until('batches', async () => (await page.locator('.lane .box').count()) > 0);
    await page.evaluate(axe);
    const result = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
    const serious = result.violations.map((v) => `${v.impact} ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 4).join(' | ')}`);
    assert.deepEqual(serious, [], scheme);
    await shot(page, folder, scheme);
  }
  await page.emulateMedia({ colorScheme: 'light' });
});

await walkSql(page, address, folder, step);

await step('the server goes and comes back: a banner, then everything again', async () => {
  await visit(page, link({ query: { start: '*-8h', end: '*', live: '1', unit: 'R1' }, traces: ['R1.TIC101.PV'] }));
  page.allowErrors = true;
  console.log('stop');
  await answers.next();
  await until('the banner', () => page.locator('.banner').isVisible());
  console.log('start');
  await answers.next();
  await until('no banner', () => page.locator('.banner').isHidden());
  const before = await page.locator('.legend .value').first().getAttribute('title');
  await until('it moves again', async () => (await page.locator('.legend .value').first().getAttribute('title')) !== before);
  page.allowErrors = false;
  page.wrong.length = 0;
});

writeFileSync(`${folder}/figures.json`, JSON.stringify(figures, null, 2));
console.log(`figures: ${JSON.stringify(figures)}`);
await browser.close();
process.exit(0);
