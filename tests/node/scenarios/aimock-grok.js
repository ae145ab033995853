// Starts aimock's own Grok, prints its address, and ends with its input; with --check it only sees that the package is there.
import { LLMock } from '@copilotkit/aimock';

if (process.argv[2] === '--check') {
  console.log('{}');
  process.exit(0);
}

const mock = new LLMock({ port: 0, host: '127.0.0.1' });
mock.addFixture({
  match: { userMessage: 'a fox', endpoint: 'video' }, response: { video: { id: 'x', status: 'completed', url: process.argv[2], duration: 8, cost: 0.56 } },
});
mock.addFixture({ match: { userMessage: 'a fox', endpoint: 'image' }, response: { image: { url: 'https://cdn.example/fox.png' } } });
mock.addFixture({ match: { userMessage: 'a wolf', endpoint: 'video' }, response: { video: { id: 'y', status: 'failed', error: 'no wolves today' } } });
mock.addFixture({
  match: { userMessage: 'an owl', endpoint: 'video' },
  response: { error: { message: 'too many', type: 'rate_limit_error', code: 'rate_limit_exceeded' }, status: 429 },
});
await mock.start();
console.log(JSON.stringify({ url: mock.url }));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
