import { Public } from './fields/field-class.js';
import { Line } from './fields/text.js';

/**
 * Who took personal data out of the installation, and from where on. No longer written: exports are in the audit log (decision 12). Logs
 * that have it are still read.
 */
export class PersonalDataExportedDto {
  /** Account of the machine or id of the API key that asked for it. */
  @Public()
  @Line(128)
  by!: string;

  /** Decimal digits: events after this position. */
  @Public()
  @Line(20)
  after!: string;
}
