import { randomUUID } from 'node:crypto';
import { mulberry32 } from '../mulberry32.js';

/** Share of events that bring another status than their instance had. */
const TRANSITION_SHARE = 0.01;
const VERSIONS = ['2.14.3', '2.14.3', '2.14.3', '2.15.0-rc.1'] as const;

export interface FleetEvent {
  readonly messageId: string;
  readonly serviceName: string;
  readonly instanceId: string;
  readonly status: string;
  readonly timestampMs: number;
  readonly responseTimeMs: number;
  readonly ttlSeconds: number;
  readonly version: string;
  /** The document as it is published: nine fields, about 350 bytes. */
  readonly json: string;
}

/**
 * A made-up fleet that reports round-robin, as real ones do: each instance in turn, its status the same
 * as before in 99 of 100 events. What changes is decided by a fixed seed, so that every measurement
 * of every run is given the same sequence.
 */
class Fleet {
  private readonly healthy: boolean[];
  private readonly random: () => number;
  private next = 0;

  constructor(
    private readonly services: number,
    private readonly instancesPerService: number,
    seed: number,
  ) {
    this.healthy = new Array<boolean>(services * instancesPerService).fill(true);
    this.random = mulberry32(seed);
  }

  /** The next report of the next instance, as of `nowMs`. */
  event(nowMs: number): FleetEvent {
    const at = this.next;
    this.next = (at + 1) % this.healthy.length;
    if (this.random() < TRANSITION_SHARE) this.healthy[at] = this.healthy[at] !== true;
    const status = this.healthy[at] === true ? 'healthy' : 'unhealthy';
    const service = at % this.services;
    const instance = Math.floor(at / this.services);
    const responseTimeMs = Math.round(this.random() * 40_000) / 100;
    const cpu = Math.round(this.random() * 1_000) / 10;
    const memory = 200 + Math.round(this.random() * 300);
    const document = {
      message_id: randomUUID(),
      service_name: `payments-service-${String(service).padStart(3, '0')}`,
      instance_id: `pod-${String(instance).padStart(2, '0')}-7f9c4d`,
      status,
      timestamp: new Date(nowMs).toISOString(),
      response_time_ms: responseTimeMs,
      ttl_seconds: 30,
      version: VERSIONS[instance % VERSIONS.length] ?? VERSIONS[0],
      checks: { database: 'ok', cache: 'ok', disk: status, cpu_percent: cpu, memory_mb: memory },
    };
    return {
      messageId: document.message_id,
      serviceName: document.service_name,
      instanceId: document.instance_id,
      status,
      timestampMs: nowMs,
      responseTimeMs,
      ttlSeconds: document.ttl_seconds,
      version: document.version,
      json: JSON.stringify(document),
    };
  }

  /** `count` events as of now. */
  events(count: number): FleetEvent[] {
    return Array.from({ length: count }, () => this.event(Date.now()));
  }
}

/** The fleet that all measurements use unless they say otherwise. */
export const standardFleet = (seed: number): Fleet => new Fleet(50, 7, seed);
