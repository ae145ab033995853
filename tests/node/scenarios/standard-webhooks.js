// The npm package standardwebhooks: checks the signature of one delivery, and that it holds for nothing else.
// usage: standard-webhooks.js secret body-in-base64 id timestamp signature
import { Webhook } from 'standardwebhooks';

const [secret, encoded, id, timestamp, signature] = process.argv.slice(2);
const body = Buffer.from(encoded, 'base64').toString();
const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };

function accepts(text) {
  try {
    new Webhook(secret).verify(text, headers);
    return true;
  } catch {
    return false;
  }
}

console.log(JSON.stringify({ real: accepts(body), changed: accepts(body + ' ') }));
