// images.generate(): one picture with the defaults, several with everything a caller can say, and a refusal.
import { client, failure, print } from '../support.js';

const one = await client.images.generate({ model: 'gpt-image-2', prompt: 'a fox in the snow' }).withResponse();
const several = await client.images.generate({
  model: 'gpt-image-2.5-sunburst',
  prompt: '一只狐狸 in the snow',
  n: 2,
  size: '1536x864',
  quality: 'low',
  output_format: 'webp',
  output_compression: 80,
  background: 'opaque',
  moderation: 'low',
  user: 'user-1',
});
print({
  one: one.data,
  requestId: one.data._request_id,
  several,
  size: await failure(client.images.generate({ model: 'gpt-image-2', prompt: 'x', size: '500x500' })),
  blocked: await failure(client.images.generate({ model: 'gpt-image-2', prompt: 'x [refuse:content_policy]' })),
});
