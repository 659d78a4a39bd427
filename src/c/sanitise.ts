// Kernel C that tree-sitter-c cannot read, made readable without moving a character: every change keeps the length,
// so the offsets of the parse are offsets of the file (c-front-end: attribute, iteration and type-argument rows).

// Words that say nothing about the memory accesses of a function. Lock annotations are read elsewhere.
const ATTRIBUTE_WORDS =
  /\b(?:__always_inline|__inline__|__inline|noinline_for_stack|noinline|__noinline|__init|__initconst|__init_memblock|__initdata_memblock|__init_or_module|__meminit|__meminitdata|__paginginit|__exit|__ref|__refdata|__weak|__visible|__noreturn|noinstr|__no_sanitize_address|__naked|__net_init|__no_kcsan|__flatten|__fastpath_inline|__no_kmsan_checks|__must_check_fn|__designated_init|__lockfunc|__signed|__always_unused|__sched|__cold|__hot|__pure|__must_check|__maybe_unused|__always_unused|__used|__weak|__percpu|__user|__iomem|__rcu|__force|__bitwise|__read_mostly|__ro_after_init|__initdata|__latent_entropy|asmlinkage|__cacheline_aligned_in_smp|____cacheline_aligned_in_smp|____cacheline_internodealigned_in_smp|____cacheline_aligned|__cacheline_aligned|__randomize_layout|__no_kasan_or_inline|__no_sanitize_memory|notrace|nokprobe_inline|fallthrough|__attribute_const__|__packed|__kprobes|randomized_struct_fields_start|randomized_struct_fields_end|__private)\b/g;
const ATTRIBUTE_CALLS =
  /\b(?:__attribute__|__releases|__acquires|__must_hold|__cond_acquires|__cond_lock|__aligned|__printf|__counted_by|__alloc_size|__malloc|__section|__assume_aligned|__realloc_size|__guarded_by|CACHELINE_PADDING|ZONE_PADDING|static_assert|BUILD_BUG_ON|EXPORT_SYMBOL_GPL|EXPORT_SYMBOL|ALLOW_ERROR_INJECTION|_Static_assert|MODULE_\w+)\s*\(/g;
// Macros that take a type where C has an expression: the tag word goes, the name stays (and is read as a struct).
const TYPE_ARGUMENT =
  /\b(?:container_of|container_of_const|list_entry|list_first_entry|list_last_entry|list_first_entry_or_null|list_next_entry|hlist_entry|rb_entry|__builtin_offsetof|min_t|max_t|clamp_t|__builtin_types_compatible_p|__same_type|typecheck|kzalloc_obj|KMEM_CACHE|this_cpu_ptr_type)\s*\(/g;
// `alloc_percpu(struct x)`, `f(a, struct x)`: a type as an argument. A declaration has a name or a star behind it.
const TAG_ARGUMENT =
  /((?:\b(?!(?:sizeof|typeof|__typeof__|__typeof|typeof_unqual|offsetof|va_arg|_Alignof|__alignof__)\b)[A-Za-z_]\w*[ \t]*\(|,)\s*)\b(struct|union|enum)\b(?=\s+\w+\s*[,)])/g;
// `static DEFINE_RATELIMIT_STATE(rs, a, b)` reads as a call without its first word.
const STATIC_MACRO = /\bstatic\b(?=\s+DEFINE_\w+\s*\(\s*\w+\s*,)/g;
const ITERATION = /\b(?:\w*for_each\w*|\w*foreach\w*|for_next_\w*|scoped_guard)\s*\(/g;

// `(x) - 1`: the grammar may take it for a cast of -1. Names that are types by their look keep their parentheses.
const PARENTHESISED_NAME = /(?<![\w)\]]\s*)\(\s*([A-Za-z_]\w*)\s*\)(?=\s*[-+*&])/g;
const TYPE_NAME =
  /^(?:\w+_t|(?:__)?[us](?:8|16|32|64)|u?int|ulong|bool|_Bool|char|short|long|unsigned|signed|void|__auto)$/;

/** Blanks a match, line breaks kept. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

const LONGEST_ARGUMENTS = 4096; // characters between the parentheses of an attribute or an iteration macro

/** Offset behind the `)` that closes the `(` at `open`, or -1. Strings are not expected between them. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length && i < open + LONGEST_ARGUMENTS; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x28) depth++;
    else if (c === 0x29 && --depth === 0) return i + 1;
  }
  return -1;
}

/** An iteration macro that was turned into `while`; its real name is still in the original text at `offset`. */
export interface Iteration {
  readonly offset: number;
  readonly name: string;
}

/**
 * Text of the same length that the C grammar reads. Returns it with the iteration macros that became `while`.
 * Linear in the text times the nesting of parentheses.
 */
export function sanitise(text: string): { readonly text: string; readonly iterations: readonly Iteration[] } {
  let out = text.replace(ATTRIBUTE_WORDS, blank);
  out = blankCalls(out, ATTRIBUTE_CALLS);
  out = blankTags(out);
  out = out.replace(TAG_ARGUMENT, (_, before: string, tag: string) => before + blank(tag));
  out = out.replace(STATIC_MACRO, blank);
  out = blankTypeof(out);
  out = out.replace(PARENTHESISED_NAME, (match, name: string) =>
    TYPE_NAME.test(name) ? match : match.replace(/[()]/g, ' '),
  );
  const iterations: Iteration[] = [];
  out = out.replace(ITERATION, (match: string, offset: number, whole: string) => {
    const end = closing(whole, offset + match.length - 1);
    const next = end < 0 ? '' : (/\S/.exec(whole.slice(end, end + 200))?.[0] ?? '');
    const before = whole.slice(Math.max(0, offset - 80), offset).trimEnd();
    if (next === '' || ';,)='.includes(next) || !/[{};):]$|\belse$|\bdo$|^$/.test(before)) return match;
    const name = /\w+/.exec(match)?.[0] ?? '';
    iterations.push({ offset, name });
    return `while${' '.repeat(name.length - 5)}${match.slice(name.length)}`;
  });
  return { text: out, iterations };
}

function blankCalls(text: string, pattern: RegExp): string {
  if (text.search(pattern) < 0) return text;
  let out = '';
  let from = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const end = closing(text, pattern.lastIndex - 1);
    if (end < 0) continue;
    out += text.slice(from, match.index) + blank(text.slice(match.index, end));
    from = pattern.lastIndex = end;
  }
  pattern.lastIndex = 0;
  return out + text.slice(from);
}

/** typeof(expression) is no type for the grammar: `__auto` stands for it, see isAuto(). typeof(name) stays. */
function blankTypeof(text: string): string {
  if (!text.includes('typeof')) return text;
  let out = '';
  let from = 0;
  const pattern = /\b(?:typeof|__typeof__|__typeof|typeof_unqual|__unqual_scalar_typeof)\s*\(/g;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const end = closing(text, pattern.lastIndex - 1);
    if (end < 0) continue;
    if (!/^\s*(?:(?:struct|union|enum)\s+)?\w+\s*$/.test(text.slice(pattern.lastIndex, end - 1))) {
      out += `${text.slice(from, match.index)}__auto${blank(text.slice(match.index + 6, end))}`;
      from = end;
    }
    pattern.lastIndex = end;
  }
  return out + text.slice(from);
}

function blankTags(text: string): string {
  if (text.search(TYPE_ARGUMENT) < 0) return text;
  let out = '';
  let from = 0;
  TYPE_ARGUMENT.lastIndex = 0;
  for (let match = TYPE_ARGUMENT.exec(text); match !== null; match = TYPE_ARGUMENT.exec(text)) {
    const end = closing(text, TYPE_ARGUMENT.lastIndex - 1);
    if (end < 0) continue;
    const call = text
      .slice(TYPE_ARGUMENT.lastIndex, end)
      .replace(/\b(?:struct|union|enum|unsigned)\b(?=\s+\w)/g, blank);
    out += text.slice(from, TYPE_ARGUMENT.lastIndex) + call;
    from = TYPE_ARGUMENT.lastIndex = end;
  }
  TYPE_ARGUMENT.lastIndex = 0;
  return out + text.slice(from);
}
