import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder, type DockerEngine, needPrograms, root, run, succeeds } from './docker.js';

type Command = readonly [program: string, ...parameters: string[]];

const HEALTH_TRIES = 240;

/** Docker's own compose plugin, or one that was built for these tests before, or Debian's. */
async function composeCommand(): Promise<Command> {
  if (await succeeds('docker', ['compose', 'version'])) return ['docker', 'compose'];
  const built = path.join(cacheFolder, 'docker-compose');
  if (existsSync(built)) return [built];
  await needPrograms({ 'docker-compose': 'docker-compose' });
  return ['docker-compose'];
}

/** docker-compose.yml with a name, images and a port of the test's own. */
export class Compose {
  private constructor(
    private readonly engine: DockerEngine,
    private readonly command: Command,
    private readonly project: string,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  static async open(
    engine: DockerEngine,
    project: string,
    settings: Readonly<Record<string, string>>,
  ): Promise<Compose> {
    return new Compose(engine, await composeCommand(), project, settings);
  }

  run(...parameters: readonly string[]): Promise<string> {
    const [program, ...first] = this.command;
    const all = [
      ...first,
      '--file',
      path.join(root, 'docker-compose.yml'),
      '--project-name',
      this.project,
      ...parameters,
    ];
    return run(program, all, { env: { ...this.engine.environment, ...this.settings } });
  }

  /** `safar …` in a container of its own. */
  safar(...parameters: readonly string[]): Promise<string> {
    return this.run('run', '--rm', '-T', 'safar', ...parameters);
  }

  /** Until each of the services says that it is healthy. */
  async healthy(...services: readonly string[]): Promise<void> {
    for (const service of services) {
      const container = (await this.run('ps', '-q', service)).trim();
      if (container === '') throw new Error(`there is no container of ${service}`);
      for (let tries = 0; ; tries++) {
        const state = (await this.inspect(container, '{{.State.Status}} {{.State.Health.Status}}')).trim();
        if (state === 'running healthy') break;
        if (tries === HEALTH_TRIES) throw new Error(`${service} is ${state}:\n${await this.run('logs', service)}`);
        await sleep(500);
      }
    }
  }

  async inspectService(service: string, format: string): Promise<string> {
    return (await this.inspect((await this.run('ps', '-q', service)).trim(), format)).trim();
  }

  private inspect(container: string, format: string): Promise<string> {
    return this.engine.docker(['inspect', '--format', format, container]);
  }
}
