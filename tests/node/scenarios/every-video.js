// create(), retrieve() and downloadContent() with every model of the catalog. The prompt says who orders.
import { client, finish, first as prompt, print } from '../support.js';
import { sweep } from '../sweep.js';

print(await sweep(async ({ model, seconds, size }) => {
  const { video } = await finish((await client.videos.create({ model, prompt, seconds: String(seconds), size })).id);
  if (video.status !== 'completed') throw new Error(JSON.stringify(video.error));
  const response = await client.videos.downloadContent(video.id);
  return (await response.arrayBuffer()).byteLength;
}));
