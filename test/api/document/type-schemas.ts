import path from 'node:path';
import ts from 'typescript';
import { type JsonSchema } from '#contracts';

type Json = Record<string, unknown>;

/** JSON Schemas of the types that controllers answer with, comments included: what the compiler checks is what is documented. */
export class TypeSchemas {
  /** By name; the schemas refer to each other below `#/components/schemas/`. */
  readonly components = new Map<string, JsonSchema>();
  /** Types without a name, within each other. */
  readonly #path: ts.Type[] = [];
  readonly #checker: ts.TypeChecker;
  readonly #sources: readonly ts.SourceFile[];

  constructor(root: string) {
    const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as {
      config: unknown;
    };
    const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const isOurs = (file: string) =>
      /\/(apps\/gateway|libs\/contracts)\/src\//.test(file) && !file.endsWith('.spec.ts');
    const program = ts.createProgram(fileNames.filter(isOurs), { ...options, noEmit: true, incremental: false });
    this.#checker = program.getTypeChecker();
    this.#sources = program.getSourceFiles().filter(({ fileName }) => isOurs(fileName));
  }

  /** What a method of a class returns, awaited; nothing for `void`. */
  returned(className: string, methodName: string): JsonSchema | undefined {
    const method = this.#declarations()
      .filter(ts.isClassDeclaration)
      .filter(({ name }) => name?.text === className)
      .flatMap(({ members }) => members.filter(ts.isMethodDeclaration))
      .find(({ name }) => name.getText() === methodName);
    const signature = method && this.#checker.getSignatureFromDeclaration(method);
    if (!signature) throw new Error(`no method ${className}.${methodName}`);
    const type = this.#checker.getAwaitedType(signature.getReturnType()) ?? signature.getReturnType();
    return type.flags & ts.TypeFlags.Void ? undefined : this.#schema(type);
  }

  /** An exported type, by its name. */
  named(name: string): JsonSchema {
    const declaration = this.#declarations().find(
      (each): each is ts.InterfaceDeclaration | ts.TypeAliasDeclaration =>
        (ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each)) && each.name.text === name,
    );
    if (!declaration) throw new Error(`no type ${name}`);
    const type = this.#checker.getTypeAtLocation(declaration.name);
    // The type of an alias does not always know its name.
    return this.#component(name, type);
  }

  #declarations(): readonly ts.Statement[] {
    return this.#sources.flatMap(({ statements }) => [...statements]);
  }

  #schema(type: ts.Type): JsonSchema {
    const name = this.#nameOf(type);
    if (name !== undefined) return this.#component(name, type);
    if (isOfPackage(type)) return { type: 'object' };
    // Only what has a name can refer to itself.
    if (this.#path.includes(type))
      throw new Error(`a name is missing in ${this.#path.map((each) => this.#checker.typeToString(each)).join(' > ')}`);
    this.#path.push(type);
    const schema = this.#structure(type);
    this.#path.pop();
    return schema;
  }

  #component(name: string, type: ts.Type): JsonSchema {
    if (!this.components.has(name)) {
      // Held before it is made: types may refer to themselves.
      this.components.set(name, {});
      const comment = commentOf(type.aliasSymbol ?? type.getSymbol(), this.#checker);
      this.components.set(name, { ...(comment !== '' && { description: comment }), ...this.#structure(type) });
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  /** Types that have a name in our own code, with the names of their arguments. */
  #nameOf(type: ts.Type): string | undefined {
    const symbol = type.aliasSymbol ?? (type.isClassOrInterface() || isReference(type) ? type.getSymbol() : undefined);
    const file = symbol?.declarations?.[0]?.getSourceFile().fileName;
    if (symbol === undefined || file === undefined || !/\/(apps|libs)\/[^/]+\/src\//.test(file)) return undefined;
    const parameters = type.aliasTypeArguments ?? (isReference(type) ? this.#checker.getTypeArguments(type) : []);
    // An interface counts itself as its last argument.
    const names = parameters
      .filter((each) => each !== type && !each.isTypeParameter())
      .map((each) => this.#nameOf(each));
    return names.includes(undefined) ? undefined : [...names, symbol.name].join('');
  }

  #structure(type: ts.Type): JsonSchema {
    const { flags } = type;
    if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.#checker.typeToString(type) === 'true' };
    if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.isUnion()) return this.#union(type.types);
    if (flags & (ts.TypeFlags.Object | ts.TypeFlags.NonPrimitive | ts.TypeFlags.Intersection))
      return this.#object(type);
    throw new Error(`the type ${this.#checker.typeToString(type)} is not JSON`);
  }

  #union(members: readonly ts.Type[]): JsonSchema {
    const values = members.filter(({ flags }) => !(flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)));
    const literals = values.flatMap((each) => (each.isStringLiteral() ? [each.value] : []));
    const others = values.filter((each) => !each.isStringLiteral());
    const isBoolean = others.filter(({ flags }) => flags & ts.TypeFlags.BooleanLiteral).length === 2;
    const rest = others.filter(({ flags }) => !(isBoolean && flags & ts.TypeFlags.BooleanLiteral));
    const schemas = [
      ...(literals.length > 0 ? [{ type: 'string', enum: literals }] : []),
      ...(isBoolean ? [{ type: 'boolean' }] : []),
      ...rest.map((each) => this.#schema(each)),
    ];
    const [only, ...more] = schemas;
    return only !== undefined && more.length === 0 ? only : { anyOf: schemas };
  }

  #object(type: ts.Type): JsonSchema {
    if (this.#checker.isArrayType(type) && isReference(type)) {
      const [item] = this.#checker.getTypeArguments(type);
      return { type: 'array', items: item ? this.#schema(item) : {} };
    }
    const properties = this.#checker
      .getPropertiesOfType(type)
      .map((each) => [each.name, this.#property(each)] as const);
    const required = this.#checker.getPropertiesOfType(type).filter((each) => !(each.flags & ts.SymbolFlags.Optional));
    const index = this.#checker.getIndexInfoOfType(type, ts.IndexKind.String);
    return {
      type: 'object',
      ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
      ...(required.length > 0 && { required: required.map(({ name }) => name) }),
      ...(index && { additionalProperties: this.#schema(index.type) }),
    };
  }

  #property(symbol: ts.Symbol): JsonSchema {
    const comment = commentOf(symbol, this.#checker);
    const type = this.#checker.getTypeOfSymbol(symbol);
    const schema: Json = { ...this.#schema(type) };
    return comment === '' ? schema : { ...schema, description: comment };
  }
}

const isReference = (type: ts.Type): type is ts.TypeReference =>
  (type.flags & ts.TypeFlags.Object) !== 0 &&
  // The compiler's own way to tell them apart: only object types have these flags.
  ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;

/** What a library's own types look like is for the library to say; TypeScript's own are structure. */
const isOfPackage = (type: ts.Type): boolean => {
  const file = (type.aliasSymbol ?? type.getSymbol())?.declarations?.[0]?.getSourceFile().fileName ?? '';
  return /\/node_modules\/(?!typescript\/)/.test(file) && (type.flags & ts.TypeFlags.Object) !== 0;
};

const commentOf = (symbol: ts.Symbol | undefined, checker: ts.TypeChecker): string =>
  ts
    .displayPartsToString(symbol?.getDocumentationComment(checker))
    .replace(/\s*\n\s*/g, ' ')
    .trim();
