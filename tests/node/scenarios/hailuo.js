// MiniMax by its own MCP client and command line (first protocol, and the order of the second) and by the AI SDK (second protocol).
// HAILUO_ROOT and HAILUO_KEY come from the environment. Takes a PNG, a folder that stands in for the command line's home,
// and the prompts by which each of the three orders every model of the catalog that it knows.
import { createMiniMax } from '@ai-sdk/minimax';
import { experimental_generateVideo as generateVideo } from 'ai';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { VideoAPI } from 'minimax-mcp-js/build/api/video.js';
import { MiniMaxAPI } from 'minimax-mcp-js/build/utils/api.js';
import { orders, sweep } from '../sweep.js';

const [picture, home, mcpPrompt, cliPrompt, aiPrompt] = process.argv.slice(2);
const root = process.env.HAILUO_ROOT;
const key = process.env.HAILUO_KEY;

const mcp = (apiKey = key) => new VideoAPI(new MiniMaxAPI({ apiKey, apiHost: root, resourceMode: 'url' }));

async function finishMcp(request) {
  const { task_id: taskId } = await mcp().generateVideo({ asyncMode: true, ...request });
  const seen = [];
  for (;;) {
    const state = await mcp().queryVideoGeneration({ taskId });
    seen.push(state.status);
    if (state.video_url) return { taskId, seen, bytes: await length(state.video_url) };
    await sleep(50);
  }
}

async function length(url) {
  const response = await fetch(url);
  const bytes = await response.arrayBuffer();
  return response.ok ? bytes.byteLength : -response.status;
}

async function failure(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    return { class: error.constructor.name, name: error.name, message: String(error.message), status: error.statusCode };
  }
}

const cli = join(dirname(createRequire(import.meta.url).resolve('mmx-cli/package.json')), 'dist', 'mmx.mjs');

async function run(words, apiKey = key) {
  const usual = ['--base-url', root, '--api-key', apiKey, '--region', 'global', '--non-interactive', '--output', 'json'];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [cli, ...words, ...usual], { env: { ...process.env, HOME: home, NO_COLOR: '1' } });
    return JSON.parse(stdout);
  } catch (error) {
    return { code: error.code, output: `${error.stdout ?? ''}${error.stderr ?? ''}${error.message}` };
  }
}

async function finishCli(model) {
  const taskId = cliTasks[model];
  for (let look = 0; taskId && look < 50; look++) {
    const state = await run(['video', 'task', 'get', '--task-id', taskId, '--model', model]);
    const status = state.status ?? state.task?.status;
    if (status === 'Success' || status === 'succeeded' || state.code) return { state };
    await sleep(50);
  }
  return {};
}

// The SDK refuses to fetch from this machine by itself.
async function download({ url, abortSignal }) {
  const response = await fetch(url, { signal: abortSignal });
  const data = new Uint8Array(await response.arrayBuffer());
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return { data, mediaType: response.headers.get('content-type') ?? undefined };
}

const ai = (model, apiKey = key) => createMiniMax({ apiKey, videoBaseURL: root }).video(model);
const generate = (model, options) => generateVideo({
  model, maxRetries: 0, poll: { intervalMs: 50 }, providerOptions: { minimax: { pollIntervalMs: 50 } }, download: (requested) => download(requested), ...options,
});

const png = await readFile(picture);
const text = await finishMcp({ model: 'MiniMax-Hailuo-02', prompt: 'a fox runs [Pan left]', duration: 10, resolution: '768P' });
const frame = await finishMcp({ model: 'I2V-01', prompt: 'it wakes up', firstFrameImage: picture });

// The MCP client takes 02 in place of a model it does not know, and has no field for a subject.
const isSecond = ({ model }) => model.startsWith('MiniMax-H3');
const first = orders.filter((one) => !isSecond(one));
const sweptMcp = await sweep(async ({ model, mode }) =>
  (await finishMcp({ model, prompt: mcpPrompt, firstFrameImage: mode === 'i2v' ? picture : undefined })).bytes, first.filter(({ mode }) => mode !== 'reference_images'));
const sweptAi = await sweep(async ({ model, seconds: duration }) =>
  (await generate(ai(model), { prompt: aiPrompt, aspectRatio: '16:9', duration })).video.uint8Array.length, orders.filter(isSecond));

// The command line picks the model by what it is given; one process each.
const cliWords = {
  'MiniMax-Hailuo-2.3': [], 'MiniMax-Hailuo-2.3-Fast': ['--model', 'MiniMax-Hailuo-2.3-Fast', '--image', picture],
  'MiniMax-Hailuo-02': ['--image', picture, '--last-frame', picture], 'S2V-01': ['--subject-image', picture], 'MiniMax-H3': ['--model', 'MiniMax-H3'],
};
const cliTasks = {};
const sweptCli = await sweep(async ({ model }) => {
  const created = await run(['video', 'generate', '--prompt', cliPrompt, ...cliWords[model], '--async']);
  cliTasks[model] = created.taskId ?? created.task_id;
  if (!cliTasks[model]) throw new Error(JSON.stringify(created));
  return 1;
}, orders.filter(({ model }) => model in cliWords));
const h3 = await generate(ai('MiniMax-H3'), { prompt: 'a fox runs', aspectRatio: '9:16', duration: 8, resolution: '768x1366' });
const h3Frame = await generate(ai('MiniMax-H3-Max'), { prompt: { text: 'it wakes up', image: png }, duration: 6 });

console.log(JSON.stringify({
  text,
  frame,
  swept: { mcp: sweptMcp, cli: sweptCli, ai: sweptAi },
  failed: await failure(finishMcp({ model: 'MiniMax-Hailuo-02', prompt: 'a fox [fail:content_policy]' })),
  broken: await failure(finishMcp({ model: 'MiniMax-Hailuo-02', prompt: 'a fox [fail:generation]' })),
  refused: await failure(finishMcp({ model: 'MiniMax-Hailuo-02', prompt: 'a fox [refuse:content_policy]' })),
  combination: await failure(finishMcp({ model: 'MiniMax-Hailuo-02', prompt: 'a fox', duration: 10, resolution: '1080P' })),
  key: await failure(mcp('sk-nobody').generateVideo({ model: 'T2V-01', prompt: 'x', asyncMode: true })),
  cli: await finishCli('MiniMax-Hailuo-2.3'),
  cliSecond: await finishCli('MiniMax-H3'),
  cliRefused: await run(['video', 'generate', '--prompt', 'a fox [refuse:content_policy]', '--async']),
  cliKey: await run(['video', 'generate', '--prompt', 'a fox', '--async'], 'sk-nobody'),
  h3: { bytes: h3.video.uint8Array.length, meta: h3.providerMetadata?.minimax },
  h3Frame: h3Frame.video.uint8Array.length,
  h3Failed: await failure(generate(ai('MiniMax-H3'), { prompt: 'a fox [fail:content_policy]' })),
  h3Refused: await failure(generate(ai('MiniMax-H3'), { prompt: 'a fox [refuse:content_policy]' })),
  h3Quota: await failure(generate(ai('MiniMax-H3'), { prompt: 'a fox [refuse:quota]' })),
  h3Key: await failure(generate(ai('MiniMax-H3', 'sk-nobody'), { prompt: 'a fox' })),
}));
