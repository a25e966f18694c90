/** Conversations that the examples of the documents open and then speak of. */
export const oneConversation = '5f1d7c2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f';
export const otherConversation = '6a2e8d3f-4c5b-4d6e-9f70-8b9cad1e2f30';
export const noConversation = '00000000-0000-4000-8000-000000000000';
