// remix(), edit() and extend() of an earlier video by its id, and edit() of a file, at a gateway; each result is downloaded.
import { createReadStream } from 'node:fs';
import { client, finish, first, print } from '../support.js';

async function made(promise) {
  const { video } = await finish((await promise).id);
  const response = await client.videos.downloadContent(video.id);
  return { video, type: response.headers.get('content-type'), size: (await response.arrayBuffer()).byteLength };
}

const source = await made(client.videos.create({ prompt: 'a fox', seconds: '4', size: '1280x720' }));
const id = source.video.id;
print({
  source,
  remix: await made(client.videos.remix(id, { prompt: 'in autumn' })),
  edit: await made(client.videos.edit({ prompt: 'in winter', video: { id } })),
  extension: await made(client.videos.extend({ prompt: 'it runs on', seconds: '8', video: { id } })),
  file: await made(client.videos.edit({ prompt: 'at night', model: 'sora-2', video: createReadStream(first) })),
});
