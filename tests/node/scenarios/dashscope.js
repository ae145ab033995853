// Wan by the AI SDK's Alibaba provider as it is published: every generation's fields, states and errors. DASHSCOPE_ROOT and ALIBABA_API_KEY
// come from the environment; the host stands without /api/v1. Takes a PNG and the prompt by which every model of the catalog is ordered.
import { createAlibaba } from '@ai-sdk/alibaba';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sweep } from '../sweep.js';

const [path, prompt] = process.argv.slice(2);
const videoBaseURL = process.env.DASHSCOPE_ROOT;
const provider = createAlibaba({ videoBaseURL });
const picture = { type: 'file', mediaType: 'image/png', data: new Uint8Array(await readFile(path)) };
const link = { type: 'url', url: 'https://example.com/frame.png' };
const usual = { n: 1, prompt: 'a fox runs', duration: 5, resolution: '1280x720', providerOptions: {} };

const start = (id, options = {}) => provider.video(id).doStart({ ...usual, ...options });

async function finish(id, options) {
  const { operation } = await start(id, options);
  for (;;) {
    const result = await provider.video(id).doStatus({ operation });
    if (result.status === 'pending') {
      await sleep(50);
      continue;
    }
    if (result.status === 'error') return { status: result.status, error: result.error };
    const file = await fetch(result.videos[0].url);
    return { status: result.status, http: file.status, bytes: (await file.arrayBuffer()).byteLength, metadata: result.providerMetadata.alibaba };
  }
}

async function failure(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    return { class: error.constructor.name, status: error.statusCode, message: String(error.message) };
  }
}

// It does not know HappyHorse: only without a size are the fields it falls back to those of text to video, and never those of the others.
const swept = await sweep(async ({ model, mode, seconds: duration, size }) => {
  const inputs = { i2v: { image: link }, r2v: { inputReferences: [picture] } }[mode] ?? {};
  const made = await finish(model, { prompt, duration, resolution: model.startsWith('happyhorse') ? undefined : size, ...inputs });
  if (made.status !== 'completed') throw new Error(JSON.stringify(made));
  return made.bytes;
});
const stuck = await start('wan2.7-t2v', { prompt: 'a fox [stuck]' });
console.log(JSON.stringify({
  swept,
  text: await finish('wan2.7-t2v', { aspectRatio: '9:16', seed: 7, providerOptions: { alibaba: { watermark: false, promptExtend: true, negativePrompt: 'rain' } } }),
  frame: await finish('wan2.7-i2v', { image: link }),
  references: await finish('wan2.7-r2v', { inputReferences: [picture, link] }),
  newest: await finish('wan3.0-video', {
    frameImages: [{ frameType: 'first_frame', image: picture }, { frameType: 'last_frame', image: picture }], generateAudio: false,
  }),
  older: await finish('wan2.6-t2v', { providerOptions: { alibaba: { shotType: 'multi' } } }),
  olderFrame: await finish('wan2.6-i2v', { image: link }),
  waiting: (await provider.video('wan2.7-t2v').doStatus(stuck)).status,
  unknown: (await provider.video('wan2.7-t2v').doStatus({ operation: { taskId: 'nothing' } })).status,
  failed: await finish('wan2.7-t2v', { prompt: 'a fox [fail:content_policy]' }),
  refused: await failure(start('wan2.7-t2v', { prompt: 'a fox [refuse:content_policy]' })),
  empty: await failure(start('wan2.7-t2v', { prompt: 'a fox [refuse:quota]' })),
  busy: await failure(start('wan2.7-t2v', { prompt: 'a fox [http:429]' })),
  key: await failure(createAlibaba({ videoBaseURL, apiKey: 'sk-another' }).video('wan2.7-t2v').doStart(usual)),
  happyhorse: await failure(start('happyhorse-1.0-t2v')),
}));
