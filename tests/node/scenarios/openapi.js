// Judges a server by its own OpenAPI document, and the document by others' rules.
// node openapi.js document.json [answers.jsonl]: prints the document's faults, what answers do not fit it, and which documented answers came.
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFile } from 'node:fs/promises';

const [documentFile, answersFile] = process.argv.slice(2);
const text = await readFile(documentFile, 'utf8');
const api = JSON.parse(text);
const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
ajv.addFormat('binary', true);
ajv.addSchema({ ...api, $id: 'api' });

// What every server of HTTP may say, documented or not.
// Those of every answer, which are the server's own matter and no operation's: docs/security.md.
const securityHeaders = [
  'x-content-type-options', 'x-frame-options', 'referrer-policy', 'content-security-policy', 'cross-origin-resource-policy', 'cache-control',
];
// With every answer to a key that has bounds; the response RateLimited describes them.
const limitHeaders = ['x-ratelimit-limit-requests', 'x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests'];
const plainHeaders = new Set([
  'date', 'content-type', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', ...securityHeaders, ...limitHeaders,
]);
const methods = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'];

const answers = answersFile ? (await readFile(answersFile, 'utf8')).trim().split('\n').map((line) => JSON.parse(line)) : [];
const problems = new Set();
const reached = new Set();
for (const answer of answers) {
  const where = `${answer.method} ${answer.path}${answer.query} ${answer.status}${answer.test ? ` (${answer.test})` : ''}`;
  for (const problem of answer.path.startsWith('/v1/') ? judge(answer) : []) problems.add(`${where}: ${problem}`);
}
console.log(JSON.stringify({
  faults: await faults(),
  documented: documented(),
  examples: examples(),
  answers: answers.length,
  reached: [...reached].sort(),
  problems: [...problems],
}));

async function faults() {
  // The paths are OpenAI's: a fixed word wins over {id}, as in every router.
  const config = await createConfig({ extends: ['recommended-strict'], rules: { 'no-ambiguous-paths': 'off' } });
  const problems = await lintFromString({ source: text, absoluteRef: 'openapi.json', config });
  const schema = await new Validator().validate(structuredClone(api));
  return [
    ...problems.map((problem) => `${problem.ruleId}: ${problem.message} ${problem.location[0]?.pointer}`),
    ...(schema.valid ? [] : [`not an OpenAPI document: ${JSON.stringify(schema.errors)}`]),
  ];
}

function* operations() {
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of methods) if (item[method]) yield { path, method, item, operation: item[method] };
  }
}

function documented() {
  return [...operations()].flatMap(({ path, method, operation }) => Object.keys(operation.responses).map((status) => `${method.toUpperCase()} ${path} ${status}`));
}

// Examples of requests, for the test to send.
function examples() {
  return [...operations()].flatMap(({ path, method, operation }) => Object.entries(resolve(operation.requestBody ?? {}, '').value.content ?? {})
    .flatMap(([type, media]) => [media.example, ...Object.values(media.examples ?? {}).map((example) => example.value)]
      .filter(Boolean).map((body) => ({ path, method, type, body }))));
}

function* judge(answer) {
  const { path, pointer, item } = find(answer.path);
  const method = answer.method.toLowerCase();
  const error = { pointer: '/components/schemas/Error' };
  if (!item?.[method]) {
    // Nothing is there: the errors that the document's introduction describes.
    if (![404, 405].includes(answer.status) && answer.status !== 401) yield 'this operation is not in the document';
    if (method !== 'head' && answer.body) yield* validate(error.pointer, JSON.parse(answer.body));
    return;
  }

  const own = `${pointer}/${method}/responses/${answer.status}`;
  if (!item[method].responses[answer.status]) {
    yield 'this status is not in the document';
    return;
  }

  reached.add(`${answer.method} ${path} ${answer.status}`);
  const response = resolve(item[method].responses[answer.status], own);
  yield* judgeHeaders(answer, response);
  yield* judgeBody(answer, response, method);
  if (answer.status === 200) yield* judgeRequest(answer, item, `${pointer}/${method}`, method);
}

function* judgeHeaders(answer, response) {
  const headers = Object.entries(response.value.headers ?? {});
  for (const [name, header] of headers) {
    const { value, pointer } = resolve(header, `${response.pointer}/headers/${name}`);
    const sent = answer.headers[name.toLowerCase()];
    if (sent === undefined) {
      if (value.required) yield `the header ${name} is missing`;
      continue;
    }

    yield* validate(`${pointer}/schema`, value.schema.type === 'integer' && /^\d+$/.test(sent) ? Number(sent) : sent, `the header ${name}`);
  }

  const known = new Set(headers.map(([name]) => name.toLowerCase()));
  for (const name of Object.keys(answer.headers)) {
    if (!known.has(name) && !plainHeaders.has(name)) yield `the header ${name} is not in the document`;
  }
}

function* judgeBody(answer, response, method) {
  const type = answer.headers['content-type'];
  if (!response.value.content) {
    if (answer.body || type) yield `a body of ${type} is not in the document`;
    return;
  }

  const media = response.value.content[type];
  if (!media) {
    yield `the content type ${type} is not in the document`;
    return;
  }

  if (method === 'head' || answer.body === null) return;
  const pointer = `${response.pointer}/content/${escape(type)}`;
  if (type === 'application/json') {
    const body = JSON.parse(answer.body);
    yield* validate(`${pointer}/schema`, body);
    const code = body.error?.code;
    if (answer.status >= 400 && !response.value.description.includes(`\`${code}\``)) yield `the code ${code} is not among those of ${response.value.description}`;
  } else if (media['x-event-data']) {
    const lines = answer.body.split('\n').filter((line) => line.startsWith('data: '));
    for (const line of lines) yield* validate(`${pointer}/x-event-data`, JSON.parse(line.slice(6)));
  }
}

// What was answered with 200 must be allowed by the document too: the query by name and value, and a body of JSON.
function* judgeRequest(answer, item, pointer, method) {
  const query = [...new URLSearchParams(answer.query)];
  const parameters = [...(item.parameters ?? []).map((parameter, index) => resolve(parameter, `${pointer.slice(0, -method.length - 1)}/parameters/${index}`)),
    ...(item[method].parameters ?? []).map((parameter, index) => resolve(parameter, `${pointer}/parameters/${index}`))];
  for (const [name, value] of query) {
    const parameter = parameters.find((parameter) => parameter.value.in === 'query' && parameter.value.name === name);
    if (!parameter) {
      // The signature is a security scheme.
      if (name !== 'signature') yield `the query key ${name} is not in the document`;
      continue;
    }

    const { type } = parameter.value.schema;
    const meant = type === 'integer' && /^\d+$/.test(value) ? Number(value) : type === 'boolean' && /^(true|false)$/.test(value) ? value === 'true' : value;
    yield* validate(`${parameter.pointer}/schema`, meant, `the query key ${name}`);
  }

  if (!answer.asked || !item[method].requestBody) return;
  const body = resolve(item[method].requestBody, `${pointer}/requestBody`);
  yield* validate(`${body.pointer}/content/application~1json/schema`, JSON.parse(answer.asked), 'the request');
}

function* validate(pointer, value, what = 'the body') {
  const uri = `api#${pointer.split('/').map(encodeURIComponent).join('/')}`;
  const check = ajv.getSchema(uri) ?? ajv.compile({ $ref: uri });
  if (check(value)) return;
  for (const error of check.errors) yield `${what}${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`;
}

// The path of the document with the fixed word where another has a name.
function find(path) {
  const parts = path.split('/');
  const fits = Object.keys(api.paths).filter((key) => {
    const names = key.split('/');
    return names.length === parts.length && names.every((name, index) => (name.startsWith('{') ? parts[index] : name === parts[index]));
  });
  const [key] = fits.sort((left, right) => rank(left).localeCompare(rank(right)));
  return { path: key, pointer: `/paths/${escape(key ?? '')}`, item: api.paths[key] };
}

function rank(key) {
  return key.split('/').map((name) => (name.startsWith('{') ? '1' : '0')).join('');
}

function resolve(value, pointer) {
  if (!value.$ref) return { value, pointer };
  const target = value.$ref.slice(1);
  return resolve(target.slice(1).split('/').reduce((node, part) => node[part.replaceAll('~1', '/').replaceAll('~0', '~')], api), target);
}

function escape(text) {
  return text.replaceAll('~', '~0').replaceAll('/', '~1');
}
