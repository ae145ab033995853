// create() without a file: the package sends a multipart form all the same.
import { client, print } from '../support.js';

const { data, response } = await client.videos
  .create({ model: 'sora-2', prompt: 'a fox runs through the snow', seconds: '8', size: '1280x720' })
  .withResponse();
print({ video: data, requestId: data._request_id, status: response.status });
