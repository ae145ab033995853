// Refusals become the package's own error class with the code of the body; a wrong secret is not let in.
import { KlingAPI } from 'kling-api';
import { api } from '../kling.js';

const stranger = new KlingAPI({
  accessKey: process.env.KLING_ACCESS_KEY, secretKey: 'somebody-elses-secret', baseUrl: 'https://placeholder.invalid',
});
stranger.client.defaults.baseURL = process.env.KLING_BASE_URL;
stranger.client.defaults.proxy = false;

async function failure(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    return { class: error.constructor.name, code: error.code, message: error.message };
  }
}

console.log(JSON.stringify({
  secret: await failure(stranger.queryTextToVideoTask('1')),
  family: await failure(api.queryImageToVideoTask((await api.textToVideo({ prompt: 'a fox' })).data.task_id)),
  refused: await failure(api.textToVideo({ prompt: 'a fox [refuse:content_policy]' })),
}));
