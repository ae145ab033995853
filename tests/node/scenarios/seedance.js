// Seedance by the AI SDK's own package, as it is published, pointed at the sandbox. Takes a PNG and the prompt by which every
// model of the catalog is ordered. SEEDANCE_BASE_URL and ARK_API_KEY come from the environment. One call creates and polls.
import { createByteDance } from '@ai-sdk/bytedance';
import { readFile } from 'node:fs/promises';
import { sweep } from '../sweep.js';

const [picture, prompt] = process.argv.slice(2);
const png = new Uint8Array(await readFile(picture));
const link = 'data:image/png;base64,' + Buffer.from(png).toString('base64');
const provider = (apiKey = process.env.ARK_API_KEY) => createByteDance({ apiKey, baseURL: process.env.SEEDANCE_BASE_URL });

const generate = (model, order, own = {}, key = undefined) => provider(key).video(model).doGenerate({
  n: 1, providerOptions: { bytedance: { pollIntervalMs: 50, pollTimeoutMs: 60_000, ...own } }, ...order,
});

async function made(promise) {
  const { videos, providerMetadata } = await promise;
  const response = await fetch(videos[0].url);
  return {
    id: providerMetadata.bytedance.taskId,
    tokens: providerMetadata.bytedance.usage.completion_tokens,
    status: response.status,
    bytes: (await response.arrayBuffer()).byteLength,
  };
}

async function failure(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    return { class: error.name, status: error.statusCode, message: String(error.message) };
  }
}

const image = { type: 'file', data: png, mediaType: 'image/png' };
const swept = await sweep(async ({ model, mode, seconds: duration }) =>
  (await made(generate(model, { prompt, resolution: '480p', duration, ...(mode === 't2v' ? { aspectRatio: '16:9' } : { image }) }))).bytes);
console.log(JSON.stringify({
  swept,
  text: await made(generate('doubao-seedance-1-0-pro-250528', { prompt: 'a fox', resolution: '1248x704', aspectRatio: '16:9', duration: 5, seed: 7 }, { cameraFixed: true, watermark: false })),
  frames: await made(generate('seedance-1-5-pro-251215', { prompt: 'a fox', image, resolution: '1280x720', duration: 6 }, { lastFrameImage: link, generateAudio: false })),
  material: await made(generate('dreamina-seedance-2-0-260128', { prompt: 'a fox', resolution: '480p', aspectRatio: '9:16', duration: 4 }, {
    referenceImages: [link], referenceVideos: ['https://media.example/a.mp4'], referenceAudio: ['https://media.example/a.mp3'], priority: 3,
  })),
  seed: await failure(generate('doubao-seedance-2-0-260128', { prompt: 'a fox', seed: 7 })),
  length: await failure(generate('doubao-seedance-1-5-pro-251215', { prompt: 'a fox', duration: 2 })),
  mixed: await failure(generate('doubao-seedance-2-0-260128', { prompt: 'a fox', image }, { lastFrameImage: link, referenceImages: [link] })),
  model: await failure(generate('doubao-seedance-9', { prompt: 'a fox' })),
  key: await failure(generate('doubao-seedance-1-0-pro-250528', { prompt: 'a fox' }, {}, 'wrong')),
  refused: await failure(generate('doubao-seedance-1-0-pro-250528', { prompt: 'a fox [refuse:content_policy]' })),
  failed: await failure(generate('doubao-seedance-1-0-pro-250528', { prompt: 'a fox [fail:content_policy]' })),
}));
