// createCharacter() and getCharacter(), and a video that names two of them: an array of objects in the form.
import { readFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { toFile } from 'openai';
import { client, failure, finish, first, print } from '../support.js';

const mossy = await client.videos.createCharacter({ name: 'Mossy', video: createReadStream(first) });
const rusty = await client.videos.createCharacter({ name: 'Rusty', video: await toFile(await readFile(first), 'r.mp4', { type: 'video/mp4' }) });
const characters = [{ id: mossy.id }, { id: rusty.id }];
print({
  mossy,
  again: await client.videos.getCharacter(mossy.id),
  video: (await finish((await client.videos.create({ prompt: 'Mossy meets Rusty', characters })).id)).video,
  refused: {
    prompt: await failure(client.videos.create({ prompt: 'Mossy alone', characters })),
    unknown: await failure(client.videos.getCharacter('char_unknown')),
    picture: await failure(client.videos.createCharacter({ name: 'Flat', video: await toFile(Buffer.from('no video'), 'v.mp4') })),
  },
});
