import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { together } from './dto-class.js';

/** A whole number between two bounds, both allowed. */
export const Whole = (min: number, max: number): PropertyDecorator => together(IsInt(), Min(min), Max(max));

/** At most a year: what lasts longer is not one touchpoint. */
export const Seconds = (): PropertyDecorator => Whole(0, 31_622_400);

export const Flag = (): PropertyDecorator => IsBoolean();
