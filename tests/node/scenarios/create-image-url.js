// A picture in the text of the request: a bracketed field name in the form.
import { readFile } from 'node:fs/promises';
import { client, finish, first, print } from '../support.js';

const url = 'data:image/png;base64,' + (await readFile(first)).toString('base64');
const created = await client.videos.create({ prompt: 'it begins with this link', size: '1280x720', input_reference: { image_url: url } });
print((await finish(created.id)).video);
