// A picture that is streamed: chunked, without a length, typed application/octet-stream.
import { createReadStream } from 'node:fs';
import { client, finish, first, print } from '../support.js';

const created = await client.videos.create({
  prompt: 'it begins with this stream',
  size: '1280x720',
  input_reference: createReadStream(first),
});
print((await finish(created.id)).video);
