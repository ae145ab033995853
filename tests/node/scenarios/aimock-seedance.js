// Starts aimock's own Ark, prints its address, and ends with its input; with --check it only sees that the package is there.
import { LLMock } from '@copilotkit/aimock';

if (process.argv[2] === '--check') {
  console.log('{}');
  process.exit(0);
}

const task = { id: 'cgt-recorded', model: 'doubao-seedance-1-0-pro-250528', created_at: 1795251600, updated_at: 1795251688 };
const mock = new LLMock({ port: 0, host: '127.0.0.1' });
const add = (userMessage, json, more = {}) => mock.addFixture({ match: { userMessage, endpoint: 'video' }, response: { json: { ...task, ...json } }, ...more });
const done = { status: 'succeeded', content: { video_url: process.argv[2] }, usage: { completion_tokens: 108900, total_tokens: 108900 }, duration: 5 };
add('a fox', done);
add('a wolf', { status: 'failed', error: { code: 'OutputVideoSensitiveContentDetected', message: 'no wolves today' } });
add('an owl', { status: 'expired' });
add('a hare', { status: 'cancelled' });
add('a mole', done, { chaos: { malformedRate: 1 } });
add('a crow', done, { chaos: { disconnectRate: 1 } });
await mock.start();
console.log(JSON.stringify({ url: mock.url }));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
