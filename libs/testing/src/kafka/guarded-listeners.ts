import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** Whom the guarded listeners let in. */
export const kafkaUser = { username: 'safar', password: 'of-the-test-cluster' } as const;

/** Ports of one broker at which it asks who is there. */
export interface GuardedPorts {
  /** SASL with SCRAM-SHA-512, without TLS. */
  readonly scram: number;
  /** SASL PLAIN over TLS. */
  readonly secure: number;
  /** TLS that asks for a certificate, and for nothing else. */
  readonly mutual: number;
}

/** For the format of a broker's storage. */
export const scramUser = `SCRAM-SHA-512=[name=${kafkaUser.username},password=${kafkaUser.password}]`;

const KEY_STORE = 'broker.p12';
const TRUST_STORE = 'clients.p12';

export const certificateIn = (folder: string): string => path.join(folder, 'broker.pem');

/** Of a client whom the brokers know. */
export const clientCertificateIn = (folder: string) => ({
  cert: path.join(folder, 'client.pem'),
  key: path.join(folder, 'client.key'),
});

/** Certificates of the brokers and of a client, and what the brokers know the client by. */
export async function makeCertificates(folder: string): Promise<void> {
  const { cert, key } = clientCertificateIn(folder);
  // The tools of Java keep private keys to themselves.
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert];
  const openssl = promisify(execFile)('openssl', ['req', '-x509', ...made, '-subj', '/CN=safar', '-days', '3650']);
  await Promise.all([makeCertificate(folder), openssl]);
  const store = ['-keystore', path.join(folder, TRUST_STORE), '-storepass', kafkaUser.password, '-storetype', 'PKCS12'];
  await promisify(execFile)('keytool', ['-importcert', '-noprompt', '-alias', 'client', '-file', cert, ...store]);
}

/** A certificate that is its own authority; the tools of Java are there wherever a broker runs. */
async function makeCertificate(folder: string): Promise<void> {
  const store = ['-keystore', path.join(folder, KEY_STORE), '-storepass', kafkaUser.password, '-alias', 'broker'];
  const key = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-storetype', 'PKCS12', '-validity', '3650'];
  const name = ['-dname', 'CN=localhost', '-ext', 'san=ip:127.0.0.1,dns:localhost', '-ext', 'bc:c=ca:true'];
  await promisify(execFile)('keytool', ['-genkeypair', ...store, ...key, ...name]);
  await promisify(execFile)('keytool', ['-exportcert', '-rfc', ...store, '-file', certificateIn(folder)]);
}

export const guardedAddresses = ({ scram, secure, mutual }: GuardedPorts): string =>
  [
    `SCRAM://127.0.0.1:${String(scram)}`,
    `SECURE://127.0.0.1:${String(secure)}`,
    `MUTUAL://127.0.0.1:${String(mutual)}`,
  ].join();

export const guardedProtocols = 'SCRAM:SASL_PLAINTEXT,SECURE:SASL_SSL,MUTUAL:SSL';

/** What a broker has to know of them beside their addresses. */
export function guardedProperties(folder: string): Readonly<Record<string, string>> {
  const { username, password } = kafkaUser;
  const modules = 'org.apache.kafka.common.security';
  return {
    'listener.name.scram.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.scram.scram-sha-512.sasl.jaas.config': `${modules}.scram.ScramLoginModule required;`,
    'listener.name.secure.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.secure.plain.sasl.jaas.config': `${modules}.plain.PlainLoginModule required user_${username}="${password}";`,
    ...certificateOf('secure', folder),
    ...certificateOf('mutual', folder),
    'listener.name.mutual.ssl.client.auth': 'required',
    'listener.name.mutual.ssl.truststore.type': 'PKCS12',
    'listener.name.mutual.ssl.truststore.location': path.join(folder, TRUST_STORE),
    'listener.name.mutual.ssl.truststore.password': password,
  };
}

function certificateOf(listener: string, folder: string): Readonly<Record<string, string>> {
  const ssl = `listener.name.${listener}.ssl`;
  return {
    [`${ssl}.keystore.type`]: 'PKCS12',
    [`${ssl}.keystore.location`]: path.join(folder, KEY_STORE),
    [`${ssl}.keystore.password`]: kafkaUser.password,
    [`${ssl}.key.password`]: kafkaUser.password,
  };
}
