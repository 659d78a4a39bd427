// Mail that a program wrote: test robots, patch trackers, reviewing programs.

import type { Headers } from './header.ts';
import { field } from './header.ts';

const NAMES =
  /\b(?:bot|robot|syzbot|patchwork|buildbot|regzbot|zuul|jenkins|sashiko|coderabbit|copilot|lkp|kernelci|tip-bot\d?)\b|\b(?:CI|AI) (?:bot|review|results?)\b|\breview bot\b/i;
const ADDRESSES =
  /^(?:lkp|oliver\.sang|syzbot[+.\w-]*|patchwork-bot[+\w-]*|kernel-?ci[\w-]*|bot|tip-bot\d?|noreply|no-reply|[\w.+-]*-bot|bot[+-][\w.+-]*)@/i;

/** Returns `bot` when the sender's name, address or a header field says that no person wrote the mail. */
export function originOf(
  from: { readonly name: string; readonly address: string | undefined },
  headers: Headers,
): 'bot' | undefined {
  if (NAMES.test(from.name) || ADDRESSES.test(from.address ?? '')) return 'bot';
  const auto = field(headers, 'auto-submitted')?.toLowerCase();
  if (auto !== undefined && auto !== 'no') return 'bot';
  return headers.has('x-syzkaller-dashboard') || headers.has('x-ai-review') ? 'bot' : undefined;
}
