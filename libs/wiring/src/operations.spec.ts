const unwanted = ['@nestjs/core', '@nestjs/common', '@nestjs/cqrs', 'typeorm'];

describe('what programs without a server load', () => {
  it('is neither NestJS nor TypeORM, which take as long to load as all the rest', () => {
    for (const name of unwanted)
      jest.doMock(name, () => {
        throw new Error(`${name} is loaded`);
      });
    expect(() => jest.requireActual<object>('#wiring/operations')).not.toThrow();
    expect(() => jest.requireActual<object>('#wiring')).toThrow('is loaded');
  });
});
