// Keys that OpenAI's form never had travel in the package's bracket notation; they become warnings, not errors.
import { client, print } from '../support.js';

print(
  await client.videos.create({
    prompt: 'with more wishes than the model grants',
    fps: 24,
    flag: true,
    provider: { opts: { a: 1 } },
    tags: ['a', 'b'],
    refs: [{ name: 'f1' }, { name: 'f2' }],
  }),
);
