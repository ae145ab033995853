// Starts aimock's own OpenAI, videos and pictures, prints its address, and ends with its input; with --check it only sees that the package is there.
// It has no /content: the clip, read from the file it is given, lies beside it under the same origin and wants the key.
import { LLMock } from '@copilotkit/aimock';
import { readFile } from 'node:fs/promises';

if (process.argv[2] === '--check') {
  console.log('{}');
  process.exit(0);
}

const [clip, picture] = await Promise.all(process.argv.slice(2, 4).map((path) => readFile(path)));
const mock = new LLMock({ port: 0, host: '127.0.0.1' });
const refuse = (status, type, code) => ({ error: { message: `no ${code} today`, type, code }, status });
const add = (endpoint, made) => (userMessage, response, more = {}) =>
  mock.addFixture({ match: { userMessage, endpoint }, response: response ?? made, ...more });

mock.mount('/files', {
  async handleRequest(request, response) {
    response.writeHead(request.headers.authorization ? 200 : 401, { 'Content-Type': 'video/mp4' });
    response.end(clip);
    return true;
  },
});
await mock.start();

const done = { video: { id: 'video_fox', status: 'completed', url: `${mock.url}/files/fox.mp4` } };
const picked = { image: { b64Json: picture.toString('base64') } };
const [video, image, edit] = [add('video', done), add('image', picked), add('image', { images: [picked.image, picked.image] })];
video('a fox');
video('a wolf', { video: { id: 'video_wolf', status: 'failed', error: 'no wolves today' } });
video('a snail', { video: { id: 'video_snail', status: 'processing' } });
video('a hermit', { video: { id: 'video_hermit', status: 'completed' } });
edit('two foxes');
for (const subject of [video, image]) {
  if (subject === image) subject('a fox');
  subject('a crab', refuse(400, 'invalid_request_error', 'invalid_value'));
  subject('an owl', refuse(429, 'rate_limit_error', 'rate_limit_exceeded'));
  subject('a viper', refuse(400, 'invalid_request_error', 'moderation_blocked'));
  subject('a miser', refuse(429, 'insufficient_quota', 'insufficient_quota'));
  subject('a guard', refuse(401, 'invalid_request_error', 'invalid_api_key'));
  subject('a mouse', refuse(500, 'server_error', 'server_error'));
  subject('a mole', undefined, { chaos: { malformedRate: 1 } });
  subject('a crow', undefined, { chaos: { disconnectRate: 1 } });
  subject('a stone', undefined, { chaos: { dropRate: 1 } });
  subject('a bee', undefined, { chaos: { rateLimitRate: 1 } });
}

console.log(JSON.stringify({ url: mock.url }));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
