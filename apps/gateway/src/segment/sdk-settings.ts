/** On the machine itself there is no certificate; everywhere else browsers insist on one. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;
const HOST = /^[A-Za-z0-9.[\]:-]{1,255}$/;

/**
 * The settings of a source as Segment's browser SDK reads them: send everything here, and nothing anywhere else. `host` is that of the
 * request, under which the browser has just reached us.
 */
export const segmentSettings = (writeKey: string, host: string): object => ({
  integrations: {
    'Segment.io': {
      apiKey: writeKey,
      unbundledIntegrations: [],
      addBundledMetadata: false,
      maybeBundledConfigIds: {},
      versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
      ...(HOST.test(host) && { apiHost: `${host}/v1`, ...(LOOPBACK.test(host) && { protocol: 'http' }) }),
    },
  },
  plan: {
    track: { __default: { enabled: true, integrations: {} } },
    identify: { __default: { enabled: true } },
    group: { __default: { enabled: true } },
  },
  edgeFunction: {},
  analyticsNextEnabled: true,
  middlewareSettings: {},
  enabledMiddleware: {},
  // No sample of the SDK's own figures.
  metrics: { sampleRate: 0 },
  legacyVideoPluginsEnabled: false,
  remotePlugins: [],
});

/** The same for RudderStack's SDKs: a source without destinations, whose errors and figures nobody collects. */
export const sourceConfig = (
  writeKey: string,
  { id, name }: { readonly id: string; readonly name: string },
): object => ({
  source: {
    id,
    name,
    writeKey,
    workspaceId: 'safar',
    enabled: true,
    config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
    connections: [],
    destinations: [],
    dataplanes: {},
  },
});
