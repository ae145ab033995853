// downloadContent() with a variant; and a plain fetch of the link that needs no key.
import { client, failure, finish, print } from '../support.js';

const created = await client.videos.create({ prompt: 'to be looked at' });
const { video } = await finish(created.id);

async function download(variant) {
  const response = await client.videos.downloadContent(created.id, { variant });
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    length: response.headers.get('content-length'),
    size: bytes.length,
    head: bytes.subarray(0, 64).toString('hex'),
  };
}

// A body that nobody reads keeps its connection, and with it the process, until the server gives up waiting.
async function statusOf(url) {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.status;
}

print({
  thumbnail: await download('thumbnail'),
  spritesheet: await download('spritesheet'),
  poster: await failure(client.videos.downloadContent(created.id, { variant: 'poster' })),
  link: await statusOf(video.video_url),
});
