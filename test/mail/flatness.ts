// How much of a mail is read right when its line ends are gone: the speakers of a raw mail against its flattened form.

import { execFileSync } from 'node:child_process';
import type { Thread } from '../../src/types.ts';
import { shared } from './mails.ts';

/** Renders raw mails with the tool beside the samples, '' where it fails (a mail without text). */
const RENDER = `
import sys, json, base64, email
exec(open(sys.argv[1]).read().split("if __name__")[0])
form = {'hypermail': hypermail, 'flat': flat, 'flat-quote': flat}[sys.argv[2]]
def page(raw):
    try: return form(email.message_from_bytes(base64.b64decode(raw)))
    except Exception: return ''
json.dump([page(raw).encode('utf-8', 'replace').decode() for raw in json.load(sys.stdin)], sys.stdout)
`;

/** Returns raw mails in a damaged form: `hypermail`, `flat`. */
export function damagedForms(mails: readonly Buffer[], form: 'hypermail' | 'flat'): string[] {
  const input = JSON.stringify(mails.map((raw) => raw.toString('base64')));
  const args = ['-c', RENDER, shared('tools/mailforms.py'), form];
  return JSON.parse(execFileSync('python3', args, { input, encoding: 'utf8', maxBuffer: 1 << 28 })) as string[];
}

interface Word {
  readonly text: string;
  readonly speaker: string;
  readonly line: number; // counted over the mail
}

const AHEAD = 40; // words looked through to find the next common one

/** Lines of the raw mail, and how many have most of their words said by the right speaker in the flattened one. */
export function rightLines(raw: Thread, flat: Thread): { right: number; total: number } {
  const wanted = words(raw);
  const found = words(flat);
  const score = new Map<number, number>();
  let at = 0;
  for (const word of wanted) {
    const match = found.slice(at, at + AHEAD).findIndex((each) => each.text === word.text);
    if (match >= 0) at += match + 1;
    const same = match >= 0 && found[at - 1]?.speaker === word.speaker;
    score.set(word.line, (score.get(word.line) ?? 0) + (same ? 1 : -1));
  }
  return { right: [...score.values()].filter((each) => each > 0).length, total: score.size };
}

/** The words of a mail without quote marks. The author is not named in a flattened mail: depth 0 stands for them. */
function words(thread: Thread): Word[] {
  const real = thread.messages.find((message) => !message.virtual);
  let line = 0;
  return (real?.blocks ?? []).flatMap(({ text, depth, speaker }) =>
    text.split('\n').flatMap((each) => {
      line++;
      const by = depth === 0 ? 'author' : (speaker ?? '?');
      return each
        .split(/\s+/)
        .map((word) => word.replace(/^>+|>+$/g, ''))
        .filter((word) => word !== '')
        .map((word) => ({ text: word, speaker: by, line }));
    }),
  );
}
