import { RequestMethod, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';

export interface Route {
  /** In small letters, as OpenAPI names them. */
  readonly method: string;
  /** As Fastify writes it: `/v1/customers/:id`. */
  readonly path: string;
  /** Names in the code. */
  readonly controller: string;
  readonly handler: string;
  /** What the decorators of the method said. */
  readonly metadata: (key: string) => unknown;
}

/** The routes of a running application, from the metadata that Nest makes them of. */
export const routesOf = (app: NestFastifyApplication): readonly Route[] =>
  [...app.get(ModulesContainer).values()]
    .flatMap(({ controllers }) => [...controllers.values()])
    .flatMap(({ metatype }) => (typeof metatype === 'function' ? routesOfController(metatype as Type<object>) : []));

function routesOfController(controller: Type<object>): Route[] {
  return Object.entries(Object.getOwnPropertyDescriptors(controller.prototype)).flatMap(([name, { value }]) => {
    if (typeof value !== 'function') return [];
    const handler: object = value;
    const method: unknown = Reflect.getMetadata('method', handler);
    if (typeof method !== 'number') return [];
    const common = {
      method: String(RequestMethod[method]).toLowerCase(),
      controller: controller.name,
      handler: name,
      metadata: (key: string): unknown => Reflect.getMetadata(key, handler),
    };
    return pathsOf(controller).flatMap((prefix) =>
      pathsOf(handler).map((path) => ({
        ...common,
        path: `/${prefix}/${path}`.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1'),
      })),
    );
  });
}

const pathsOf = (target: object): readonly string[] => {
  const path: unknown = Reflect.getMetadata('path', target);
  return (Array.isArray(path) ? path : [path]).map(String);
};

/** Paths that the router itself knows, whoever registered them. */
export function routerPaths(app: NestFastifyApplication): readonly string[] {
  const parents: string[] = [];
  return app
    .getHttpAdapter()
    .getInstance()
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', text = ''] = /^(.*?)[├└]── (.*)$/.exec(line) ?? [];
      const [, path, methods] = /^(.*?)(?: \(([A-Z, -]+)\))?$/.exec(text) ?? [];
      if (text === '' || path === undefined) return [];
      const depth = indent.length / 4;
      parents.splice(depth, Infinity, `${parents[depth - 1] ?? ''}${path}`);
      return methods === undefined ? [] : [parents[depth] ?? ''];
    });
}
