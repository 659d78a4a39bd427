// Whether the names that added lines use mean something where the lines land. A hunk written for other names
// (folio where the base has page) would compile to nothing, or worse, to something else.
import type { FileDiff, KernelSource } from '../types.ts';
import type { HunkToken } from './align.ts';
import type { Definition } from './functions.ts';
import { hunkTokens } from './hunk-tokens.ts';
import { blankDirectives, DIRECTIVE, maskText } from './mask.ts';
import type { Target } from './rewrite.ts';
import { isWord, tokenize } from './tokens.ts';

const KEYWORDS = new Set(
  `auto break case char const continue default do double else enum extern float for goto if inline int long register
  restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool asm typeof
  u8 u16 u32 u64 s8 s16 s32 s64 size_t ssize_t true false NULL current jiffies __attribute__ __always_inline
  likely unlikely define undef ifdef ifndef endif elif defined include __func__ __FILE__ __LINE__ EXPORT_SYMBOL
  EXPORT_SYMBOL_GPL __VA_ARGS__ __user __init __percpu __rcu __maybe_unused __must_check __cold noinline
  noinline_for_stack __attribute_const__`.split(/\s+/),
);

/**
 * Returns the names in the added lines of `hunk` that are known neither in the functions they land in, nor at the top
 * level of the file, nor in a header of `source`, nor added by the patch; in the order of the hunk. Names that macros
 * make are known when they are page flags of page-flags.h or tracepoints; CONFIG_ names are always known.
 */
export function unknownNames(
  source: KernelSource,
  target: Target,
  hunk: { readonly tokens: readonly HunkToken[]; readonly functions: readonly Definition[] },
  patch: readonly FileDiff[],
): string[] {
  const local = new Set<string>();
  for (const fn of hunk.functions) {
    for (const name of plainWords(tokenize(target.file.text, fn.start, fn.end))) local.add(name);
  }
  const added = addedNames(patch);
  const unknown = new Set<string>();
  for (const [index, token] of hunk.tokens.entries()) {
    if (!token.fixed || !isWord(token.text) || KEYWORDS.has(token.text)) continue;
    if (local.has(token.text) || added.has(token.text)) continue;
    const before = hunk.tokens[index - 1]?.text ?? '';
    const isMember =
      before === '.' || before === '->' || before === 'struct' || before === 'union' || before === 'enum';
    if (!isKnown(source, target, token.text, isMember)) unknown.add(token.text);
  }
  return [...unknown];
}

/** Words that are not behind a dot or an arrow. */
function plainWords(tokens: readonly { readonly text: string }[]): string[] {
  return tokens.flatMap((token, index) => {
    const before = tokens[index - 1]?.text ?? '';
    return isWord(token.text) && before !== '.' && before !== '->' ? [token.text] : [];
  });
}

/** Names that the added lines of a patch declare: a word or a star in front, the end of a declarator behind. */
function addedNames(patch: readonly FileDiff[]): Set<string> {
  const names = new Set<string>();
  for (const hunk of patch.flatMap((diff) => diff.hunks)) {
    const tokens = hunkTokens(hunk, '+');
    for (const [index, token] of tokens.entries()) {
      if (!token.fixed || !isWord(token.text) || KEYWORDS.has(token.text)) continue;
      const [two, one] = [tokens[index - 2]?.text ?? ';', tokens[index - 1]?.text ?? ';'];
      const next = tokens[index + 1]?.text ?? ';';
      const isLabel = next === ':' && /^[;{}]$/.test(one) && tokens[index + 2]?.text !== ':';
      const isTyped = isWord(one) && !/^(?:return|goto|else|case|sizeof|do|if|while)$/.test(one);
      const isPointer =
        one === '*' &&
        (two === '*' ||
          (isWord(two) && /^(?:[;{}(,*]|struct|union|const|static|unsigned)$/.test(tokens[index - 3]?.text ?? ';')));
      const isListed = one === ',' && /^[;=,]$/.test(next) && isDeclarationList(tokens, index);
      const endsStruct = one === '}' && /^[;=,[]$/.test(next);
      if (isLabel || endsStruct || ((isTyped || isPointer || isListed) && /^(?:[;=,)([{:]|#)$/.test(next)))
        names.add(token.text);
      else if (one === 'define' || one === 'struct') names.add(token.text);
      else if (/^[A-Z]/.test(token.text) && /^[,{]$/.test(one) && /^[,=}]$/.test(next)) names.add(token.text);
    }
  }
  return names;
}

/** `int a = 1, b;`: the statement of the comma starts with two words. */
function isDeclarationList(tokens: readonly HunkToken[], index: number): boolean {
  let at = index;
  while (at > 0 && index - at < 64 && !/^[;{}()]$/.test(tokens[at - 1]?.text ?? '')) at -= 1;
  return isWord(tokens[at]?.text ?? '') && (isWord(tokens[at + 1]?.text ?? '') || tokens[at + 1]?.text === '*');
}

const answers = new WeakMap<KernelSource, Map<string, boolean>>();

function isKnown(source: KernelSource, target: Target, name: string, isMember: boolean): boolean {
  if (/^(?:trace_|__builtin_|CONFIG_)/.test(name)) return true;
  const own = target.file.text;
  if (isMember ? hasWord(own, name) : isUsedAsName(own, name)) return true;
  const known = answers.get(source) ?? new Map<string, boolean>();
  answers.set(source, known);
  const key = `${isMember ? '.' : ''}${name}`;
  const answer = known.get(key) ?? isInHeaders(source, name, isMember);
  known.set(key, answer);
  return answer;
}

/** The nearest headers first: most names end the search in mm/internal.h or include/linux. */
function isInHeaders(source: KernelSource, name: string, isMember: boolean): boolean {
  if (isFlagName(source, name) || isIgnored(source, name)) return true;
  for (const path of source.paths) {
    // A field may be of a struct in another C file; a function or a variable must be in a header to be seen.
    if (!path.endsWith('.h') && !isMember) continue;
    const text = source.read(path)?.text ?? '';
    if (hasWord(text, name) && (isMember || topLevelNames(text).has(name))) return true;
  }
  return false;
}

/** A call that a row of the primitives table drops, wherever it stands: counting, tracing, printing. */
function isIgnored(source: KernelSource, name: string): boolean {
  const rows = source.read(source.paths.find((path) => path.endsWith('/relore-primitives.h')) ?? '')?.text ?? '';
  for (const [, words = ''] of rows.matchAll(/^#pragma relore ignore (.*)$/gm)) {
    if (words.split(/\s+/).some((word) => new RegExp(`^${word.replaceAll('*', '\\w*')}$`).test(name))) return true;
  }
  return false;
}

function hasWord(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!/\w/.test(text[at - 1] ?? ' ') && !/\w/.test(text[at + name.length] ?? ' ')) return true;
  }
  return false;
}

/** True when a file calls `name` or declares it outside functions: a field of that name does not count. Linear. */
export function isUsedAsName(text: string, name: string): boolean {
  return hasWord(text, name) && (isCalledIn(text, name) || topLevelNames(text).has(name));
}

function isCalledIn(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w.]|->)${name}\\s*\\(`).test(text);
}

/** folio_test_clear_mlocked and TestClearPageMlocked are made by PAGEFLAG(Mlocked, mlocked, ...). */
function isFlagName(source: KernelSource, name: string): boolean {
  const flag =
    /^(?:__)?folio_(?:test_set|test_clear|test|set|clear)_(\w+)$/.exec(name)?.[1] ??
    /^(?:__)?(?:Set|Clear|TestSet|TestClear)?Page(\w+)$/.exec(name)?.[1];
  if (flag === undefined) return false;
  const text = source.read('include/linux/page-flags.h')?.text ?? '';
  return new RegExp(`\\b\\w*(?:FLAG|TYPE)\\w*\\((?:\\w+,\\s*)?${flag}\\b`).test(text);
}

const topLevel = new Map<string, ReadonlySet<string>>();

/**
 * Returns the names a file declares outside functions: functions, variables, types, macros, enumerators, and what
 * stands between the parentheses of an upper-case macro. Kept for the last files asked for. Linear.
 */
function topLevelNames(text: string): ReadonlySet<string> {
  const kept = topLevel.get(text);
  if (kept !== undefined) return kept;
  const names = new Set<string>();
  const masked = maskText(text);
  for (const match of masked.matchAll(DIRECTIVE)) {
    const name = /#\s*define\s+(\w+)/.exec(match[0])?.[1];
    if (name !== undefined) names.add(name);
  }
  const tokens = tokenize(blankDirectives(masked));
  let depth = 0;
  let parens = 0;
  let isEnum = false;
  let isMacro = false;
  for (const [index, { text: word }] of tokens.entries()) {
    const before = tokens[index - 1]?.text ?? '';
    if (word === '{') {
      if (depth === 0) isEnum = before === 'enum' || tokens[index - 2]?.text === 'enum';
      depth += 1;
    } else if (word === '}') depth = Math.max(0, depth - 1);
    else if (depth === 0 && word === '(') {
      if (parens === 0) isMacro = /^[A-Z][A-Z0-9_]*$/.test(before);
      parens += 1;
    } else if (depth === 0 && word === ')') parens = Math.max(0, parens - 1);
    else if (!isWord(word) || /^(?:struct|union|enum)$/.test(before)) continue;
    else if (
      depth === 0 &&
      (parens === 0 || isMacro || (parens === 1 && before === '*' && tokens[index - 2]?.text === '('))
    )
      names.add(word);
    else if (depth === 1 && isEnum && (before === '{' || before === ',')) names.add(word);
  }
  if (topLevel.size > 64) topLevel.clear();
  topLevel.set(text, names);
  return names;
}
