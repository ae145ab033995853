// Creates and reads a task of each kind: text, picture, several pictures, extension of the first.
import { api, finish } from '../kling.js';

const picture = process.argv[2];
const text = await api.textToVideo({
  model_name: 'kling-v1-6', prompt: 'a fox runs', mode: 'std', duration: '5', aspect_ratio: '9:16', external_task_id: 'order-1',
});
const fox = await finish(text, (id) => api.queryTextToVideoTask(id));
const byOwnId = await api.queryTextToVideoTask('order-1');
const image = await finish(
  await api.imageToVideo({ model_name: 'kling-v1-6', image: picture, prompt: 'it wakes up', mode: 'pro', duration: '10' }),
  (id) => api.queryImageToVideoTask(id),
);
const many = await finish(
  await api.multiImageToVideo({ image_list: [{ image: picture }, { image: picture }], prompt: 'they meet' }),
  (id) => api.queryMultiImageToVideoTask(id),
);
const longer = await finish(
  await api.extendVideo({ video_id: fox.task_result.videos[0].id, prompt: 'it goes on' }),
  (id) => api.queryExtendVideoTask(id),
);
const file = await fetch(fox.task_result.videos[0].url);
const costs = await api.getAccountInfo(0, Date.now());
console.log(JSON.stringify({
  created: text, fox, byOwnId: byOwnId.data, image, many, longer, costs: costs.data,
  file: { status: file.status, type: file.headers.get('content-type'), bytes: (await file.arrayBuffer()).byteLength },
}));
