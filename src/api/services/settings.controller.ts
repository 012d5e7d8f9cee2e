import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { SettingsStore } from '../../status/settings-store.js';
import { API_PREFIX } from '../http/api-prefix.js';
import { NoQuery } from '../http/no-query.js';
import { ApiAnswer } from '../openapi/answers.js';
import { ChangingRoute } from '../openapi/changing-route.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { SETTINGS_EXAMPLE } from './service-examples.js';
import { settingsItem } from './service-mapping.js';
import { NameParameter, noSuchService, requirePossibleName } from './service-parameter.js';
import { ServiceSettingsItem } from './service.responses.js';
import { ServiceSettingsBody } from './settings.requests.js';

/** What operators decide about one service. */
@ApiTags('services')
@Controller(`${API_PREFIX}/services/:name/settings`)
export class SettingsController {
  constructor(private readonly settings: SettingsStore) {}

  @Get()
  @ApiOperation({ summary: 'The settings of a service' })
  @NameParameter()
  @ApiAnswer(ServiceSettingsItem, SETTINGS_EXAMPLE)
  @ApiProblems('/api/v1/health/services/checkout/settings', 400, 404, 503)
  async read(@Param('name') name: string, @Query() _query: NoQuery): Promise<ServiceSettingsItem> {
    requirePossibleName(name);
    const settings = await this.settings.read(name);
    if (settings === null) throw noSuchService();
    return settingsItem(settings);
  }

  @Put()
  @ApiOperation({
    summary: 'Replace the settings of a service',
    description:
      'All five: one that is missing is null, the default. They are in force from now on, for waits ' +
      'that are under way too: deadlines and status follow at once. They outlive a deletion of the ' +
      'service, and their history is kept.',
  })
  @NameParameter()
  @ApiAnswer(ServiceSettingsItem, SETTINGS_EXAMPLE)
  @ApiProblems('/api/v1/health/services/checkout/settings', 400, 404, 415, 503)
  @ChangingRoute('/api/v1/health/services/checkout/settings')
  async replace(
    @Param('name') name: string,
    @Body() body: ServiceSettingsBody,
    @Query() _query: NoQuery,
  ): Promise<ServiceSettingsItem> {
    requirePossibleName(name);
    const settings = {
      failureThreshold: body.failure_threshold,
      successThreshold: body.success_threshold,
      ttlSeconds: body.ttl_seconds,
      graceSeconds: body.grace_seconds,
      expectedInstances: body.expected_instances,
    };
    if (!(await this.settings.replace(name, settings))) throw noSuchService();
    return settingsItem(settings);
  }
}
