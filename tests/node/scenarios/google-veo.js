// Veo by Google's own client, at the Gemini API and at Vertex, and by the AI SDK at both. Takes a PNG, a file to
// download into, and the prompts by which each of the three orders every model of the catalog.
import { experimental_generateVideo as generateVideo } from 'ai';
import { readFile } from 'node:fs/promises';
import { orders, sweep } from '../sweep.js';
import { aiGoogle, aiVertex, download, failure, finish, gemini, vertex } from '../google.js';

const [picture, target, genaiPrompt, aiGooglePrompt, aiVertexPrompt] = process.argv.slice(2);
const png = await readFile(picture);
const image = { imageBytes: png.toString('base64'), mimeType: 'image/png' };
const preview = 'veo-3.1-fast-generate-preview';
const ga = 'veo-3.1-generate-001';

const geminiClient = gemini();
const made = await finish(geminiClient, await geminiClient.models.generateVideos({
  model: preview, prompt: 'a fox runs', image, config: { numberOfVideos: 1, durationSeconds: 8, aspectRatio: '9:16', resolution: '1080p', lastFrame: image },
}));
await geminiClient.files.download({ file: made.response.generatedVideos[0], downloadPath: target });
const filtered = await finish(geminiClient, await geminiClient.models.generateVideos({ model: preview, prompt: 'a fox [fail:content_policy]' }));
const broken = await finish(geminiClient, await geminiClient.models.generateVideos({ model: preview, prompt: 'a fox [fail:generation]' }));

const vertexClient = vertex();
const bytes = await finish(vertexClient, await vertexClient.models.generateVideos({
  model: ga, prompt: 'a fox runs',
  config: { numberOfVideos: 2, durationSeconds: 8, generateAudio: false, seed: 7, referenceImages: [{ image, referenceType: 'ASSET' }] },
}));
const stored = await finish(vertexClient, await vertexClient.models.generateVideos({
  model: ga, prompt: 'a fox runs', config: { outputGcsUri: 'gs://clips/out', durationSeconds: 4 },
}));

const viaGoogle = await generateVideo({
  model: aiGoogle().video(preview), prompt: 'a fox runs', aspectRatio: '16:9', duration: 8, poll: { intervalMs: 50 }, download,
});
const viaVertex = await generateVideo({
  model: aiVertex().video(ga), prompt: { text: 'a fox runs', image: png }, duration: 6, poll: { intervalMs: 50 }, download,
});

// Each model at the surface that has it: the previews were the Gemini API's, the others are Vertex's.
const [previews, others] = [orders.filter(({ model }) => model.endsWith('-preview')), orders.filter(({ model }) => !model.endsWith('-preview'))];
const byGenai = (client) => async ({ model, seconds: durationSeconds }) => {
  const { response } = await finish(client, await client.models.generateVideos({ model, prompt: genaiPrompt, config: { durationSeconds } }));
  const [file] = response.generatedVideos;
  if (file.video.videoBytes) return Buffer.from(file.video.videoBytes, 'base64').length;
  await client.files.download({ file, downloadPath: `${target}-${model}` });
  return (await readFile(`${target}-${model}`)).length;
};
const byAiSdk = (provider, prompt) => async ({ model, seconds: duration }) =>
  (await generateVideo({ model: provider.video(model), prompt, aspectRatio: '16:9', duration, poll: { intervalMs: 50 }, download })).video.uint8Array.length;
const swept = {
  genai: { ...await sweep(byGenai(geminiClient), previews), ...await sweep(byGenai(vertexClient), others) },
  aiGoogle: await sweep(byAiSdk(aiGoogle(), aiGooglePrompt), previews),
  aiVertex: await sweep(byAiSdk(aiVertex(), aiVertexPrompt), others),
};

console.log(JSON.stringify({
  swept,
  gemini: { name: made.name, uri: made.response.generatedVideos[0].video.uri, bytes: (await readFile(target)).length },
  filtered: { done: filtered.done, error: filtered.error, count: filtered.response.raiMediaFilteredCount, reasons: filtered.response.raiMediaFilteredReasons },
  broken: broken.error,
  vertex: { name: bytes.name, bytes: bytes.response.generatedVideos.map((item) => Buffer.from(item.video.videoBytes, 'base64').length) },
  stored: stored.response.generatedVideos[0].video.uri,
  aiGoogle: viaGoogle.video.uint8Array.length,
  aiVertex: viaVertex.video.uint8Array.length,
  ratio: await failure(geminiClient.models.generateVideos({ model: preview, prompt: 'x', config: { aspectRatio: '4:3' } })),
  refused: await failure(geminiClient.models.generateVideos({ model: preview, prompt: 'x [refuse:content_policy]' })),
  retired: await failure(geminiClient.models.generateVideos({ model: 'veo-2.0-generate-001', prompt: 'x' })),
  key: await failure(gemini('AIzaNobody').models.generateVideos({ model: preview, prompt: 'x' })),
}));
