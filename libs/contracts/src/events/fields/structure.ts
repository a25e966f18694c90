// class-transformer's @Type looks for the type that the compiler wrote down.
import 'reflect-metadata';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsObject, ValidateIf, ValidateNested } from 'class-validator';
import { type DtoClass, together } from './dto-class.js';
import { read, type Reading } from './reading.js';

const nested = new WeakMap<object, Map<string, DtoClass>>();

/** The DTO that a field holds, or a list of. */
export const nestedDtoOf = (dto: object, name: string): DtoClass | undefined => nested.get(dto)?.get(name);

const holds =
  (item: DtoClass): PropertyDecorator =>
  ({ constructor }, name) => {
    const ofDto = nested.get(constructor) ?? new Map<string, DtoClass>();
    nested.set(constructor, ofDto.set(String(name), item));
  };

const isPresent = (_dto: object, value: unknown): boolean => value !== undefined;

/** May be left out. `null` is not the same as leaving it out, so that there is one way to say it. */
export const Optional = (): PropertyDecorator => ValidateIf(isPresent);

/** Whether a condition of class-validator is the one of `Optional`. */
export const meansOptional = (condition: unknown): boolean => condition === isPresent;

const readings = new WeakMap<object, Map<string, Reading>>();

/** How the text of a field is read before its rules look at it. */
export const readingOf = (dto: object, name: string): Reading | undefined => readings.get(dto)?.get(name);

/** The rules of the field see what `reading` makes of a text; anything else they see as it is. */
export const ReadAs = (reading: Reading): PropertyDecorator =>
  together(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? read[reading](value) : value)),
    ({ constructor }, name) => {
      const ofDto = readings.get(constructor) ?? new Map<string, Reading>();
      readings.set(constructor, ofDto.set(String(name), reading));
    },
  );

/** Likewise of each text of a list. */
export const ReadEachAs = (reading: Reading): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    Array.isArray(value)
      ? value.map((each: unknown) => (typeof each === 'string' ? read[reading](each) : each))
      : value,
  );

export const Nested = (item: DtoClass): PropertyDecorator =>
  together(
    holds(item),
    Type(() => item),
    IsObject(),
    ValidateNested(),
  );

/** A list of DTOs. */
export const List = (item: DtoClass, max: number, min = 1): PropertyDecorator =>
  together(
    holds(item),
    Type(() => item),
    IsArray(),
    ArrayMinSize(min),
    ArrayMaxSize(max),
    IsObject({ each: true }),
    ValidateNested({ each: true }),
  );

/** A list of anything, whose items the field's own reader looks into one by one. */
export const AnyList = (max: number, min = 1): PropertyDecorator =>
  together(IsArray(), ArrayMinSize(min), ArrayMaxSize(max));

/** A list of values from a closed list. */
export const ListOf = (values: readonly string[]): PropertyDecorator =>
  together(IsArray(), ArrayMinSize(1), ArrayMaxSize(values.length), IsIn([...values], { each: true }));

/** An object that the field's own reader looks into. */
export const AnyObject = (): PropertyDecorator => IsObject();
