// downloadContent() gives the fetch Response itself.
import { createHash } from 'node:crypto';
import { client, failure, finish, print } from '../support.js';

const created = await client.videos.create({ prompt: 'to be watched [slow:2]' });
const early = await failure(client.videos.downloadContent(created.id));
await finish(created.id);
const response = await client.videos.downloadContent(created.id, { variant: 'video' });
const bytes = Buffer.from(await response.arrayBuffer());
print({
  early,
  status: response.status,
  type: response.headers.get('content-type'),
  length: response.headers.get('content-length'),
  size: bytes.length,
  brand: bytes.subarray(4, 8).toString('latin1'),
  sha256: createHash('sha256').update(bytes).digest('hex'),
  redirected: response.redirected,
});
