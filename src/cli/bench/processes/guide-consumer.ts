import { Redis } from 'ioredis';
import pg from 'pg';
import { insertMessage, upsertStatus } from '../guide-tables.js';

/**
 * A process of its own: the guide's design in this stack, written to be as fast as that design
 * allows. Subscribes to a channel; a semaphore lets `concurrency` messages be worked on at a time; each
 * is one transaction over a pool of 15 connections, made beforehand, with prepared statements.
 */
const [databaseUrl, redisUrl, schema, channel, concurrency] = process.argv.slice(2);
if (!databaseUrl || !redisUrl || !schema || !channel || !concurrency) {
  throw new Error('arguments: database URL, Redis URL, schema, channel, concurrency');
}

const POOL_SIZE = 15;
const pool = new pg.Pool({ connectionString: databaseUrl, max: POOL_SIZE, idleTimeoutMillis: 0 });
const insert = insertMessage(schema);
const upsert = upsertStatus(schema);

interface GuideMessage {
  readonly message_id?: string;
  readonly service_name: string;
  readonly status: string;
  readonly timestamp: string;
}

async function store(text: string): Promise<void> {
  const message = JSON.parse(text) as GuideMessage;
  if (message.message_id === undefined) return; // nothing that it could store
  const { message_id: id, service_name: service, status, timestamp } = message;
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query({ ...insert, values: [id, service, status, timestamp, text] });
    await client.query({ ...upsert, values: [service, status, timestamp] });
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

const waiting: string[] = [];
let head = 0;
let free = Number(concurrency);

async function worker(): Promise<void> {
  for (let text = waiting[head]; text !== undefined; text = waiting[head]) {
    head += 1;
    await store(text);
    if (head === waiting.length) waiting.length = head = 0;
  }
  free += 1;
}

const clients = await Promise.all(Array.from({ length: POOL_SIZE }, () => pool.connect()));
for (const client of clients) client.release();

const subscriber = new Redis(redisUrl);
subscriber.on('message', (_channel, text) => {
  waiting.push(text);
  if (free === 0) return;
  free -= 1;
  void worker();
});
await subscriber.subscribe(channel);
