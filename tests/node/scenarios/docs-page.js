// Opens the documentation page in Debian's chromium, and says what it shows, what it says to the console, and whom it asks.
import { chromium } from 'playwright-core';

const url = process.env.REELAY_URL;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const page = await browser.newPage();
  const asked = [];
  const said = [];
  page.on('request', (request) => asked.push(request.url().slice(0, 200)));
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(error.message));
  await page.goto(`${url}/docs`);
  await page.waitForSelector('.opblock');
  const operations = await page.locator('.opblock').count();
  const create = page.locator('#operations-Videos-createVideo');
  const words = [await create.locator('.opblock-summary-method').innerText(), await create.locator('.opblock-summary-path').getAttribute('data-path')];
  await create.locator('.opblock-summary').click();
  await create.locator('.opblock-body').waitFor();

  const list = page.locator('#operations-Videos-listVideos');
  await page.locator('.scheme-container .authorize').click();
  await page.locator('.auth-container input').first().fill('sk-reelay-sandbox');
  await page.locator('.auth-btn-wrapper .authorize').first().click();
  await page.locator('.btn-done').first().click();
  await list.locator('.opblock-summary').click();
  await list.locator('.try-out__btn').click();
  await list.locator('.execute').click();
  const tried = await list.locator('.live-responses-table tbody .response-col_status').first().innerText();
  console.log(JSON.stringify({ operations, create: words.join(' '), tried: tried.trim(), asked, said }));
} finally {
  await browser.close();
}
