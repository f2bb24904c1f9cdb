// A person logs in and out in a real browser, at a server that knows no local operator.
// Usage: node login.mjs ADDRESS FOLDER NAME PASSWORD      (FOLDER takes screenshots)
import assert from 'node:assert/strict';
import { findBrowser, launch, open, shot, until } from './browser.mjs';

const [address, folder, name, password] = process.argv.slice(2);
if (findBrowser() === null) {
  console.log('SKIPPED: no Chromium');
  process.exit(0);
}
const browser = await launch();
const page = await open(browser, address);
page.allowErrors = true; // the browser tells of each 401

await page.goto(`${address}/?start=*-1h&end=*&t=L.1`);
const dialog = page.getByRole('dialog', { name: 'Log in' });
await until('the dialog', () => dialog.isVisible());
assert.equal(await page.getByRole('dialog').count(), 1, 'asked once for all requests');
await page.keyboard.press('Escape');
assert.ok(await dialog.isVisible(), 'there is nothing to see without');
await shot(page, folder, 'login');

await dialog.getByLabel('Name').fill(name);
await dialog.getByLabel('Password or token').fill('guessed');
await page.keyboard.press('Enter');
await until('refused', async () => (await dialog.getByRole('alert').textContent()) === 'Name or password is wrong.');
await dialog.getByLabel('Password or token').fill(password);
await page.keyboard.press('Enter');
await until('the trace', () => page.locator('.legend tr[data-tag="L.1"]').isVisible());
await until('the name', async () => (await page.locator('#app .who').textContent()) === `${name}Log out`);
await shot(page, folder, 'logged-in');
assert.equal(await page.getByRole('dialog').count(), 0);

const cookie = (await page.context().cookies()).find((each) => each.name === '__Host-tidemark');
assert.ok(cookie.httpOnly && cookie.secure && cookie.sameSite === 'Strict' && cookie.path === '/', JSON.stringify(cookie));
assert.equal(await page.evaluate(() => document.cookie), '');
assert.equal(await page.evaluate((secret) => JSON.stringify([localStorage, sessionStorage]).includes(secret), password), false);

page.allowErrors = false;
await page.goto('about:blank');
await page.goto(`${address}/#sql&q=${encodeURIComponent('SELECT tag FROM tags')}&run=0-20`);
await until('an answer', async () => /^1 row/.test(await page.locator('.sql-status').textContent()));
assert.deepEqual(page.wrong, []);

page.allowErrors = true;
const again = page.waitForEvent('load');
await page.locator('#sql-page').getByRole('button', { name: 'Log out' }).click();
await again;
await until('the dialog again', () => dialog.isVisible());
assert.equal((await page.context().cookies()).length, 0);
await browser.close();
console.log('ok: logs in and out');
