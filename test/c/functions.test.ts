import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { indexFile } from '../../src/c/file-index.ts';
import { findFunctions, findMacros } from '../../src/c/functions.ts';

const names = (text: string) => findFunctions(text).map((fn) => fn.name);
const TREES = [
  process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12',
  process.env['RELORE_TREE_61'] ?? '/tmp/relore-trees/linux-source-6.1',
];

describe('finding functions', () => {
  it('gives the name, the line of the name and the offsets of header, brace and end', () => {
    const text =
      'int a;\n\nstatic struct lruvec *\nrelock(struct folio *folio,\n       struct lruvec *held)\n{\n\treturn held;\n}\n';
    const [found] = findFunctions(text);
    expect(found).toEqual({
      name: 'relock',
      start: text.indexOf('static'),
      bodyStart: text.indexOf('{'),
      end: text.indexOf('}') + 1,
      line: 4,
    });
  });

  it('a brace, a quote or a name in a comment or a string is not code', () => {
    const text =
      '/* void no(void) { */\nvoid yes(void) { char c = \'{\'; puts("}\\"{"); } // it\'s {\nvoid also(void) {}\n';
    expect(names(text)).toEqual(['yes', 'also']);
  });

  it('structs, initialisers, prototypes and macro calls are no functions', () => {
    const text =
      'struct s { int (*f)(int); };\nstruct s t = { .f = g };\nint proto(int);\nint v[] = { A(1), };\n' +
      'static DEFINE_PER_CPU(struct s, u) = { .f = g };\nEXPORT_SYMBOL(g);\nenum e { A, B };\nvoid real(void) { }\n';
    expect(names(text)).toEqual(['real']);
  });

  it('attributes before and after the name do not hide it', () => {
    const text =
      'static __printf(1, 2) __cold void before(const char *f, ...) { }\n' +
      'void after(spinlock_t *l) __acquires(l) __must_hold(m) { }\n' +
      'static void __init __munlock(void) { }\n' +
      'SYSCALL_DEFINE2(mlock, unsigned long, start, size_t, len) { }\n' +
      'COMPAT_SYSCALL_DEFINE1(old, int, x) { }\n';
    expect(names(text)).toEqual(['before', 'after', '__munlock', 'sys_mlock', 'compat_sys_old']);
  });

  it('the definitions of all #if arms are found, and arms that each open one function share its end', () => {
    const text = '#ifdef A\nvoid f(int a)\n{\n#else\nvoid f(long a)\n{\n#endif\n\tg();\n}\nvoid h(void) { }\n';
    expect(names(text)).toEqual(['f', 'f', 'h']);
    expect(names('#ifdef A\nint p(void) { return 1; }\n#else\nint p(void) { return 0; }\n#endif\n')).toEqual([
      'p',
      'p',
    ]);
  });

  it('an #if inside a function that opens the same block in both arms does not unbalance it', () => {
    const text =
      'void f(void)\n{\n#ifdef A\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t\tg();\n\t}\n}\nvoid h(void)\n{\n}\n';
    expect(names(text)).toEqual(['f', 'h']);
  });

  it('a file that never balances is cut at closing braces in column 1', () => {
    expect(names('void f(void)\n{\n\tBEGIN {\n}\nvoid h(void)\n{\n}\n')).toEqual(['f', 'h']);
  });

  it('function-like macros are found with their last line', () => {
    const text = '#define PLAIN 1\n# define twice(x) \\\n\t((x) + \\\n\t (x))\nint a;\n';
    expect(findMacros(text)).toEqual([
      { name: 'twice', start: 16, bodyStart: 33, end: text.indexOf('\nint a'), line: 2 },
    ]);
  });

  it('a million characters without a definition take no quadratic time', () => {
    findFunctions('f(a) '.repeat(200_000));
    findFunctions('{ ( '.repeat(250_000));
    findFunctions('#if A\n'.repeat(100_000));
  });

  const missing = TREES.filter((tree) => !existsSync(tree));
  it.skipIf(missing.length > 0)(
    `no brace in column 1 of mm/*.c is a function that is missed (needs ${TREES.join(', ')})`,
    () => {
      const missed: string[] = [];
      for (const tree of TREES) {
        for (const name of readdirSync(join(tree, 'mm')).filter((file) => file.endsWith('.c'))) {
          const text = readFileSync(join(tree, 'mm', name), 'utf8');
          const bodies = new Set(findFunctions(text).map((fn) => fn.bodyStart));
          for (const match of text.matchAll(/^\{/gm)) {
            const before = text.slice(Math.max(0, match.index - 120), match.index);
            if (bodies.has(match.index) || /=\s*$|\\\n$/.test(before)) continue;
            missed.push(`${name}: ${before.split('\n').at(-2) ?? ''}`);
          }
        }
      }
      // The heads of macros whose bodies continue with a backslash only after the brace.
      expect(missed.filter((line) => !line.includes('##'))).toEqual([]);
    },
  );
});

describe('a macro call that stands alone', () => {
  it('does not hide the function behind it, however far away', () => {
    const gap = '\n'.repeat(5000);
    const text = `module_init(start)\n${gap}static void f(int a)\n{\n}\nmodule_exit(stop)\nint g(void)\n{\n}\n`;
    const { functions } = indexFile({ path: 'mm/x.c', text }, new Map());
    expect([...functions].map(([name, { line }]) => [name, line])).toEqual([
      ['f', 5002],
      ['g', 5006],
    ]);
  });

  it('is part of the head when it describes the function', () => {
    const text = '__printf(1, 2) void f(int a)\n{\n}\nint\ng(void)\n{\n}\n';
    const { functions } = indexFile({ path: 'mm/x.c', text }, new Map());
    expect([...functions.keys()]).toEqual(['f', 'g']);
  });
});

describe('what a definition is', () => {
  it('a function that gives an enum or a struct is no enum and no struct', () => {
    const text =
      'static enum result __suitable(int order)\n{\n}\nstruct pair __pair(int a)\n{\n}\nstruct kept { int a; };\n';
    const { functions, structs, enums } = indexFile({ path: 'mm/x.c', text }, new Map());
    expect([...functions.keys()]).toEqual(['__suitable', '__pair']);
    expect([[...structs.keys()], enums.length]).toEqual([['kept'], 0]);
  });

  it('a typedef may be of a function, of a pointer to one, or of an array', () => {
    const text =
      'typedef int filler_t(struct file *, struct folio *);\ntypedef void (*call_t)(int x);\ntypedef long row_t[4];\n';
    const { typedefs } = indexFile({ path: 'mm/x.c', text }, new Map());
    expect([...typedefs.keys()]).toEqual(['filler_t', 'call_t', 'row_t']);
  });
});
