// A draft as RFC 5322 has it: readable by `cat`, so 7bit or 8bit and never quoted-printable.
import MailComposer from 'nodemailer/lib/mail-composer';

/** Whom a draft is addressed to: only those who asked. */
export interface DraftRecipients {
  readonly to: string; // address
  readonly cc: readonly string[];
}

/** A plain-text mail; without recipients, whom to write to is for the person who sends it. */
export interface Draft {
  readonly from: string | undefined; // 'Name <address>'
  readonly recipients?: DraftRecipients;
  readonly subject: string;
  readonly inReplyTo: string | undefined; // Message-ID without <>
  readonly references: readonly string[]; // oldest first
  readonly body: string; // ends with a newline
}

/**
 * Returns the draft as bytes in text form, with LF line ends as git and mutt keep them. There is no Date and no
 * Message-ID: the program that sends it makes them, and the same review gives the same draft.
 */
export function renderDraft(draft: Draft): string {
  const isAscii = /^[\n\t\x20-\x7e]*$/.test(draft.body);
  const id = draft.inReplyTo === undefined ? undefined : messageId(draft.inReplyTo);
  const references = draft.references.map(messageId).filter((one) => one !== undefined);
  const node = new MailComposer({
    ...(draft.from === undefined ? {} : { from: oneLine(draft.from) }),
    ...(draft.recipients === undefined
      ? {}
      : { to: oneLine(draft.recipients.to), cc: draft.recipients.cc.map(oneLine) }),
    subject: oneLine(draft.subject),
    ...(id === undefined ? {} : { inReplyTo: id }),
    ...(references.length === 0 ? {} : { references }),
    text: '',
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  node.setHeader('Content-Type', `text/plain; charset=${isAscii ? 'us-ascii' : 'utf-8'}`);
  node.setHeader('Content-Transfer-Encoding', isAscii ? '7bit' : '8bit');
  const made = node.buildHeaders().replaceAll('\r\n', '\n');
  return `${made.replace(/^(?:Date|Message-ID):.*\n(?:[ \t].*\n)*/gim, '')}\n\n${draft.body}`;
}

/** `<id>`, or nothing for one that could break out of its header. */
function messageId(id: string): string | undefined {
  return /^[^\s<>]{1,900}$/.test(id) && /^[\x21-\x7e]+$/.test(id) ? `<${id}>` : undefined;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}
