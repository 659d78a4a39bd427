// What people saw: call traces in both directions, assertions that fired, dumped pages.

import type { Block, Message, Thread } from '../types.ts';
import { type PageDump, readPageDumps } from './page-dump.ts';

/** What one block of a mail reports. */
export interface Log {
  readonly message: Message;
  readonly block: Block;
  readonly headline: string; // 'BUG: unable to handle ...', '' when there is none
  readonly assertions: readonly string[]; // 'VM_BUG_ON_PAGE(a != b)'
  readonly chains: readonly (readonly string[])[]; // innermost function first
  readonly pages: readonly PageDump[];
  readonly returns: readonly { readonly function: string; readonly value: number }[]; // 'do_migrate_range done ret=23'
}

const MOST_LOGS = 60; // of one thread
const MOST_TEXT = 100_000; // characters of one block
const MOST_CALLS = 60; // of one stack
const MOST_STACKS = 6; // of one log

/**
 * Returns what the mails of `thread` report, oldest mail first, each once over all mails that quote it (the least quoted copy). In
 * prose, a chain (`a < b < c`, `a -> b -> c`) of three functions counts, and an assertion that somebody says fired. Linear.
 */
export function findLogs(thread: Thread): Log[] {
  const best = new Map<string, Log>();
  for (const message of thread.messages) {
    if (message.virtual) continue;
    for (const block of message.blocks) {
      const log = logOf(message, block);
      if (log === undefined) continue;
      const key = JSON.stringify([log.headline, log.assertions, log.chains, log.pages]);
      const known = best.get(key);
      if (known === undefined || block.depth < known.block.depth) best.set(key, log);
    }
  }
  return [...best.values()].slice(0, MOST_LOGS);
}

function logOf(message: Message, block: Block): Log | undefined {
  const text = block.text.slice(0, MOST_TEXT);
  if (block.kind === 'trace' || block.kind === 'pagedump') {
    const chains = text
      .split(STACKS)
      .map(tracedCalls)
      .filter((calls) => calls.length > 0);
    const log = {
      message,
      block,
      headline: HEADLINE.exec(text)?.[1]?.trim() ?? '',
      assertions: assertionsIn(text),
      chains: chains.slice(0, MOST_STACKS),
      pages: readPageDumps(text),
      returns: [...text.matchAll(/\b([a-z_]\w*_\w+)\b[^\n]{0,20}?\bret(?:urned|urns)?\s*[=:]\s*(-?\d{1,9})\b/g)].map(
        (found) => ({ function: found[1]!, value: Number(found[2]) }),
      ),
    };
    return log.headline === '' && chains.length === 0 && log.pages.length === 0 && log.assertions.length === 0
      ? undefined
      : log;
  }
  if (block.kind !== 'prose') return undefined;
  const chains = chainsIn(text);
  const fired = chains.length > 0 || FIRED.test(text) ? assertionsIn(text) : [];
  if (chains.length === 0 && fired.length === 0) return undefined;
  return { message, block, headline: '', assertions: fired, chains, pages: [], returns: [] };
}

const HEADLINE =
  /^\W*(?:\[[^\]]*\]\s*)*((?:kernel )?BUG(?:: | at ).*|WARNING: .*|Oops: .*|general protection fault.*)$/m;
const FIRED = /\b(?:hit|hits|hitting|trigger(?:s|ed)?|fire[sd]?|crash(?:ed|es)?|oops(?:es|ed)?|splat|blew up)\b/i;

// KASAN and lockdep print several stacks.
const STACKS = /^[^\n]*(?:Allocated by|Freed by|Call [Tt]race:|stack backtrace:|Last potentially|-> #\d)[^\n]*$/m;

//   [ 883.93] lru_add_drain_cpu+0x1f/0x60      [<ffffffff8126a303>] evict+0xb3/0x180     dev_name include/linux/device.h:1342 [inline]
const CALL =
  /^[\s>]*(?:\[[^\]]*\]\s*)*(?:RIP: \w+:)?(\? )?([A-Za-z_]\w*)(?:\.\w+)*(?:\+0x[0-9a-f]+\/0x[0-9a-f]+|\s+\S+:\d+\s+\[inline\])/;

/** The calls of a trace that the unwinder is sure of, innermost first. */
function tracedCalls(text: string): string[] {
  const calls: string[] = [];
  for (const line of text.split('\n')) {
    const found = CALL.exec(line.slice(0, 300));
    if (found === null || found[1] !== undefined || calls.length >= MOST_CALLS) continue;
    if (calls.at(-1) !== found[2]) calls.push(found[2]!);
  }
  return calls;
}

const NAME = '[a-z_]\\w*_\\w+(?:\\(\\))?';
const INWARD = new RegExp(`\\b${NAME}(?:\\s+<-?\\s+${NAME}){2,20}`, 'g');
const OUTWARD = new RegExp(`\\b${NAME}(?:\\s+(?:->|=>|→)\\s+${NAME}){2,20}`, 'g');
const VARIANT = /\b(?:similar|same)\b[^.\n<]{0,20}<\s+([a-z_]\w*_\w+)/;

/** Chains of three functions or more, innermost first: `a < b < c` is called from right to left, `a -> b -> c` from left to right. */
function chainsIn(text: string): string[][] {
  const names = (chain: string): string[] => chain.match(/[a-z_]\w*_\w+/g) ?? [];
  const inward = [...text.matchAll(INWARD)].map((found) => ({
    chain: names(found[0]),
    end: found.index + found[0].length,
  }));
  const outward = [...text.matchAll(OUTWARD)].map((found) => names(found[0]).reverse());
  const [first] = inward;
  const other = first === undefined ? undefined : VARIANT.exec(text.slice(first.end, first.end + 400))?.[1];
  const variants = first === undefined || other === undefined ? [] : [[...first.chain.slice(0, -1), other]];
  return [...inward.map(({ chain }) => chain), ...variants, ...outward];
}

const ASSERTION = /\b(?:VM_(?:BUG|WARN)_ON\w*|(?:BUG|WARN)_ON\w*|lockdep_assert_\w+)\s*\(/g;
const LONGEST_ASSERTION = 200; // characters

/** Assertions with their conditions: `VM_BUG_ON_PAGE(lruvec_memcg(lruvec) != page->mem_cgroup)`. */
function assertionsIn(text: string): string[] {
  const found: string[] = [];
  for (const one of text.matchAll(ASSERTION)) {
    const from = one.index + one[0].length;
    let depth = 1;
    let to = from;
    for (; to < text.length && to - from < LONGEST_ASSERTION && depth > 0; to++) {
      if (text[to] === '(') depth++;
      if (text[to] === ')') depth--;
    }
    if (depth === 0 && to - from > 1) found.push(text.slice(one.index, to).replace(/\s+/g, ' '));
  }
  return [...new Set(found)];
}
