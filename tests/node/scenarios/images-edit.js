// images.edit() with each kind of file the package can send: a read stream, bytes with a name and type, several at once, a mask.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { toFile } from 'openai';
import { client, first, print, second } from '../support.js';

const bytes = await toFile(await readFile(first), 'one picture.png', { type: 'image/png' });
const order = { model: 'gpt-image-2', prompt: 'the same in autumn', size: '1024x1536' };
print({
  stream: await client.images.edit({ ...order, image: createReadStream(first) }),
  file: await client.images.edit({ ...order, image: bytes, output_format: 'jpeg' }),
  several: await client.images.edit({ ...order, n: 2, quality: 'high', image: [bytes, createReadStream(first), bytes] }),
  masked: await client.images.edit({ ...order, image: [bytes], mask: createReadStream(second) }),
});
