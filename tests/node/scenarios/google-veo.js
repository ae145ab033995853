// Veo by Google's own client, at the Gemini API and at Vertex, and by the AI SDK at both. Takes a PNG and a file to download into.
import { experimental_generateVideo as generateVideo } from 'ai';
import { readFile } from 'node:fs/promises';
import { aiGoogle, aiVertex, download, failure, finish, gemini, vertex } from '../google.js';

const [picture, target] = process.argv.slice(2);
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

console.log(JSON.stringify({
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
