// One create with the package's own retries. Arguments: the prompt, and an idempotency key or nothing.
import OpenAI from 'openai';
import { failure, first, print, second } from '../support.js';

const client = new OpenAI({ timeout: Number(process.env.CREATE_TIMEOUT ?? 20000) });
const headers = second ? { 'Idempotency-Key': second } : {};
print(await failure(client.videos.create({ prompt: first }, { headers })));
