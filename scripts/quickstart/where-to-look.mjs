import { isOnPath } from '../local-services/host.mjs';

const EXAMPLE_EVENT = '{"service_name":"checkout","status":"healthy"}';

const DEMO = `
A demo fleet begins to publish: 20 services, 3 instances each. What befalls it is told below, and the
dashboard should say the same, worst first.
`;

/**
 * What to open and try once the app is ready.
 * @param {object} running
 * @param {string} running.baseUrl of the app
 * @param {string} running.redisUrl
 * @param {string} [running.redisCli] the one unpacked here; absent where Redis is not ours
 * @param {boolean} running.hasDemo
 * @returns {Promise<string>} several lines
 */
export async function whereToLook({ baseUrl, redisUrl, redisCli, hasDemo }) {
  const command = (await isOnPath('redis-cli')) || !redisCli ? 'redis-cli' : shellWord(redisCli);
  // Credentials of somebody's own Redis do not belong on a screen.
  const target = redisCli ? `-p ${new URL(redisUrl).port}` : '-u "$REDIS_URL"';
  return `
health-monitor is ready.

  dashboard  ${baseUrl}/api/v1/health/dashboard
  readiness  ${baseUrl}/health/ready
  metrics    ${baseUrl}/metrics
${hasDemo ? DEMO : ''}
Publish an event, then look at the dashboard again:

  ${command} ${target} PUBLISH health:events '${EXAMPLE_EVENT}'

Ctrl-C stops what this command started; the data stays.
`;
}

/** @param {string} text */
const shellWord = (text) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
