import { Injectable, type OnModuleDestroy } from '@nestjs/common';

/**
 * Whether a shutdown has begun. Nest calls `onModuleDestroy` of every module before anything drains
 * (`beforeApplicationShutdown`) and HTTP is served until that has ended, so readiness fails first.
 */
@Injectable()
export class Draining implements OnModuleDestroy {
  private hasBegun = false;

  get isDraining(): boolean {
    return this.hasBegun;
  }

  onModuleDestroy(): void {
    this.hasBegun = true;
  }
}
