import { parentPort, workerData } from 'node:worker_threads';
import { readHolidays } from '#capabilities';

// One file, then it ends. Whoever started it says what there is to read.
parentPort?.postMessage(readHolidays(workerData as Parameters<typeof readHolidays>[0]));
