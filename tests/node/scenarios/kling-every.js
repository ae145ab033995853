// Every model of the catalog by the one call the package has for it: text, or a picture where the model makes nothing of text.
import { api, finish } from '../kling.js';
import { bytesOf, sweep } from '../sweep.js';

const [prompt, picture] = process.argv.slice(2);
console.log(JSON.stringify(await sweep(async ({ model: model_name, mode, seconds }) => {
  const order = { model_name, prompt, duration: String(seconds) };
  const task = mode === 't2v'
    ? await finish(await api.textToVideo(order), (id) => api.queryTextToVideoTask(id))
    : await finish(await api.imageToVideo({ ...order, image: picture }), (id) => api.queryImageToVideoTask(id));
  return bytesOf(task.task_result.videos[0].url);
})));
