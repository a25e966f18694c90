import { postgreSQLEventStoreConsumer } from '@event-driven-io/emmett-postgresql';
import { type Purchase } from '../append/emmett.js';
import { type Tail } from './tail.js';

/** Emmett's own consumer as it comes: batches of 100, a checkpoint in the processor's transaction, its own pauses. */
export const tailEmmett: Tail = async ({ url, untilStream }, started, given) => {
  const consumer = postgreSQLEventStoreConsumer<Purchase>({ connectionString: url });
  consumer.reactor<Purchase>({
    processorId: 'bench',
    startFrom: 'BEGINNING',
    eachMessage: ({ metadata }) => {
      given(metadata.streamName, Number(metadata.streamPosition));
    },
    stopAfter: ({ metadata }) => metadata.streamName === untilStream,
  });
  await started();
  await consumer.start();
  await consumer.close();
};
