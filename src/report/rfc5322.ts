// A draft as RFC 5322 has it: readable by `cat`, so 7bit or 8bit and never quoted-printable.

/** A plain-text mail without recipients: whom to write to is for the person who sends it. */
export interface Draft {
  readonly from: string | undefined; // 'Name <address>'
  readonly subject: string;
  readonly inReplyTo: string | undefined; // Message-ID without <>
  readonly references: readonly string[]; // oldest first
  readonly body: string; // ends with a newline
}

const LINE = 76; // columns of a header line (RFC 5322 section 2.1.1 asks for at most 78)

/**
 * Returns the draft as bytes in text form, with LF line ends as git and mutt keep them. There is no Date and no
 * Message-ID: the program that sends it makes them, and the same review gives the same draft.
 */
export function renderDraft(draft: Draft): string {
  const isAscii = /^[\n\t\x20-\x7e]*$/.test(draft.body);
  const id = draft.inReplyTo === undefined ? undefined : messageId(draft.inReplyTo);
  const references = draft.references.map(messageId).filter((one) => one !== undefined);
  const headers = [
    ...(draft.from === undefined ? [] : [fromHeader(draft.from.replace(/\p{Cc}+/gu, ' '))]),
    `Subject: ${words(draft.subject.replace(/\p{Cc}+/gu, ' '), 'Subject: '.length)}`,
    ...(id === undefined ? [] : [`In-Reply-To: ${id}`]),
    ...(references.length === 0 ? [] : [`References: ${references.join('\n ')}`]),
    'MIME-Version: 1.0',
    `Content-Type: text/plain; charset=${isAscii ? 'us-ascii' : 'utf-8'}`,
    `Content-Transfer-Encoding: ${isAscii ? '7bit' : '8bit'}`,
  ];
  return `${headers.join('\n')}\n\n${draft.body}`;
}

/** `<id>`, or nothing for one that could break out of its header. */
function messageId(id: string): string | undefined {
  return /^[^\s<>]{1,900}$/.test(id) && /^[\x21-\x7e]+$/.test(id) ? `<${id}>` : undefined;
}

function fromHeader(from: string): string {
  const [, name = '', address = from] = /^(.*?)\s*<([^<>\s]+)>$/.exec(from) ?? [];
  if (name === '') return `From: ${address}`;
  const shown =
    /^[\w .'-]+$/.test(name) && !name.includes('.')
      ? name
      : isPlain(name)
        ? `"${name.replace(/["\\]/g, '')}"`
        : encoded(name, 0);
  return `From: ${shown} <${address}>`;
}

function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** Header text folded at blanks; RFC 2047 words when it is not ASCII. `used`: columns before it. */
function words(text: string, used: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (!isPlain(line) || line.includes('=?')) return encoded(line, used);
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const room = LINE - (lines.length === 0 ? used : 1);
    if (current !== '' && current.length + 1 + word.length > room) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current].join('\n ');
}

/** `=?utf-8?B?...?=` words of at most 75 characters (RFC 2047 section 2), no character split over two. */
function encoded(text: string, used: number): string {
  const chunks: string[] = [];
  let chunk = '';
  for (const character of text) {
    const room = 42 - (chunks.length === 0 ? Math.ceil((used * 3) / 4) : 0);
    if (chunk !== '' && Buffer.byteLength(chunk + character) > room) {
      chunks.push(chunk);
      chunk = '';
    }
    chunk += character;
  }
  return [...chunks, chunk].map((part) => `=?utf-8?B?${Buffer.from(part).toString('base64')}?=`).join('\n ');
}
