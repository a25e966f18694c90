import { runStandalone } from './run-standalone.js';

describe('npm start', () => {
  it('refuses to take touchpoints from Kafka, before it starts anything', async () => {
    const environment = { SAFAR_KAFKA_BROKERS: 'kafka:9092', SAFAR_KAFKA_INBOUND: 'true' };
    const say = jest.fn();
    await expect(runStandalone(environment, { say, isTerminal: false })).rejects.toThrow(
      /SAFAR_KAFKA_INBOUND is for relays, and npm start runs none[.] Leave it out here/,
    );
    expect(say).not.toHaveBeenCalled();
  });
});
