import { Controller, Delete, Get, Header, HttpCode, Param, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Forgetting } from '../../status/forgetting.js';
import { StatusReadModel } from '../../status/status-read-model.js';
import { API_PREFIX } from '../http/api-prefix.js';
import { NoQuery } from '../http/no-query.js';
import { NoSuchResourceError } from '../http/problem.js';
import { stringifyWithRaw } from '../http/raw-json.js';
import { ApiAnswer } from '../openapi/answers.js';
import { ChangingRoute } from '../openapi/changing-route.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { ServicesQuery } from './queries.js';
import { SERVICES_CURSOR } from './service-cursors.js';
import { SERVICE_EXAMPLE, SERVICES_EXAMPLE } from './service-examples.js';
import { serviceDetails, serviceItem } from './service-mapping.js';
import { isPossibleName } from './service-name.js';
import {
  InstanceParameter,
  NameParameter,
  noSuchService,
  requirePossibleName,
} from './service-parameter.js';
import { ServiceDetails, ServiceList } from './service.responses.js';

/** The services that are known, one by one. */
@ApiTags('services')
@Controller(`${API_PREFIX}/services`)
export class ServicesController {
  constructor(
    private readonly status: StatusReadModel,
    private readonly forgetting: Forgetting,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Services by name' })
  @ApiAnswer(ServiceList, SERVICES_EXAMPLE)
  @ApiProblems('/api/v1/health/services', 400, 503)
  async list(@Query() query: ServicesQuery): Promise<ServiceList> {
    const page = await this.status.list(
      { status: query.status, namePart: query.q },
      query.cursor?.name ?? null,
      query.limit,
    );
    return {
      items: page.items.map(serviceItem),
      next_cursor: SERVICES_CURSOR.next(page, (last) => ({ name: last.service_name })),
    };
  }

  @Get(':name')
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOperation({ summary: 'One service with its instances and its newest event' })
  @NameParameter()
  @ApiAnswer(ServiceDetails, SERVICE_EXAMPLE)
  @ApiProblems('/api/v1/health/services/checkout', 400, 404, 503)
  async read(@Param('name') name: string, @Query() _query: NoQuery): Promise<string> {
    requirePossibleName(name);
    const detail = await this.status.service(name);
    if (detail === null) throw noSuchService();
    return stringifyWithRaw(serviceDetails(detail));
  }

  @Delete(':name')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Forget a service',
    description: 'The audit log and the histories stay. It comes back with its next event.',
  })
  @NameParameter()
  @ApiNoContentResponse({ description: 'It is forgotten.' })
  @ApiProblems('/api/v1/health/services/checkout', 400, 404, 503)
  @ChangingRoute('/api/v1/health/services/checkout')
  async forget(@Param('name') name: string, @Query() _query: NoQuery): Promise<void> {
    requirePossibleName(name);
    if (!(await this.forgetting.service(name))) throw noSuchService();
  }

  @Delete(':name/instances/:id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Forget one instance of a service',
    description:
      'The service has the status of the others then, `unknown` where there are none. ' +
      'The instance comes back with its next event.',
  })
  @NameParameter()
  @InstanceParameter()
  @ApiNoContentResponse({ description: 'It is forgotten.' })
  @ApiProblems('/api/v1/health/services/checkout/instances/checkout-7d9f-1', 400, 503, {
    field: 'id',
    detail: 'the service has no such instance',
  })
  @ChangingRoute('/api/v1/health/services/checkout/instances/checkout-7d9f-1')
  async forgetInstance(
    @Param('name') name: string,
    @Param('id') id: string,
    @Query() _query: NoQuery,
  ): Promise<void> {
    requirePossibleName(name);
    if (!isPossibleName(id) || !(await this.forgetting.instance(name, id))) {
      throw new NoSuchResourceError('id', 'the service has no such instance');
    }
  }
}
