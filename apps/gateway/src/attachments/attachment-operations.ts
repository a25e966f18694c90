import { type OperationDescription } from '../documents/operation.js';
import { id, idempotencyKey, ifNoneMatch, text } from '../documents/parameters.js';

const noAttachment = '018f0000-0000-8000-8000-000000000000';

export const uploadAttachment: OperationDescription = {
  id: 'uploadAttachment',
  tag: 'attachments',
  summary: 'Upload a file',
  description:
    'The body is the file, at most 10 MB unless it is configured otherwise. `Content-Type` says what it is and must be what is found in it; without it, or ' +
    'as `application/octet-stream`, what is found counts. Pictures, PDF, sound, video, office documents, ZIP and plain text are taken; pages, SVG and programs ' +
    'are not. Archives are not unpacked, and nobody looks for viruses. Until a message or reply names its id, only who uploaded it can fetch it, and after a day it goes.',
  headers: {
    'Content-Disposition': text("Its name, as in `attachment; filename*=UTF-8''photo.jpg` (RFC 6266)."),
    'Idempotency-Key': idempotencyKey,
  },
  body: { '*/*': { schema: { type: 'string', format: 'binary' } } },
  answers: { 201: { description: 'It is kept.', headers: { Location: 'Where it can be fetched.' } } },
  problems: [
    ...(['invalid_parameters', 'empty_body', 'unsupported_encoding', 'body_too_large'] as const),
    ...(['attachment_refused', 'too_many_unused_attachments'] as const),
    ...(['idempotency_key_reused', 'command_running'] as const),
  ],
  examples: [
    {
      summary: 'A text',
      headers: { 'Content-Disposition': "attachment; filename*=UTF-8''%D8%B4%D8%B1%D8%AD.txt" },
      type: 'text/plain',
      body: 'It arrived cracked.',
      status: 201,
    },
    { summary: 'A picture that is none', type: 'image/png', body: 'It arrived cracked.', status: 422 },
    { summary: 'A page', type: 'text/html', body: '<p>It arrived cracked.</p>', status: 422 },
    { summary: 'Nothing', type: 'text/plain', body: '', status: 400 },
  ],
};

export const getAttachment: OperationDescription = {
  id: 'getAttachment',
  tag: 'attachments',
  summary: 'Fetch a file',
  description: 'To be saved, never to be shown as a page. Erased with its customer.',
  path: { id: id('As it was answered when the file was uploaded.') },
  headers: { 'If-None-Match': ifNoneMatch },
  answers: {
    200: {
      description: 'The file.',
      content: { '*/*': { schema: { type: 'string', format: 'binary' } } },
      headers: { ETag: 'SHA-256 of its bytes.', 'Content-Disposition': 'Its name.' },
    },
    304: { description: 'The sender has it.', content: {} },
  },
  problems: ['invalid_parameters', 'attachment_not_found'],
  examples: [{ summary: 'One that is not there', path: { id: noAttachment }, status: 404 }],
};
