export { coalesced } from './coalesced.js';
