// Touched functions to rules, by any version's name.
import type { Rule, Vocabulary } from '../types.ts';

export interface RuleMatch {
  readonly rule: Rule;
  readonly because: readonly string[]; // the touched functions, sorted
}

/**
 * Returns the rules that any of `functions` concerns, in the order of `rules`, each with the functions that made it match.
 * __munlock_page finds a rule that names __munlock_folio: `vocabulary` says that they are one operation.
 */
export function matchRules(rules: readonly Rule[], functions: readonly string[], vocabulary: Vocabulary): RuleMatch[] {
  const touched = [...new Set(functions)].sort().map((name) => ({ name, key: operationOf(name, vocabulary) }));
  return rules.flatMap((rule) => {
    const keys = new Set([...rule.functions, ...(rule.informs ?? [])].map((name) => operationOf(name, vocabulary)));
    const because = touched.filter(({ key }) => keys.has(key)).map(({ name }) => name);
    return because.length === 0 ? [] : [{ rule, because }];
  });
}

/** Whether a rule was brought up by functions of its other side alone, so that what it finds is information. */
export function isInformation(rule: Rule, because: readonly string[], vocabulary: Vocabulary): boolean {
  if (rule.informs === undefined || rule.informs.length === 0 || because.length === 0) return false;
  const keys = new Set(rule.functions.map((name) => operationOf(name, vocabulary)));
  return because.every((name) => !keys.has(operationOf(name, vocabulary)));
}

/**
 * Returns one key for all names of an operation, and `name` itself when the vocabulary does not know it.
 * The `*` of a name stands for a flag in the spelling of that name: folio_test_* takes folio_test_lru, Page* takes PageLRU
 * but not page_lru. A name without `*` wins, then the one with the longest fixed part.
 */
export function operationOf(name: string, vocabulary: Vocabulary): string {
  const known = keys.get(vocabulary) ?? new Map<string, string>();
  keys.set(vocabulary, known);
  const key = known.get(name) ?? findKey(name, vocabulary);
  known.set(name, key);
  return key;
}

const keys = new WeakMap<Vocabulary, Map<string, string>>();

function findKey(name: string, vocabulary: Vocabulary): string {
  let best: { readonly key: string; readonly fixed: number } | undefined;
  for (const [group, names] of vocabulary.names.entries()) {
    for (const pattern of names) {
      if (pattern === name) return `${group}:`;
      const flag = flagOf(name, pattern);
      const fixed = pattern.length - 1;
      if (flag !== undefined && fixed > (best?.fixed ?? -1)) best = { key: `${group}:${flag}`, fixed };
    }
  }
  return best?.key ?? name;
}

/** The flag that `*` of `pattern` stands for in `name`, without case and underscores. */
function flagOf(name: string, pattern: string): string | undefined {
  const [prefix = '', suffix] = pattern.split('*');
  if (suffix === undefined || !name.startsWith(prefix) || !name.endsWith(suffix)) return undefined;
  const flag = name.slice(prefix.length, name.length - suffix.length);
  const spelling = prefix.endsWith('_') ? /^[a-z]\w*$/ : /^[A-Z]\w*$/;
  return spelling.test(flag) ? flag.toLowerCase().replaceAll('_', '') : undefined;
}
