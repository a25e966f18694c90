export { teardown as default } from './kafka-setup.mjs';
