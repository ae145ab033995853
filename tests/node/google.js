// Google's own client and the AI SDK as they are published, pointed at the sandbox. GOOGLE_ROOT, GOOGLE_KEY and GOOGLE_TOKEN come from the
// environment; a token is injected, since these clients fetch theirs from an address that cannot be changed.
import { GoogleGenAI } from '@google/genai';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createVertex } from '@ai-sdk/google-vertex';
import { OAuth2Client } from 'google-auth-library';
import { setTimeout as sleep } from 'node:timers/promises';

export const root = process.env.GOOGLE_ROOT;
const apiKey = process.env.GOOGLE_KEY;

function authClient() {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: process.env.GOOGLE_TOKEN, expiry_date: Date.now() + 3_600_000 });
  return client;
}

export const gemini = (key = apiKey) => new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: root } });

export const vertex = (location = 'us-central1') => new GoogleGenAI({
  vertexai: true, project: 'reelay-sandbox', location, googleAuthOptions: { authClient: authClient() }, httpOptions: { baseUrl: root },
});

// The AI SDK leaves the key off links of another origin than its own.
export const aiGoogle = () => createGoogleGenerativeAI({ apiKey, baseURL: `${root}/own-origin/v1beta` });

export const aiVertex = () => createVertex({
  project: 'reelay-sandbox', location: 'us-central1', googleAuthOptions: { authClient: authClient() },
  baseURL: `${root}/v1/projects/reelay-sandbox/locations/us-central1/publishers/google`,
});

// The SDK refuses to fetch from this machine by itself.
export async function download({ url, abortSignal }) {
  const response = await fetch(url, { signal: abortSignal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return { data: new Uint8Array(await response.arrayBuffer()), mediaType: response.headers.get('content-type') ?? undefined };
}

export const downloadAll = (requested) => Promise.all(requested.map(download));

export async function finish(client, operation) {
  while (!operation.done) {
    await sleep(50);
    operation = await client.operations.getVideosOperation({ operation });
  }
  return operation;
}

export async function failure(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    return { class: error.constructor.name, status: error.status ?? error.statusCode, message: String(error.message) };
  }
}
