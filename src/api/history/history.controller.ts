import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HistoryReadModel } from '../../status/history-read-model.js';
import { MessageReadModel } from '../../storage/message-read-model.js';
import { API_PREFIX } from '../http/api-prefix.js';
import { stringifyWithRaw } from '../http/raw-json.js';
import { ApiAnswer } from '../openapi/answers.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import {
  NameParameter,
  noSuchService,
  requirePossibleName,
} from '../services/service-parameter.js';
import {
  BUCKETS_EXAMPLE,
  MESSAGES_EXAMPLE,
  STATUS_CHANGES_EXAMPLE,
  TRANSITIONS_EXAMPLE,
} from './history-examples.js';
import {
  BUCKETS_CURSOR,
  MESSAGES_CURSOR,
  STATUS_CHANGES_CURSOR,
  TRANSITIONS_CURSOR,
} from './history-cursors.js';
import { bucketItem, messageItem, statusChangeItem, transitionItem } from './history-mapping.js';
import { BucketList, MessageList, StatusChangeList, TransitionList } from './history.responses.js';
import { BucketsQuery, MessagesQuery, StatusChangesQuery, TransitionsQuery } from './queries.js';

/** What a service said and what was said of it. A service that was deleted still has its past. */
@ApiTags('history')
@Controller(`${API_PREFIX}/services/:name`)
export class HistoryController {
  constructor(
    private readonly messages: MessageReadModel,
    private readonly history: HistoryReadModel,
  ) {}

  @Get('messages')
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOperation({
    summary: "The audit log of a service's events",
    description:
      'Newest first. A page ends early after 8 MB of documents; `next_cursor` tells whether more follow.',
  })
  @NameParameter()
  @ApiAnswer(MessageList, MESSAGES_EXAMPLE)
  @ApiProblems('/api/v1/health/services/checkout/messages', 400, 404, 503)
  async listMessages(@Param('name') name: string, @Query() query: MessagesQuery): Promise<string> {
    requirePossibleName(name);
    const { from, to, status, instance_id: instanceId } = query;
    const filter = { from, to, status, instanceId };
    const page = await this.messages.page(name, filter, query.cursor, query.limit);
    if (page.items.length === 0) await this.requireKnown(name);
    const answer: MessageList = {
      items: page.items.map(messageItem),
      next_cursor: MESSAGES_CURSOR.next(page, (last) => ({
        occurredAtUs: last.occurred_at,
        messageId: last.message_id,
      })),
    };
    return stringifyWithRaw(answer);
  }

  @Get('transitions')
  @ApiOperation({
    summary: 'Event time: how the status changed',
    description:
      'Of one instance or, without `instance_id`, of the service, derived from its instances. ' +
      'Late events put it right: it is what was, not what was said.',
  })
  @NameParameter()
  @ApiAnswer(TransitionList, TRANSITIONS_EXAMPLE)
  @ApiProblems('/api/v1/health/services/checkout/transitions', 400, 404, 503)
  async listTransitions(
    @Param('name') name: string,
    @Query() query: TransitionsQuery,
  ): Promise<TransitionList> {
    requirePossibleName(name);
    const { instance_id: instanceId, cursor, limit } = query;
    const { items, next } =
      instanceId === null
        ? await this.history.serviceTransitions(name, query, cursor, limit)
        : await this.history.instanceTransitions(name, instanceId, query, cursor, limit);
    if (items.length === 0) await this.requireKnown(name);
    return {
      items: items.map(transitionItem),
      next_cursor: next === null ? null : TRANSITIONS_CURSOR.encode(next),
    };
  }

  @Get('status-changes')
  @ApiOperation({
    summary: 'Processing time: what was said about the service, when and why',
    description: 'Never rewritten; a past that late events put right makes a new entry.',
  })
  @NameParameter()
  @ApiAnswer(StatusChangeList, STATUS_CHANGES_EXAMPLE)
  @ApiProblems('/api/v1/health/services/checkout/status-changes', 400, 404, 503)
  async listStatusChanges(
    @Param('name') name: string,
    @Query() query: StatusChangesQuery,
  ): Promise<StatusChangeList> {
    requirePossibleName(name);
    const page = await this.history.statusChanges(name, query, query.cursor, query.limit);
    if (page.items.length === 0) await this.requireKnown(name);
    return {
      items: page.items.map(statusChangeItem),
      next_cursor: STATUS_CHANGES_CURSOR.next(page, (last) => ({
        changedAtUs: last.changed_at,
        id: last.id,
      })),
    };
  }

  @Get('history')
  @ApiOperation({
    summary: "A service's events counted by time",
    description: 'By the time of occurrence. Buckets at the ends hold what lies in the range only.',
  })
  @NameParameter()
  @ApiAnswer(BucketList, BUCKETS_EXAMPLE)
  @ApiProblems('/api/v1/health/services/checkout/history', 400, 404, 503)
  async listBuckets(
    @Param('name') name: string,
    @Query() query: BucketsQuery,
  ): Promise<BucketList> {
    requirePossibleName(name);
    const { bucket, cursor, limit } = query;
    const before = cursor?.beforeMs ?? null;
    const page = await this.messages.buckets(name, query, bucket, before, limit);
    if (page.items.length === 0) await this.requireKnown(name);
    return {
      bucket,
      items: page.items.map(bucketItem),
      next_cursor: BUCKETS_CURSOR.next(page, (last) => ({ beforeMs: last.starts_at })),
    };
  }

  private async requireKnown(name: string): Promise<void> {
    if (!(await this.history.isKnown(name))) throw noSuchService();
  }
}
