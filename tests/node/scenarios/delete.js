// delete(), then every read of it fails.
import { client, failure, finish, print } from '../support.js';

const created = await client.videos.create({ prompt: 'not for long' });
await finish(created.id);
print({
  id: created.id,
  deleted: await client.videos.delete(created.id),
  retrieve: await failure(client.videos.retrieve(created.id)),
  content: await failure(client.videos.downloadContent(created.id)),
  again: await failure(client.videos.delete(created.id)),
});
