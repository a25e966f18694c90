import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const VERSION = '4.3.0';

/** What a broker needs to run: the server, its tools, and something to log with. */
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>safar.test</groupId>
  <artifactId>kafka-broker</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${VERSION}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.25.4</version></dependency>
  </dependencies>
</project>
`;

/**
 * The class path of Apache Kafka as plain jars. Maven brings them the first time, 54 MB; nothing is brought when packages are
 * installed. Needs `mvn` on the path, or a folder with the jars in SAFAR_TEST_KAFKA_JARS.
 */
export async function kafkaJars(): Promise<string> {
  const given = process.env['SAFAR_TEST_KAFKA_JARS'];
  if (given) return path.join(path.resolve(given), '*');
  const folder = path.resolve('node_modules/.cache/safar-test', `kafka-${VERSION}`);
  const jars = path.join(folder, 'jars');
  const complete = path.join(folder, 'complete');
  if (!existsSync(complete)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'pom.xml'), pom);
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${jars}`, '-DincludeScope=runtime'];
    await promisify(execFile)('mvn', ['-q', '-B', '-f', path.join(folder, 'pom.xml'), ...goal]);
    writeFileSync(complete, '');
  }
  return path.join(jars, '*');
}
