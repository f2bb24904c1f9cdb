// A live page for a while: prints the memory of its script after a collection, once a minute.
// Usage: node soak.mjs ADDRESS MINUTES
import { launch, open, painted } from './browser.mjs';

const [address, minutes = '30'] = process.argv.slice(2);
const browser = await launch();
const page = await open(browser, address);
await page.goto(address);
await painted(page);
const session = await page.context().newCDPSession(page);
const used = [];
for (let minute = 0; minute <= Number(minutes); minute++) {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes } = await session.send('Memory.getDOMCounters');
  used.push(usedSize);
  console.log(`minute ${minute}: heap ${(usedSize / 1e6).toFixed(2)} MB, DOM nodes ${nodes}, errors ${page.wrong.length}`);
  if (minute < Number(minutes)) {
    await page.waitForTimeout(60_000);
  }
}
const half = used[Math.floor(used.length / 2)];
console.log(`heap at half time ${(half / 1e6).toFixed(2)} MB, at the end ${(used.at(-1) / 1e6).toFixed(2)} MB, ratio ${(used.at(-1) / half).toFixed(3)}`);
await browser.close();
