import { Public } from './fields/field-class.js';
import { OneOf } from './fields/text.js';

/**
 * Nothing but that time has passed: stored where a timer is due and nobody else stores anything, because the log's time is the time at
 * which its last event was recorded.
 */
export class TimePassedDto {
  @Public()
  @OneOf(['timer_due'])
  reason!: 'timer_due';
}
