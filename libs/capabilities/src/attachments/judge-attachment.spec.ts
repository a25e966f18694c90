import { fail, succeed } from '#kernel';
import { attachmentName } from './attachment-name.js';
import { judgeAttachment, type SentFile } from './judge-attachment.js';

const zip = 'application/zip';
const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const judged = (file: Partial<SentFile>) =>
  judgeAttachment({ name: 'a', declared: undefined, found: undefined, isText: false, ...file });

describe('a file', () => {
  it.each([
    ['declared as it is found', { declared: 'image/png', found: 'image/png' }, 'image/png', 'a.png'],
    ['under another name of the same', { declared: 'image/jpg', found: 'image/jpeg' }, 'image/jpeg', 'a.jpg'],
    ['that nothing is said of', { found: 'application/pdf' }, 'application/pdf', 'a.pdf'],
    ['of text that nothing is said of', { isText: true }, 'text/plain', 'a.txt'],
    ['of text', { declared: 'text/csv', isText: true }, 'text/csv', 'a.csv'],
    ['of text about a BMW', { declared: 'text/plain', found: 'image/bmp', isText: true }, 'text/plain', 'a.txt'],
    ['of a document that looks like an archive', { declared: docx, found: zip }, docx, 'a.docx'],
    [
      'of an old document',
      { declared: 'application/msword', found: 'application/x-cfb' },
      'application/msword',
      'a.doc',
    ],
  ])('is taken %s', (_, file, mediaType, name) => {
    expect(judged(file)).toEqual(succeed({ mediaType, name }));
  });

  it.each([
    ['that is another', { declared: 'image/png', found: 'image/gif' }, 'type-disagrees'],
    ['that nothing is found in', { declared: 'image/png', isText: true }, 'type-disagrees'],
    ['of text that is a picture', { declared: 'text/plain', found: 'image/png' }, 'type-disagrees'],
    ['of text that is none', { declared: 'text/plain' }, 'type-disagrees'],
    ['of an archive that is a document', { declared: zip, found: docx }, 'type-disagrees'],
    ['of a page', { declared: 'text/html', isText: true }, 'type-not-allowed'],
    ['of a drawing that can run', { declared: 'image/svg+xml', found: 'application/xml' }, 'type-not-allowed'],
    ['of a program that says nothing', { found: 'application/x-msdownload' }, 'type-not-allowed'],
    ['of bytes that are nothing', {}, 'type-not-allowed'],
    ['of a name of no type', { declared: '__proto__', isText: true }, 'type-not-allowed'],
  ] as const)('is refused %s', (_, file, reason) => {
    expect(judged(file)).toEqual(fail(reason));
  });
});

describe('the name of a file', () => {
  it.each([
    ['photo.PNG', 'photo.png'],
    ['عکس چراغ.png', 'عکس چراغ.png'],
    ['فاکتور', 'فاکتور.png'],
    ['gift.exe', 'gift.exe.png'],
    // Shown as gift-exe.png where the override is left in.
    ['gift-\u202egnp.exe', 'gift-gnp.exe.png'],
    ['../../etc/passwd', 'passwd.png'],
    ['C:\\temp\\a.png', 'a.png'],
    ['a\r\nSet-Cookie: b.png', 'aSet-Cookie_ b.png'],
    ['.htaccess', 'htaccess.png'],
    ['…/', 'attachment.png'],
    ['', 'attachment.png'],
    ['\ud800', 'attachment.png'],
    ['ن'.repeat(500), `${'ن'.repeat(100)}.png`],
    [`${'👩'.repeat(150)}.png`, `${'👩'.repeat(100)}.png`],
  ])('%j is saved as %s', (sent, saved) => {
    expect(attachmentName(sent, ['png'])).toBe(saved);
  });
});
