// images.generate() with every model of the catalog. The prompt says who orders.
import { client, first as prompt, print } from '../support.js';
import { sweep } from '../sweep.js';

print(await sweep(async ({ model, size }) => {
  const { data } = await client.images.generate({ model, prompt, size });
  return Buffer.from(data[0].b64_json, 'base64').length;
}));
