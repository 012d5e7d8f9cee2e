import { randomUUID } from 'node:crypto';
import { mulberry32 } from '../mulberry32.js';

/** Share of events that bring another status than their instance had. */
const TRANSITION_SHARE = 0.01;
const VERSIONS = ['2.14.3', '2.14.3', '2.14.3', '2.15.0-rc.1'] as const;

export interface FleetEvent {
  readonly messageId: string;
  readonly serviceName: string;
  readonly instanceId: string;
  readonly status: 'healthy' | 'unhealthy';
  readonly timestampMs: number;
  readonly responseTimeMs: number;
  readonly ttlSeconds: number;
  readonly version: string;
  /** The document as it is published: nine fields, about 350 bytes. */
  readonly json: string;
}

export interface FleetShape {
  readonly services: number;
  readonly instancesPerService: number;
  /** Of each event; 30 where it is left out. */
  readonly ttlSeconds?: number;
  /** Of all its events; {@link serviceName} where it is left out. */
  readonly name?: string;
}

/** The fleet that all measurements use unless they say otherwise. */
export const STANDARD_FLEET: FleetShape = { services: 50, instancesPerService: 7 };

/**
 * A made-up fleet that reports round-robin, as real ones do: each instance in turn, its status the same
 * as before in 99 of 100 events. What changes is decided by a fixed seed, so that every measurement
 * of every run is given the same sequence.
 */
export class Fleet {
  private readonly healthy: boolean[];
  private readonly random: () => number;
  private readonly ttlSeconds: number;
  private next = 0;

  constructor(
    private readonly shape: FleetShape,
    seed: number,
  ) {
    const { services, instancesPerService, ttlSeconds = 30 } = shape;
    this.healthy = new Array<boolean>(services * instancesPerService).fill(true);
    this.random = mulberry32(seed);
    this.ttlSeconds = ttlSeconds;
  }

  /** The next report of the next instance, as of `nowMs`. */
  event(nowMs: number): FleetEvent {
    const at = this.next;
    this.next = (at + 1) % this.healthy.length;
    if (this.random() < TRANSITION_SHARE) this.healthy[at] = this.healthy[at] !== true;
    const status = this.healthy[at] === true ? 'healthy' : 'unhealthy';
    const service = at % this.shape.services;
    const instance = Math.floor(at / this.shape.services);
    const responseTimeMs = Math.round(this.random() * 40_000) / 100;
    const cpu = Math.round(this.random() * 1_000) / 10;
    const memory = 200 + Math.round(this.random() * 300);
    const document = {
      message_id: randomUUID(),
      service_name: this.shape.name ?? serviceName(service),
      instance_id: `pod-${String(instance).padStart(2, '0')}-7f9c4d`,
      status,
      timestamp: new Date(nowMs).toISOString(),
      response_time_ms: responseTimeMs,
      ttl_seconds: this.ttlSeconds,
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

/** Of the service with a number from 0. */
export const serviceName = (service: number): string =>
  `payments-service-${String(service).padStart(3, '0')}`;
