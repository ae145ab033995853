// The npm package kling-api as it is published. It insists on https, so its own HTTP client is pointed at the address afterwards.
// KLING_BASE_URL, KLING_ACCESS_KEY and KLING_SECRET_KEY come from the environment.
import { KlingAPI } from 'kling-api';
import { setTimeout as sleep } from 'node:timers/promises';

export const api = new KlingAPI({
  accessKey: process.env.KLING_ACCESS_KEY,
  secretKey: process.env.KLING_SECRET_KEY,
  baseUrl: 'https://placeholder.invalid',
});
api.client.defaults.baseURL = process.env.KLING_BASE_URL;
api.client.defaults.proxy = false;

export async function finish(created, query) {
  for (;;) {
    const { data } = await query(created.data.task_id);
    if (data.task_status === 'succeed' || data.task_status === 'failed') return data;
    await sleep(50);
  }
}
