// A picture that is in memory: a part with its type and name, and a Content-Length.
import { readFile } from 'node:fs/promises';
import { toFile } from 'openai';
import { client, finish, first, print } from '../support.js';

const picture = await toFile(await readFile(first), 'first frame.png', { type: 'image/png' });
const created = await client.videos.create({ prompt: 'it begins with this picture', size: '1280x720', input_reference: picture });
print((await finish(created.id)).video);
