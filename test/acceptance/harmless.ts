// Harmless edits, made of any function by rule: what a tidy-up does to C, and nothing that a CPU would notice.

/** Changes the text of one function, from its head to its closing brace; the same text when there is nothing to change. */
export type HarmlessEdit = (fn: string) => string;

const LOCAL = /^\t(?:(?:const|unsigned|struct|static|enum) )*\w+ \**(\w+)(?:\[[^\]]*\])?(?: = [^;]*)?;$/;
const RESERVED = /^\t(?:return|goto|static)\b/;

/** Names of the locals that the first paragraph of a body declares, one a line. */
function localsOf(body: string): string[] {
  const lines = body.split('\n');
  const head = lines.slice(0, Math.max(0, lines.indexOf('')));
  return head.flatMap((line) => (RESERVED.test(line) ? [] : (LOCAL.exec(line)?.[1] ?? [])));
}

function inBody(edit: (body: string) => string): HarmlessEdit {
  return (fn) => {
    const start = fn.indexOf('\n{\n') + 3;
    return fn.slice(0, start) + edit(fn.slice(start));
  };
}

/** A statement behind the declarations, where the body has a blank line after them. */
function statement(text: string): HarmlessEdit {
  return inBody((body) => {
    const lines = body.split('\n');
    const blank = lines.indexOf('');
    return blank < 0 || blank > 15 ? body : [...lines.slice(0, blank + 1), text, ...lines.slice(blank + 1)].join('\n');
  });
}

/** The kinds of edits, by what they do. */
export const HARMLESS: Readonly<Record<string, HarmlessEdit>> = {
  'renamed locals': inBody((body) =>
    localsOf(body).reduce(
      (text, name) => text.replace(new RegExp(`(?<![.>\\w])(?<!struct )${name}\\b(?!\\s*:[^:])`, 'g'), `${name}_x`),
      body,
    ),
  ),
  'renamed labels': inBody((body) =>
    [...body.matchAll(/^(\w+):$/gm)].reduce(
      (text, [, label = '']) =>
        text
          .replace(new RegExp(`^${label}:$`, 'm'), `${label}_here:`)
          .replaceAll(`goto ${label};`, `goto ${label}_here;`),
      body,
    ),
  ),
  'a remark': inBody((body) => `\t/* a remark */\n${body}`),
  'unlikely branches': inBody((body) =>
    body.replace(/\bif \((?!\(?(?:un)?likely)([^()]*\([^()]*\)[^()]*)\)( \{)?$/gm, 'if (unlikely($1))$2'),
  ),
  'braces around single statements': inBody((body) =>
    body.replace(/^(\t+)if (\(.*\))\n(\1\t[^\t\n].*;)$\n(?!\1else)/gm, '$1if $2 {\n$3\n$1}\n'),
  ),
  'a message': statement('\tpr_debug("here\\n");'),
  'a warning': statement('\tWARN_ON_ONCE(0);'),
  'an event counted': statement('\tcount_vm_event(PGACTIVATE);'),
  'a place to sleep': statement('\tmight_sleep();'),
  'not inlined': (fn) => fn.replace(/^static (?!inline|noinline|__always)/, 'static noinline '),
  'compared with zero': inBody((body) =>
    body.replace(/if \(!(\w+)\)/g, 'if ($1 == 0)').replace(/if \((\w+)\)/g, 'if ($1 != 0)'),
  ),
  'declarations in another order': inBody((body) =>
    body.replace(/^(\t[^\n=(]+;)\n(\t[^\n=(]+;)\n/, (both, one: string, two: string) =>
      LOCAL.test(one) && LOCAL.test(two) && !RESERVED.test(one) && !RESERVED.test(two) ? `${two}\n${one}\n` : both,
    ),
  ),
  'loops of another form': inBody((body) => body.replace(/^(\t+)while \((.*)\) \{$/gm, '$1for (; $2;) {')),
  'statements in blocks': inBody((body) =>
    body.replace(/^(\t+)((?:folio|page|lruvec|update|Set|Clear)\w*\([^()]*\);)$/gm, '$1{\n$1\t$2\n$1}'),
  ),
  'asserts that warn': inBody((body) => body.replace(/\bVM_BUG_ON_FOLIO\(/g, 'VM_WARN_ON_FOLIO(')),
};

/** `text` of a C file with `edit` made of every function in `names` that stands at the margin. */
export function inFunctions(text: string, names: ReadonlySet<string>, edit: HarmlessEdit): string {
  return text.replace(/^[a-z_][^\n;={}]*\b(\w+)\([^;{}]*\)\n\{\n[\s\S]*?^\}$/gm, (fn, name: string) =>
    names.has(name) ? edit(fn) : fn,
  );
}
