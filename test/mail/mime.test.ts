import { readFileSync } from 'node:fs';
import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { readForm } from '../../src/mail/form.ts';
import { readLines, readMail } from '../../src/mail/mail.ts';
import { filesBelow, missing, shared } from './mails.ts';

const absent = missing('mail-samples');

/** Words of a text, quote marks and blanks aside: what both parsers must agree on. */
function words(text: string): string {
  return text.replace(/[\s>\u00a0\uFEFF]+/g, ' ').trim();
}

describe.skipIf(absent !== '')(`encoded mail and mail in parts${absent}`, () => {
  it('has the text that mailparser finds, but for flowed mail, which mailparser joins', async () => {
    const files = ['special', 'lore', 'seed-threads'].flatMap((folder) => filesBelow(folder, /\.(?:eml|gz|mbox)$/));
    const different: string[] = [];
    let count = 0;
    for (const file of files) {
      const form = await readForm(readFileSync(shared(file)), file);
      for (const raw of form.mails) {
        const bytes = form.source.subarray(raw.start, raw.end);
        const head = bytes.toString('latin1');
        if (!/^content-(?:type:\s*multipart|transfer-encoding:\s*(?:base64|quoted))/im.test(head)) continue;
        if (/format="?flowed|^>From /im.test(head) || /\.(?:patch|diff)"?$/m.test(head)) continue;
        const theirs = (await simpleParser(bytes, { skipTextToHtml: true, skipTextLinks: true })).text ?? '';
        const { lines } = await readLines(form, readMail(form, raw));
        count++;
        if (words(lines.map((line) => line.text).join('\n')) !== words(theirs)) different.push(`${file} ${raw.start}`);
      }
    }
    console.log(`mail text: ${count - different.length} of ${count} encoded mails equal mailparser's`);
    expect(count).toBeGreaterThan(20);
    expect(different).toEqual([]);
  });
});
