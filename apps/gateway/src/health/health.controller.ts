import { Controller, Get } from '@nestjs/common';
import { Operation } from '../documents/operation.js';
import { live, ready } from './health-operations.js';
import { PublicRoute } from '../access/required-access.js';
import { Unlimited } from '../limits/rate-limit.guard.js';
import { Readiness, type ReadinessView } from './readiness.js';

@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process answers: it need not be restarted. */
  @Get('livez')
  @Operation(live)
  @PublicRoute()
  @Unlimited()
  live(): { readonly status: 'alive' } {
    return { status: 'alive' };
  }

  /** It can do its work: send it requests. */
  @Get('readyz')
  @Operation(ready)
  @PublicRoute()
  @Unlimited()
  ready(): Promise<ReadinessView> {
    return this.readiness.view();
  }
}
