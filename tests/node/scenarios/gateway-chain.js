// A gateway behind a gateway: the package orders at the first one with a picture, downloads, remixes, and is refused.
import fs from 'node:fs';
import { toFile } from 'openai';
import { client, finish, first as model, print, second as picture } from '../support.js';

const created = await client.videos.create({
  model, prompt: 'a fox runs through the snow', seconds: '4', size: '1280x720',
  input_reference: await toFile(fs.readFileSync(picture), 'frame.png', { type: 'image/png' }),
});
const { video } = await finish(created.id);
const response = await client.videos.downloadContent(video.id);
const bytes = (await response.arrayBuffer()).byteLength;
const remixed = await client.videos.remix(video.id, { prompt: 'and now at night' });
const { video: remix } = await finish(remixed.id);
const doomed = await client.videos.create({ model, prompt: 'something bad [fail:content_policy]' });
const { video: refused } = await finish(doomed.id);
print({ video, bytes, remix, refused });
