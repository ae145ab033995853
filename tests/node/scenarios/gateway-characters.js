// createCharacter() with a file that is in memory and with a stream, getCharacter().
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { toFile } from 'openai';
import { client, failure, first, print } from '../support.js';

const clip = await toFile(await readFile(first), 'ada.mp4', { type: 'video/mp4' });
const made = await client.videos.createCharacter({ name: 'Ada', video: clip });
print({
  made,
  streamed: await client.videos.createCharacter({ name: 'Bob', video: createReadStream(first) }),
  read: await client.videos.getCharacter(made.id),
  unknown: await failure(client.videos.getCharacter('char_none')),
  nameless: await failure(client.videos.createCharacter({ name: ' ', video: clip })),
});
