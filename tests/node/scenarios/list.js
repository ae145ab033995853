// list() over more than one page: `for await` follows last_id and has_more by itself.
import { client, print } from '../support.js';

const made = [];
for (let n = 0; n < 5; n++) made.push((await client.videos.create({ prompt: `one of five: ${n}` })).id);
const forward = [];
for await (const video of client.videos.list({ limit: 2, order: 'asc' })) forward.push(video.id);
const backward = [];
for await (const video of client.videos.list({ limit: 2 })) backward.push(video.id);
const page = await client.videos.list({ limit: 2, order: 'asc', after: made[0] });
const last = await client.videos.list({ limit: 2, order: 'asc', after: made[4] });
print({
  made,
  forward,
  backward,
  page: { ids: page.data.map((video) => video.id), last: page.last_id, more: page.has_more, next: page.hasNextPage() },
  empty: { count: last.data.length, last: last.last_id, more: last.has_more, next: last.hasNextPage() },
});
