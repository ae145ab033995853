// edit(), extend() and remix() of an earlier video by its id, and of a file; each result is downloaded.
import { createReadStream } from 'node:fs';
import { client, failure, finish, first, print } from '../support.js';

async function made(promise) {
  const { video } = await finish((await promise).id);
  const response = await client.videos.downloadContent(video.id);
  return { video, size: (await response.arrayBuffer()).byteLength };
}

const source = await made(client.videos.create({ prompt: 'a fox', seconds: '8', size: '1280x720' }));
const id = source.video.id;
const extension = await made(client.videos.extend({ prompt: 'it runs on', seconds: '12', video: { id } }));
print({
  source,
  extension,
  edit: await made(client.videos.edit({ prompt: 'in winter', video: { id: extension.video.id } })),
  remix: await made(client.videos.remix(id, { prompt: 'in autumn' })),
  file: await made(client.videos.edit({ prompt: 'at night', model: 'sora-2-pro', video: createReadStream(first) })),
  longer: await made(client.videos.extend({ prompt: 'and on', seconds: '4', model: 'sora-2', video: createReadStream(first) })),
  refused: {
    unknown: await failure(client.videos.edit({ prompt: 'x', video: { id: 'video_unknown' } })),
    nameless: await failure(client.videos.edit({ prompt: 'x', video: createReadStream(first) })),
    seconds: await failure(client.videos.extend({ prompt: 'x', seconds: '5', video: { id } })),
    early: await failure(client.videos.remix((await client.videos.create({ prompt: 'a fox [stuck]' })).id, { prompt: 'x' })),
  },
});
