import type { ServiceRecord } from '../../status/service-record.js';
import type { InstanceRecord, ServiceDetail } from '../../status/status-read-model.js';
import type { ServiceSettings } from '../../status/settings.js';
import { isoTime } from '../http/iso-time.js';
import { RawJson } from '../http/raw-json.js';
import type {
  InstanceItem,
  ServiceDetails,
  ServiceItem,
  ServiceSettingsItem,
} from './service.responses.js';

export const settingsItem = (settings: ServiceSettings): ServiceSettingsItem => ({
  failure_threshold: settings.failureThreshold,
  success_threshold: settings.successThreshold,
  ttl_seconds: settings.ttlSeconds,
  grace_seconds: settings.graceSeconds,
  expected_instances: settings.expectedInstances,
});

export const serviceItem = (record: ServiceRecord): ServiceItem => ({
  service_name: record.service_name,
  current_status: record.current_status,
  status_since: isoTime(record.status_since),
  last_seen: isoTime(record.last_seen),
  last_occurred_at: isoTime(record.last_occurred_at),
  due_at: isoTime(record.due_at),
  message_count: record.message_count,
  instance_count: record.instance_count,
  response_time_ms: record.response_time_ms,
  message: record.message,
});

const instanceItem = (record: InstanceRecord): InstanceItem => ({
  instance_id: record.instance_id,
  current_status: record.current_status,
  status_since: isoTime(record.status_since),
  last_seen: isoTime(record.last_seen),
  due_at: isoTime(record.due_at),
  version: record.version,
  response_time_ms: record.response_time_ms,
  message_count: record.message_count,
});

export const serviceDetails = ({
  service,
  instances,
  payload,
  settings,
}: ServiceDetail): ServiceDetails =>
  Object.assign(serviceItem(service), {
    instances: instances.map(instanceItem),
    payload: payload === null ? null : new RawJson(payload),
    settings: settingsItem(settings),
  });
