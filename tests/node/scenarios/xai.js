// Grok Imagine by the AI SDK as it is published, pointed at the sandbox: XAI_ROOT and XAI_KEY come from the environment. Takes a PNG,
// an MP4 and the prompt by which every model of the catalog is ordered.
import { createXai } from '@ai-sdk/xai';
import { experimental_generateVideo as generateVideo, generateImage } from 'ai';
import { readFile } from 'node:fs/promises';
import { sweep } from '../sweep.js';

const [picture, clip, prompt] = process.argv.slice(2);
const png = await readFile(picture);
const pngUrl = `data:image/png;base64,${png.toString('base64')}`;
const videoUrl = `data:video/mp4;base64,${(await readFile(clip)).toString('base64')}`;

const client = (apiKey = process.env.XAI_KEY) => createXai({ apiKey, baseURL: `${process.env.XAI_ROOT}/v1` });

// The SDK refuses to fetch from this machine by itself.
async function download({ url, abortSignal }) {
  const response = await fetch(url, { signal: abortSignal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return { data: new Uint8Array(await response.arrayBuffer()), mediaType: response.headers.get('content-type') ?? undefined };
}

async function video(id, order, xai = {}, key = undefined) {
  const made = await generateVideo({
    model: client(key).video(id), maxRetries: 0, poll: { intervalMs: 50 }, download, ...order, providerOptions: { xai },
  });
  return { bytes: made.video.uint8Array.length, warnings: made.warnings.map((warning) => warning.feature ?? warning.type), ...made.providerMetadata.xai };
}

async function failure(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    return { name: error.name, status: error.statusCode, message: String(error.message) };
  }
}

const base = 'grok-imagine-video';
const newer = 'grok-imagine-video-1.5';

const images = await generateImage({ model: client().image('grok-imagine-image'), prompt: 'a fox', n: 2, aspectRatio: '16:9' });
const edited = await generateImage({ model: client().image('grok-imagine-image'), prompt: { text: 'make it snow', images: [png] } });

const swept = await sweep(async ({ model, mode, seconds: duration }) => {
  if (mode === 't2v') return (await video(model, { prompt, duration }, { resolution: '480p' })).bytes;
  return (await generateImage({ model: client().image(model), prompt })).image.uint8Array.length;
});

console.log(JSON.stringify({
  swept,
  text: await video(base, { prompt: 'a fox runs', duration: 2, aspectRatio: '9:16' }, { resolution: '720p' }),
  frame: await video(newer, { prompt: { text: 'a fox runs', image: png }, duration: 3 }, { resolution: '1080p' }),
  references: await video(base, { prompt: 'a fox runs', duration: 10 }, { mode: 'reference-to-video', referenceImageUrls: [pngUrl, pngUrl] }),
  edit: await video(base, { prompt: 'make it snow' }, { mode: 'edit-video', videoUrl }),
  extend: await video(base, { prompt: 'it goes on', duration: 3 }, { mode: 'extend-video', videoUrl }),
  images: images.images.map((image) => image.uint8Array.length),
  edited: edited.images.map((image) => image.uint8Array.length),
  moderated: await failure(video(base, { prompt: 'a fox [fail:content_policy]' })),
  withheld: await failure(video(base, { prompt: 'withheld [fail:content_policy]' })),
  failed: await failure(video(base, { prompt: 'a fox [fail:generation]' })),
  expired: await failure(video(base, { prompt: 'a fox [expired]' })),
  large: await failure(video(base, { prompt: 'a fox' }, { resolution: '1080p' })),
  key: await failure(video(base, { prompt: 'a fox' }, {}, 'xai-nobody')),
}));
