// Refusals become the package's own error classes, with code, param and type from the body; nothing is tried twice.
import OpenAI from 'openai';
import { client, failure, print } from '../support.js';

const stranger = new OpenAI({ apiKey: 'sk-nobody' });
const unknown = 'task_' + '0'.repeat(26);
print({
  model: await failure(client.videos.create({ prompt: 'a fox', model: 'sora-9' })),
  seconds: await failure(client.videos.create({ prompt: 'a fox', seconds: '5' })),
  id: await failure(client.videos.retrieve(unknown)),
  prompt: await failure(client.videos.create({ model: 'sora-2' })),
  key: await failure(stranger.videos.list()),
  remix: await failure(client.videos.remix(unknown, { prompt: 'bluer' })),
  limit: await failure(client.videos.list({ limit: 101 })),
});
