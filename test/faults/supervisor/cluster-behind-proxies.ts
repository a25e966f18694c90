import { KafkaCluster, type ProxiedListener } from '#testing';
import { TcpProxy } from '../proxy/tcp-proxy.js';

export interface ClusterBehindProxies {
  readonly cluster: KafkaCluster;
  /** By name: before each broker, for the others that follow its partitions. Clients do not come through them. */
  readonly links: ReadonlyMap<string, TcpProxy>;
  stop(): Promise<void>;
}

/** Brokers that can be cut off from each other while those who ask them still reach them all. */
export async function startClusterBehindProxies(folder: string): Promise<ClusterBehindProxies> {
  const links = new Map<string, TcpProxy>();
  const between = async (listeners: readonly ProxiedListener[]): Promise<void> => {
    for (const [index, { port, advertised }] of listeners.entries())
      links.set(`brokers > kafka-${String(index + 1)}`, await TcpProxy.open(port, advertised));
  };
  const close = async (): Promise<void> => {
    await Promise.all([...links.values()].map((link) => link.close()));
  };
  try {
    const cluster = await KafkaCluster.start(folder, { between });
    return {
      cluster,
      links,
      stop: async () => {
        await cluster.stop();
        await close();
      },
    };
  } catch (error) {
    // Some of them may run.
    await KafkaCluster.at(folder)
      .stop()
      .catch(() => undefined);
    await close();
    throw error;
  }
}
