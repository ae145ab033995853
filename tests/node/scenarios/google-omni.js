// Omni by Google's own client, at the Gemini API and at Vertex, and by the AI SDK's interactions.
// Takes the prompts by which the two order every model of the catalog.
import { generateText } from 'ai';
import { setTimeout as sleep } from 'node:timers/promises';
import { sweep } from '../sweep.js';
import { aiGoogle, downloadAll, failure, gemini, root, vertex } from '../google.js';

const [genaiPrompt, aiGooglePrompt] = process.argv.slice(2);
const model = 'gemini-omni-1.1-flash';
const format = { type: 'video', duration: '3s', aspect_ratio: '9:16', delivery: 'uri' };
const client = gemini();

async function finish(api, interaction) {
  while (interaction.status === 'queued' || interaction.status === 'in_progress') {
    await sleep(50);
    interaction = await api.interactions.get(interaction.id);
  }
  return interaction;
}

const blocks = (interaction) => interaction.steps.filter((step) => step.type === 'model_output').flatMap((step) => step.content);

const created = await client.interactions.create({ model, input: 'a fox runs', response_format: format, background: true });
const made = await finish(client, created);
const file = await fetch(`${root}/v1beta/files/${blocks(made)[0].uri.match(/files\/([a-z0-9]+):/)[1]}:download?alt=media`, {
  headers: { 'x-goog-api-key': process.env.GOOGLE_KEY },
});
const refused = await finish(client, await client.interactions.create({ model, input: 'a fox [fail:content_policy]', response_format: format, background: true }));
const stuck = await client.interactions.create({ model, input: 'a fox [stuck]', response_format: format, background: true });
const cancelled = await client.interactions.cancel(stuck.id);
const deleted = await failure(client.interactions.delete(stuck.id));
const blocking = await client.interactions.create({ model, input: [{ type: 'text', text: 'a fox' }], response_format: { ...format, delivery: 'inline' } });

const vertexClient = vertex('global');
const onVertex = await finish(vertexClient, await vertexClient.interactions.create({
  model: 'gemini-omni-1.2-flash', input: 'a fox', response_format: { ...format, gcs_uri: 'gs://clips/out' }, background: true,
}));

const viaAiSdk = await generateText({
  model: aiGoogle().interactions(model), prompt: 'a fox runs', experimental_download: downloadAll,
  providerOptions: { google: { background: true, responseFormat: [{ type: 'video', duration: '4s', delivery: 'inline' }] } },
});

// Each model at a surface that has it: the preview is Vertex's alone, where a video comes as bytes unasked.
const bytesOfBlock = ({ data, uri }) => data ? Buffer.from(data, 'base64').length : 0;
const swept = {
  genai: await sweep(async ({ model: id }) => {
    const [api, more] = id.endsWith('-preview') ? [vertexClient, {}] : [client, { delivery: 'inline' }];
    const order = { model: id, input: genaiPrompt, response_format: { ...format, delivery: undefined, ...more }, background: true };
    return bytesOfBlock(blocks(await finish(api, await api.interactions.create(order)))[0]);
  }),
  aiGoogle: await sweep(async ({ model: id }) => (await generateText({
    model: aiGoogle().interactions(id), prompt: aiGooglePrompt, experimental_download: downloadAll,
    providerOptions: { google: { background: true, responseFormat: [{ type: 'video', duration: '4s', delivery: 'inline' }] } },
  })).files[0].uint8Array.length),
};

console.log(JSON.stringify({
  swept,
  created: { id: created.id, status: created.status },
  made: { status: made.status, uri: blocks(made)[0].uri, tokens: made.usage.total_output_tokens },
  file: { status: file.status, type: file.headers.get('content-type'), bytes: (await file.arrayBuffer()).byteLength },
  refused: { status: refused.status, types: blocks(refused).map((block) => block.type) },
  cancelled: cancelled.status,
  deleted: 'value' in deleted,
  blocking: { status: blocking.status, bytes: Buffer.from(blocks(blocking)[0].data, 'base64').length },
  vertex: { status: onVertex.status, uri: blocks(onVertex)[0].uri },
  aiSdk: viaAiSdk.files.map((one) => ({ type: one.mediaType, bytes: one.uint8Array.length })),
  unknown: await failure(client.interactions.get('v1_nothing')),
  length: await failure(client.interactions.create({ model, input: 'x', response_format: { type: 'video', duration: '30s' }, background: true })),
}));
