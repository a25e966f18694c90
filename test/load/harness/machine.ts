import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type BenchServer, ask } from './server.js';
import { median } from './statistics.js';

/** What the figures were measured on. */
export interface Machine {
  /** RFC 3339. */
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly postgres: string;
  /** How long the disk takes to keep 8 KiB for good; null when the server is elsewhere. What a commit waits for. */
  readonly syncMs: number | null;
  readonly settings: { readonly fsync: string; readonly synchronousCommit: string };
}

export async function describeMachine(server: BenchServer): Promise<Machine> {
  const [row] = await ask<{ version: string; fsync: string; commit: string }>(
    server.url,
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
            current_setting('synchronous_commit') AS commit`,
  );
  return {
    date: new Date().toISOString(),
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: os.totalmem() / 2 ** 30,
    node: process.versions.node,
    postgres: row?.version ?? 'unknown',
    syncMs: server.dataDir === undefined ? null : syncMs(path.dirname(server.dataDir)),
    settings: { fsync: row?.fsync ?? 'unknown', synchronousCommit: row?.commit ?? 'unknown' },
  };
}

/** Median of a hundred writes of a page, each followed by fdatasync. */
function syncMs(folder: string): number {
  const file = path.join(folder, 'sync-probe');
  const descriptor = fs.openSync(file, 'w');
  const page = Buffer.alloc(8_192, 1);
  try {
    return median(
      Array.from({ length: 100 }, (_, index) => {
        const start = performance.now();
        fs.writeSync(descriptor, page, 0, page.length, (index % 16) * page.length);
        fs.fdatasyncSync(descriptor);
        return performance.now() - start;
      }),
    );
  } finally {
    fs.closeSync(descriptor);
    fs.rmSync(file);
  }
}
