// create() with an uploaded picture and characters, then edit(), extend() and remix() by id, by file and by the id of an upload.
import { createReadStream } from 'node:fs';
import { client, failure, finish, first, print, second } from '../support.js';

async function made(promise) {
  const { video } = await finish((await promise).id);
  const response = await client.videos.downloadContent(video.id);
  return { video, size: (await response.arrayBuffer()).byteLength };
}

const ada = await client.videos.createCharacter({ name: 'Ada', video: createReadStream(first) });
const bob = await client.videos.createCharacter({ name: 'Bob', video: createReadStream(first) });
const picture = await client.files.create({ file: createReadStream(second), purpose: 'vision' });
const clip = await client.files.create({ file: createReadStream(first), purpose: 'user_data' });
const source = await made(client.videos.create({
  prompt: 'Ada meets Bob, a source',
  seconds: '8',
  size: '1280x720',
  characters: [{ id: ada.id }, { id: bob.id }],
  input_reference: { file_id: picture.id },
}));
const id = source.video.id;
const extension = await made(client.videos.extend({ prompt: 'one extension', seconds: '12', video: { id } }));
print({
  ada,
  again: await client.videos.getCharacter(ada.id),
  source,
  extension,
  edit: await made(client.videos.edit({ prompt: 'one edit', video: { id: extension.video.id } })),
  remix: await made(client.videos.remix(id, { prompt: 'a remix' })),
  file: await made(client.videos.edit({ prompt: 'an edit of a file', model: 'sora-2-pro', video: createReadStream(first) })),
  upload: await made(client.videos.edit({ prompt: 'an edit of an upload', model: 'sora-2', video: { file_id: clip.id } })),
  longer: await made(client.videos.extend({ prompt: 'an extension of a file', seconds: '4', model: 'sora-2', video: createReadStream(first) })),
  refused: {
    unknown: await failure(client.videos.edit({ prompt: 'x', video: { id: 'video_unknown' } })),
    character: await failure(client.videos.create({ prompt: 'x', characters: [{ id: 'char_unknown' }] })),
    picture: await failure(client.videos.create({ prompt: 'x', input_reference: { file_id: 'file-unknown' } })),
    seconds: await failure(client.videos.extend({ prompt: 'x', seconds: '5', video: { id } })),
    early: await failure(client.videos.remix((await client.videos.create({ prompt: 'a fox [stuck]' })).id, { prompt: 'x' })),
  },
});
