// What the browser tests share: a headless Chromium, a page whose errors count, pixels, figures.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const BROWSERS = [process.env.TIDEMARK_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of the browser, or null where there is none. */
export function findBrowser() {
  return BROWSERS.find((path) => path && existsSync(path)) ?? null;
}

export async function launch() {
  return chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox', '--enable-precise-memory-info'] });
}

/** A page that collects what must not happen: errors, dialogs, requests to elsewhere. */
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1500, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  const page = await context.newPage();
  const wrong = [];
  let refused = null;
  page.on('console', (message) => {
    if (refused && message.text().includes(`status of ${refused.status} `)) {
      refused.told = true;
    } else if (message.type() === 'error' && !page.allowErrors) {
      wrong.push(`console: ${message.text()} ${message.location().url}`);
    }
  });
  page.on('response', (response) => {
    if (response.status() >= 500 && !page.allowErrors) {
      const request = response.request();
      wrong.push(`answer: ${response.status()} to ${request.url()} begun ${new Date(request.timing().startTime).toISOString()}: ${request.postData()}`);
    }
  });
  page.on('pageerror', (error) => wrong.push(`page: ${error.message}`));
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !url.startsWith('blob:') && !url.startsWith('data:')) {
      wrong.push(`request to elsewhere: ${url}`);
    }
  });
  page.wrong = wrong;
  page.allowErrors = false;
  /** What `walk` does is refused with this status once; the console may tell of it after the page did. */
  page.refused = async (status, walk) => {
    refused = { status, told: false };
    await walk();
    await until(`the console tells of ${status}`, () => refused.told);
    refused = null;
  };
  return page;
}

/** Waits until a condition on the page or here holds; the limit only ends a hang, it judges no time. */
export async function until(what, condition, timeoutMs = 60_000) {
  const end = Date.now() + timeoutMs;
  let last;
  while (Date.now() < end) {
    try {
      last = await condition();
      if (last) {
        return last;
      }
    } catch (e) {
      last = e;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${what}: not within ${timeoutMs} ms; last: ${last}`);
}

/** Opens an address and waits for its first plot. */
export async function visit(page, url) {
  await page.goto(url);
  await painted(page);
}

/** Waits for the first plot and until nothing is asked for any more. */
export async function painted(page) {
  await until('the plot', () => page.evaluate(() => performance.getEntriesByName('tidemark:plot').length > 0));
  await settled(page);
}

/** Waits until the page waits for no answer. */
export async function settled(page) {
  await until('quiet', () => page.evaluate(() => !document.querySelector('#app').classList.contains('busy')));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Box of the plot area in CSS pixels of the page. */
export async function plotBox(page) {
  return page.locator('.chart .u-over').boundingBox();
}

/**
 * What a canvas shows in a box of CSS pixels of the page: how many pixels have nearly the colour
 * (`solid`), by row and by column; how many are tinted towards blue without being it (`tinted`, the
 * hatch of a blue trace), and their columns; how many colours there are.
 */
export async function look(page, selector, box, color = '#0b62c4', tolerance = 12) {
  return page.evaluate(
    ([sel, b, wanted, near]) => {
      const canvas = document.querySelector(sel);
      const at = canvas.getBoundingClientRect();
      const ratio = canvas.width / at.width;
      const width = Math.max(1, Math.round(b.width * ratio));
      const height = Math.max(1, Math.round(b.height * ratio));
      const { data } = canvas.getContext('2d').getImageData(
        Math.round((b.x - at.x) * ratio), Math.round((b.y - at.y) * ratio), width, height);
      const rgb = [1, 3, 5].map((i) => Number.parseInt(wanted.slice(i, i + 2), 16));
      const rows = new Array(height).fill(0);
      const tintedColumns = new Set();
      const colors = new Set();
      let solid = 0;
      let tinted = 0;
      for (let i = 0, at4 = 0; at4 < data.length; i++, at4 += 4) {
        const [red, green, blue, alpha] = [data[at4], data[at4 + 1], data[at4 + 2], data[at4 + 3]];
        colors.add((red << 16) | (green << 8) | blue);
        const is = alpha > 250 && Math.abs(red - rgb[0]) <= near && Math.abs(green - rgb[1]) <= near && Math.abs(blue - rgb[2]) <= near;
        if (is) {
          solid++;
          rows[Math.floor(i / width)]++;
        } else if (alpha > 0 && blue > red + 20) {
          tinted++;
          tintedColumns.add(i % width);
        }
      }
      return { solid, rows, tinted, tintedColumns: tintedColumns.size, colors: colors.size, width, height, total: width * height };
    },
    [selector, box, color, tolerance],
  );
}

export async function shot(page, folder, name) {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}

/** JSON of the server. */
export async function get(address, path) {
  const response = await fetch(address + path);
  assert.ok(response.ok, `${path}: ${response.status}`);
  return response.json();
}

export async function send(address, method, path, type, body) {
  const response = await fetch(address + path, { method, headers: { 'Content-Type': type }, body });
  assert.ok(response.ok, `${path}: ${response.status} ${await response.text()}`);
}

export async function sql(address, statement) {
  const response = await fetch(`${address}/api/v1/sql`, { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: statement });
  assert.ok(response.ok, `${statement}: ${response.status}`);
  return (await response.json()).rows;
}
