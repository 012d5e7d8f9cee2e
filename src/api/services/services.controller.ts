import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { StatusReadModel } from '../../status/status-read-model.js';
import { API_PREFIX } from '../http/api-prefix.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { NoQuery } from '../http/no-query.js';
import { NoSuchResourceError } from '../http/problem.js';
import { ServicesQuery } from './queries.js';
import { SERVICES_CURSOR } from './service-cursors.js';
import { serviceDetails, serviceItem } from './service-mapping.js';
import { isPossibleName } from './service-name.js';
import { ServiceDetails, ServiceList } from './service.responses.js';

/** The services that are known, one by one. */
@ApiTags('services')
@Controller(`${API_PREFIX}/services`)
export class ServicesController {
  constructor(private readonly status: StatusReadModel) {}

  @Get()
  @ApiOperation({ summary: 'Services by name' })
  @ApiOkResponse({ type: ServiceList })
  @ApiProblems(400, 503)
  async list(@Query() query: ServicesQuery): Promise<ServiceList> {
    const page = await this.status.list(
      { status: query.status, namePart: query.q },
      query.cursor?.name ?? null,
      query.limit,
    );
    const last = page.hasMore ? page.services.at(-1) : undefined;
    return {
      items: page.services.map(serviceItem),
      next_cursor: last === undefined ? null : SERVICES_CURSOR.encode({ name: last.service_name }),
    };
  }

  @Get(':name')
  @ApiOperation({ summary: 'One service with its instances and its newest event' })
  @ApiParam({ name: 'name', description: 'Name of the service, percent-encoded.' })
  @ApiOkResponse({ type: ServiceDetails })
  @ApiProblems(400, 404, 503)
  async read(@Param('name') name: string, @Query() _query: NoQuery): Promise<ServiceDetails> {
    const detail = isPossibleName(name) ? await this.status.service(name) : null;
    if (detail === null) throw new NoSuchResourceError('no service has this name');
    return serviceDetails(detail);
  }
}
