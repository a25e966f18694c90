/** How a cluster is reached. */
export interface KafkaSettings {
  /** `host:port` of some of the brokers; the others are learnt from them. */
  readonly brokers: readonly string[];
  /** Shown in the brokers' logs and quotas. */
  readonly clientId: string;
  /** Encrypted when it is there. PEM texts; without `ca` the certificates that Node trusts. */
  readonly tls?:
    | { readonly ca?: string | undefined; readonly cert?: string | undefined; readonly key?: string | undefined }
    | undefined;
  readonly sasl?:
    { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string } | undefined;
}

export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];
