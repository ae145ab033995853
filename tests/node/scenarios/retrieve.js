// retrieve() until it is done, as the guide's sample loop does.
import { client, finish, print } from '../support.js';

const created = await client.videos.create({ prompt: 'waves at dusk' });
const { video, seen } = await finish(created.id);
print({ created, video, states: seen.map((each) => each.status), progress: seen.map((each) => each.progress) });
