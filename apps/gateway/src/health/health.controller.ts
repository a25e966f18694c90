import { Controller, Get } from '@nestjs/common';
import { PublicRoute } from '../access/required-access.js';
import { Readiness, type ReadinessView } from './readiness.js';

@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process answers: it need not be restarted. */
  @Get('livez')
  @PublicRoute()
  live(): { readonly status: 'alive' } {
    return { status: 'alive' };
  }

  /** It can do its work: send it requests. */
  @Get('readyz')
  @PublicRoute()
  ready(): Promise<ReadinessView> {
    return this.readiness.view();
  }
}
