/** Told after the relay's checkpoint has moved, with the topic. A hint. */
export const RELAYED_CHANNEL = 'safar_relayed';
