// The npm package openai: webhooks.unwrap on one delivery, with the right secret, with others, and with a changed body.
// usage: webhooks-unwrap.js body-in-base64 id timestamp signature secret [other-secret ...]
import OpenAI from 'openai';

const [encoded, id, timestamp, signature, secret, ...others] = process.argv.slice(2);
const client = new OpenAI({ apiKey: 'none' });
const body = Buffer.from(encoded, 'base64').toString();
const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };

async function refusal(text, key) {
  try {
    await client.webhooks.unwrap(text, headers, key);
    return null;
  } catch (error) {
    return error.constructor.name;
  }
}

const event = await client.webhooks.unwrap(body, headers, secret);
const refused = [];
for (const other of others) refused.push(await refusal(body, other));
console.log(JSON.stringify({ event, changed: await refusal(body + ' ', secret), others: refused }));
