// files: create with what is in memory and with a stream, retrieve, list over pages, content, delete.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { toFile } from 'openai';
import { client, failure, first, print } from '../support.js';

const bytes = await readFile(first);
const buffered = await client.files.create({
  file: await toFile(bytes, 'first frame.png', { type: 'image/png' }),
  purpose: 'vision',
  expires_after: { anchor: 'created_at', seconds: 3600 },
});
const streamed = await client.files.create({ file: createReadStream(first), purpose: 'user_data' });
const retrieved = await client.files.retrieve(buffered.id);
const listed = [];
for await (const file of client.files.list({ limit: 1, order: 'asc' })) listed.push(file.id);
const filtered = [];
for await (const file of client.files.list({ purpose: 'user_data' })) filtered.push(file.id);
const content = await client.files.content(streamed.id);
const received = Buffer.from(await content.arrayBuffer());
print({
  buffered,
  streamed,
  retrieved,
  listed,
  filtered,
  content: { type: content.headers.get('content-type'), isSame: received.equals(bytes) },
  deleted: await client.files.delete(buffered.id),
  gone: await failure(client.files.retrieve(buffered.id)),
  text: await failure(client.files.create({ file: await toFile(Buffer.from('hello'), 'a.png', { type: 'image/png' }), purpose: 'vision' })),
  purpose: await failure(client.files.create({ file: createReadStream(first), purpose: 'batch' })),
});
