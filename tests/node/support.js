// What every scenario needs: the client as its documentation shows it, and one line of JSON for the test that started it.
// OPENAI_BASE_URL and OPENAI_API_KEY come from the environment, as in any application.
import OpenAI from 'openai';
import { setTimeout as sleep } from 'node:timers/promises';

export const client = new OpenAI();

export const [first, second] = process.argv.slice(2);

export function print(result) {
  console.log(JSON.stringify(result));
}

export async function finish(id) {
  const seen = [];
  for (;;) {
    const video = await client.videos.retrieve(id);
    seen.push(video);
    if (video.status === 'completed' || video.status === 'failed') return { video, seen };
    await sleep(50);
  }
}

export async function failure(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    return {
      class: error.constructor.name,
      isApiError: error instanceof OpenAI.APIError,
      status: error.status,
      code: error.code,
      param: error.param,
      type: error.type,
      message: error.message,
      requestId: error.requestID,
    };
  }
}
