import { Module } from '@nestjs/common';
import { StorageModule } from '../storage/storage.module.js';
import { Outbox } from './outbox.js';
import { WebhookGauges } from './webhook-gauges.js';
import { WebhookSender } from './webhook-sender.js';

/** Tells a receiver of every change of a service's status and of an alert, where one is configured. */
@Module({
  imports: [StorageModule],
  providers: [Outbox, WebhookGauges, WebhookSender],
})
export class WebhookModule {}
