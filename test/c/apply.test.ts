import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyPatch } from '../../src/c/apply.ts';
import { readPatchFile } from '../../src/c/diff.ts';
import { openTree } from '../../src/c/tree.ts';
import type { Applied, FileDiff, KernelSource } from '../../src/types.ts';

const TREE_612 = process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12';
const TREE_61 = process.env['RELORE_TREE_61'] ?? '/tmp/relore-trees/linux-source-6.1';

// Our own code. `seal` and `open_box` have the same lines in the middle.
const BOX = `struct box { int lid; int seals; };
int checks(struct box *box);
void log_box(struct box *box);
#define LIMIT 4

static int seal(struct box *box, int how)
{
	int done = 0;

	/* the lid has to be shut by now */
	if (!checks(box))
		goto out;

	box->lid = 1;
	done = how;
	box->seals++;
out:
	log_box(box);
	return done;
}

static int open_box(struct box *box, int how)
{
	int done = 0;

	/* nobody else opens it */
	if (checks(box)) {
		box->lid = 0;
		log_box(box);
	}
	while (done < LIMIT)
		done++;
	box->seals--;
	return done;
}
`;

function sourceOf(files: Record<string, string>): KernelSource {
  const read = (path: string) => (files[path] === undefined ? undefined : { path, text: files[path] });
  return { kind: 'model', name: 'v1', paths: Object.keys(files).sort(), read };
}

function diffOf(text: string): readonly FileDiff[] {
  return readPatchFile(text, 'x.patch').files;
}

function hunk(lines: string, options: { at?: number; section?: string } = {}): readonly FileDiff[] {
  const body = lines.split('\n');
  const count = (marks: string) => body.filter((line) => marks.includes(line[0] ?? ' ')).length;
  const at = options.at ?? 1;
  const header = `@@ -${at},${count(' -')} +${at},${count(' +')} @@ ${options.section ?? ''}`;
  return diffOf(`--- a/mm/box.c\n+++ b/mm/box.c\n${header}\n${lines}\n`);
}

function apply(files: readonly FileDiff[], text = BOX): Applied {
  return applyPatch(sourceOf({ 'mm/box.c': text }), files);
}

function resultOf(applied: Applied): string {
  return applied.kind === 'applied' ? (applied.files[0]?.text ?? '') : applied.refusal.why;
}

describe('a hunk placed by its text', () => {
  const insert = ' \tbox->lid = 1;\n \tdone = how;\n+\tlog_box(box);\n \tbox->seals++;\n out:';

  it('goes in at any offset, and each line keeps its origin', () => {
    const applied = apply(hunk(insert, { at: 40 }));
    expect(applied).toMatchObject({ kind: 'applied', functions: ['seal'], words: '' });
    expect(resultOf(applied)).toBe(BOX.replace('\tdone = how;\n', '\tdone = how;\n\tlog_box(box);\n'));
    if (applied.kind !== 'applied') return;
    expect(applied.notes).toEqual(['mm/box.c: the hunk at line 40: placed 26 lines above its header']);
    expect([...(applied.files[0]?.origin ?? [])].slice(13, 18)).toEqual([14, 15, -15, 16, 17]);
    expect(applied.edits).toEqual([
      { kind: 'insert', function: 'seal', file: 'mm/box.c', line: 15, what: 'log_box(box);', after: 'log_box(box);' },
    ]);
  });

  it('that is incomplete, without context, already applied or for a missing file is refused with the reason', () => {
    const [diff] = hunk(insert);
    if (diff === undefined) return;
    expect(resultOf(apply([{ ...diff, hunks: diff.hunks.map((one) => ({ ...one, complete: false })) }]))).toMatch(
      /incomplete/,
    );
    expect(resultOf(apply(hunk('+\tint x;')))).toMatch(/no context/);
    const once = resultOf(apply(hunk(insert)));
    expect(resultOf(apply(hunk(insert), once))).toBe('the hunk at line 1 does not fit: it is already applied');
    expect(resultOf(applyPatch(sourceOf({ 'mm/other.c': '' }), hunk(insert)))).toBe(
      'the patch changes a file that is not in the sources of v1',
    );
  });

  it('that fits two functions goes to the one it names; where it names none it is refused', () => {
    const twice = BOX.replaceAll(
      '{\n\tint done = 0;\n\n',
      '{\n\tint done = 0;\n\n\tlog_box(box);\n\tchecks(box);\n\tlog_box(box);\n',
    );
    const remove = ' \tlog_box(box);\n-\tchecks(box);\n \tlog_box(box);';
    expect(apply(hunk(remove, { section: 'static int open_box(struct box *box, int' }), twice)).toMatchObject({
      functions: ['open_box'],
    });
    expect(apply(hunk(remove, { section: 'static int seal(struct box *box, int how)', at: 40 }), twice)).toMatchObject({
      functions: ['seal'],
    });
    expect(resultOf(apply(hunk(remove), twice))).toMatch(/its lines stand at 2 places \(lines 10, 29\)/);
  });

  it('whose lines stand only in another function than it names is refused', () => {
    expect(resultOf(apply(hunk(insert, { at: 30, section: 'static int open_box(struct box *box, int how)' })))).toMatch(
      /the hunk at line 30 does not fit/,
    );
  });

  it('keeps CR LF line ends, whichever side has them', () => {
    const dos = BOX.replaceAll('\n', '\r\n');
    expect(resultOf(apply(hunk(insert), dos))).toBe(resultOf(apply(hunk(insert))).replaceAll('\n', '\r\n'));
    expect(resultOf(apply(hunk(insert.replaceAll('\n', '\r\n'))))).toBe(resultOf(apply(hunk(insert))));
  });

  it('that changes comments only touches no function', () => {
    const applied = apply(hunk(' \n-\t/* nobody else opens it */\n+\t/* nobody at all */\n \tif (checks(box)) {'));
    expect(applied).toMatchObject({ kind: 'applied', functions: [], edits: [] });
  });
});

describe('a hunk placed by its tokens', () => {
  const note = (applied: Applied) => (applied.kind === 'applied' ? applied.notes.join('; ') : applied.refusal.why);

  it('forgives comments, blanks and line breaks in the context', () => {
    const applied = apply(
      hunk(
        ' \tint done = 0;\n \t/* other words */\n \tif (!checks(\n \t\t\tbox)) goto out;\n \n-\tbox->lid = 1;\n \tdone = how;\n \tbox->seals++;',
      ),
    );
    expect(resultOf(applied)).toBe(BOX.replace('\tbox->lid = 1;\n', ''));
    expect(note(applied)).toContain('placed by its tokens, 0.00 a token');
  });

  it('reports other words in the context, and refuses to add the word that was replaced', () => {
    const context =
      ' static int seal(struct crate *box, int how)\n {\n \tint done = 0;\n \tif (!checks(box))\n \t\tgoto out;\n';
    const applied = apply(hunk(`${context}-\tbox->lid = 1;\n \tdone = how;`));
    expect(applied).toMatchObject({ functions: ['seal'] });
    expect(note(applied)).toContain('the base has box for crate');
    expect(note(apply(hunk(`${context}-\tbox->lid = 1;\n+\tcrate->lid = 2;\n \tdone = how;`)))).toMatch(
      /it adds crate where the base has box: the base is too different/,
    );
  });

  it('refuses removed code that differs in one token', () => {
    expect(
      note(apply(hunk(' \tif (!checks(box))\n \t\tgoto out;\n-\tbox->lid = 2;\n \tdone = how;\n \tbox->seals++;'))),
    ).toMatch(/what it removes|the code it removes is not/);
  });

  it('refuses removed code that has another word, or something in between in the base', () => {
    const around = (removed: string) => ` \tif (!checks(box))\n \t\tgoto out;\n \n${removed}\n out:\n \tlog_box(box);`;
    expect(note(apply(hunk(around('-\tbox->lid = 1;\n-\tdone = who;\n-\tbox->seals++;'))))).toMatch(
      /the code it removes is not/,
    );
    expect(note(apply(hunk(around('-\tbox->lid = 1;\n-\tbox->seals++;'))))).toMatch(/the code it removes is not/);
    const right = around('-\tbox->lid = 1;\n-\tdone = how;\n-\tbox->seals++;').replace(' \n', ' \t/* words */\n');
    expect(resultOf(apply(hunk(right)))).toContain('\t\tgoto out;\n\nout:\n\tlog_box(box);');
  });

  it('refuses to insert where the base has something in between', () => {
    const lines =
      ' \tint done = 0;\n \tif (!checks(box))\n \t\tgoto out;\n \tbox->lid = 1;\n+\tlog_box(box);\n \tbox->seals++;\n out:';
    expect(note(apply(hunk(lines)))).toMatch(/what stands around the code it adds is different in the base/);
    expect(apply(hunk(lines), BOX.replace('\tdone = how;\n', '')).kind).toBe('applied');
  });

  it('does not take the body of an unbraced if for a statement of its block', () => {
    // The hunk removes a statement of a block; in the base it is all that the `while` repeats.
    const lines =
      ' \tif (checks(box)) {\n \t\tbox->lid = 0;\n \t\tlog_box(box);\n \t}\n \twhile (done < LIMIT) {\n \t\tlog_box(box);\n-\t\tdone++;\n \t}\n \tbox->seals--;';
    expect(note(apply(hunk(lines)))).toMatch(/what stands next to the code it changes is different in the base/);
    const braced = BOX.replace('LIMIT)\n\t\tdone++;', 'LIMIT) {\n\t\tlog_box(box);\n\t\tdone++;\n\t}');
    expect(apply(hunk(lines), braced).kind).toBe('applied');
  });

  it('refuses names that mean nothing where they land', () => {
    const lines = (name: string) =>
      ` \tif (!checks(box))\n \t\tgoto out;\n \n \tbox->lid = 1;\n+\t${name};\n \tdone = how;`;
    expect(note(apply(hunk(lines('log_box(folio)'))))).toMatch(
      /it uses folio, which the sources of v1 do not have there/,
    );
    expect(note(apply(hunk(lines('gone(box)'))))).toMatch(/it uses gone,/);
    for (const known of [
      'checks(box)',
      'int fresh = done; log_box(box)',
      'done = LIMIT',
      'trace_box(box)',
      'open_box(box, how)',
    ]) {
      expect(apply(hunk(lines(known))).kind, known).toBe('applied');
    }
    // A parameter of another function of the file is not in scope.
    expect(
      note(
        apply(
          hunk(lines('done = what')),
          BOX.replace('open_box(struct box *box, int how)', 'open_box(struct box *box, int what)'),
        ),
      ),
    ).toMatch(/it uses what,/);
  });

  it('places every hunk against the original text: one cannot undo another', () => {
    const move = (removed: string) =>
      `--- a/mm/box.c\n+++ b/mm/box.c\n@@ -9,4 +9,5 @@ static int seal(struct box *box, int how)\n \tint done = 0;\n \n+\tbox->seals++;\n \t/* words */\n \tif (!checks(box))\n@@ -15,4 +16,3 @@ static int seal(struct box *box, int how)\n \tdone = how;\n-${removed}\n out:\n \tlog_box(box);\n`;
    const moved = apply(diffOf(move('\tbox->seals++;')));
    expect(moved).toMatchObject({
      functions: ['seal'],
      edits: [{ kind: 'move', what: 'box->seals++;', before: 'line 16', after: 'line 9' }],
    });
    // The base has no such statement to remove; the inserted one must not be taken for it.
    expect(note(apply(diffOf(move('\tbox->seals++;')), BOX.replace('\tbox->seals++;\nout', 'out')))).toMatch(
      /it is already applied/,
    );
  });

  it('fits nowhere when two places are about as good', () => {
    const twins =
      BOX +
      BOX.slice(BOX.indexOf('static int seal'))
        .replaceAll('seal(', 'seal_again(')
        .replaceAll('open_box(', 'open_again(');
    expect(
      note(
        apply(
          hunk(' \t/* x */\n \tif (!checks(box))\n \t\tgoto out;\n-\tbox->lid = 1;\n \tdone = how;\n \tbox->seals++;'),
          twins,
        ),
      ),
    ).toMatch(/it fits two places about equally well/);
  });
});

describe('files of a patch', () => {
  it('are created, deleted and renamed', () => {
    const created = applyPatch(
      sourceOf({}),
      diffOf('--- /dev/null\n+++ b/mm/new.c\n@@ -0,0 +1,2 @@\n+int f(void)\n+{ return 1; }\n'),
    );
    expect(created).toMatchObject({
      files: [{ path: 'mm/new.c', text: 'int f(void)\n{ return 1; }\n' }],
      functions: ['f'],
    });
    const source = sourceOf({ 'mm/old.c': 'int f(void)\n{ return 1; }\n' });
    const deleted = applyPatch(
      source,
      diffOf('--- a/mm/old.c\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-int f(void)\n-{ return 1; }\n'),
    );
    expect(deleted).toMatchObject({ files: [{ path: 'mm/old.c', text: '' }], functions: ['f'] });
    const renamed = applyPatch(
      source,
      diffOf('--- a/mm/old.c\n+++ b/mm/new.c\n@@ -1,2 +1,2 @@\n int f(void)\n-{ return 1; }\n+{ return 2; }\n'),
    );
    expect(renamed).toMatchObject({
      files: [
        { path: 'mm/old.c', text: '' },
        { path: 'mm/new.c', text: 'int f(void)\n{ return 2; }\n' },
      ],
    });
    expect(resultOf(applyPatch(source, diffOf('--- /dev/null\n+++ b/mm/old.c\n@@ -0,0 +1 @@\n+int f;\n')))).toMatch(
      /already there/,
    );
  });

  it('outside mm and the headers are left out with a note; one hunk that does not fit refuses the whole patch', () => {
    const fs = '--- a/fs/inode.c\n+++ b/fs/inode.c\n@@ -1 +1 @@\n-a\n+b\n';
    expect(apply(diffOf(fs))).toMatchObject({
      kind: 'applied',
      files: [],
      notes: [expect.stringMatching(/^fs\/inode\.c is not read/)],
    });
    const good = '--- a/mm/box.c\n+++ b/mm/box.c\n@@ -4,1 +4,1 @@\n-#define LIMIT 4\n+#define LIMIT 5\n';
    expect(apply(diffOf(fs + good)).kind).toBe('applied');
    expect(apply(diffOf(`${good}@@ -9,2 +9,1 @@\n \tnot here\n-\tat all\n`)).kind).toBe('refused');
  });
});

describe('hunks written for 6.12', () => {
  const missing = [TREE_612, TREE_61].filter((tree) => !existsSync(tree));
  const has = `(needs ${TREE_612} and ${TREE_61})`;

  /** A diff of the real file made by replacing text in one function; three lines of context. */
  function change(path: string, fn: string, replace: (body: string) => string): readonly FileDiff[] {
    const lines = readFileSync(`${TREE_612}/${path}`, 'utf8').split('\n');
    const first = lines.findIndex((line) => new RegExp(`^\\S.*\\b${fn}\\(`).test(line) && !line.endsWith(';'));
    const last = lines.findIndex((line, index) => index > first && line === '}');
    const old = lines.slice(first, last + 1);
    const fresh = replace(old.join('\n')).split('\n');
    // One hunk over the whole function: more context than a mail has, which makes it harder to fit.
    let head = 0;
    while (old[head] === fresh[head]) head += 1;
    let tail = 0;
    while (old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1;
    const from = Math.max(0, head - 3);
    const to = Math.min(old.length, old.length - tail + 3);
    const lead = old.slice(from, head).map((line) => ` ${line}`);
    const removed = old.slice(head, old.length - tail).map((line) => `-${line}`);
    const added = fresh.slice(head, fresh.length - tail).map((line) => `+${line}`);
    const trail = old.slice(old.length - tail, to).map((line) => ` ${line}`);
    const text = [...lead, ...removed, ...added, ...trail].join('\n');
    const at = first + from + 1;
    const counts = [lead.length + removed.length + trail.length, lead.length + added.length + trail.length];
    return diffOf(
      `--- a/${path}\n+++ b/${path}\n@@ -${at},${counts[0]} +${at},${counts[1]} @@ ${old[0] ?? ''}\n${text}\n`,
    );
  }

  it.skipIf(missing.length > 0)(`fit 6.12, and are placed right or refused on 6.1, never silently wrong ${has}`, () => {
    const [newer, older] = [openTree(TREE_612), openTree(TREE_61)];
    const test = '\tif (!folio_test_clear_lru(folio))\n\t\tgoto munlock;\n';
    const relock = '\tlruvec = folio_lruvec_relock_irq(folio, lruvec);\n';
    const clear = /\tif \(folio_test_clear_mlocked\(folio\)\) \{[^}]*\}\n/;
    const first = change('mm/mlock.c', '__munlock_folio', (body) =>
      body.replace(clear, '').replace(test, `${clear.exec(body)?.[0] ?? ''}${test}`),
    );
    const lock = change('mm/mlock.c', '__munlock_folio', (body) =>
      body.replace(relock, '').replace(test, relock + test),
    );
    const order = change('mm/swap.c', 'folio_batch_move_lru', (body) =>
      body.replace(
        '\t\tmove_fn(lruvec, folio);\n',
        '\t\tif (move_fn == lru_add)\n\t\t\tfolio_set_lru(folio);\n\t\tmove_fn(lruvec, folio);\n',
      ),
    );
    const set = change('mm/swap.c', 'lru_add', (body) =>
      body.replace('folio);\n\n\t/*', 'folio);\n\tfolio_set_lru(folio);\n\n\t/*'),
    );
    const outcome = (source: KernelSource, diff: readonly FileDiff[]) => {
      const applied = applyPatch(source, diff);
      return applied.kind === 'applied' ? applied.functions : applied.refusal.why.replace(/.*does not fit: /, '');
    };
    expect([first, lock, order, set].map((diff) => outcome(newer, diff))).toEqual([
      ['__munlock_folio'],
      ['__munlock_folio'],
      ['folio_batch_move_lru'],
      ['lru_add'],
    ]);
    expect([first, lock, order, set].map((diff) => outcome(older, diff))).toEqual([
      'the code it removes is not in the file',
      'the code it removes is not in the file',
      expect.stringMatching(
        /^(?:it uses lru_add, which the sources of 6\.1\.\d+ do not have there: the base is too different|what stands around the code it adds is different in the base)$/,
      ),
      ['lru_add_fn'], // its name on 6.1
    ]);
  });
});

describe('a patch that names the blob of the file', () => {
  const blob = execFileSync('git', ['hash-object', '--stdin'], { input: BOX, encoding: 'utf8' }).trim();
  const twice = `${BOX}\n${BOX.slice(BOX.indexOf('static int open_box')).replace('open_box', 'open_again')}`;
  const blobOfTwice = execFileSync('git', ['hash-object', '--stdin'], { input: twice, encoding: 'utf8' }).trim();
  const strange = ' \tbox->lid = 1;\n \tdone = how;\n+\tnot_known_here(box);\n \tbox->seals++;\n out:';
  const named = (files: readonly FileDiff[], oldBlob: string) => files.map((file) => ({ ...file, oldBlob }));

  it('goes where it says, without a question about its names', () => {
    const applied = apply(named(hunk(strange, { at: 14 }), blob.slice(0, 12)));
    expect(resultOf(applied)).toBe(BOX.replace('\tdone = how;\n', '\tdone = how;\n\tnot_known_here(box);\n'));
    expect(applied).toMatchObject({ notes: ['mm/box.c: the file is the one the patch was made for'] });
    expect(resultOf(apply(hunk(strange, { at: 14 })))).toContain('it uses not_known_here');
    expect(resultOf(apply(named(hunk(strange, { at: 14 }), `${blob.slice(0, 11)}0`)))).toContain(
      'it uses not_known_here',
    );
  });

  it('tells two functions with the same lines apart', () => {
    const lines = ' \twhile (done < LIMIT)\n \t\tdone++;\n-\tbox->seals--;\n \treturn done;\n }';
    const at = twice.slice(0, twice.lastIndexOf('while (done')).split('\n').length;
    const after = `${twice.slice(0, twice.lastIndexOf('\tbox->seals--;\n'))}\treturn done;\n}\n`;
    expect(resultOf(apply(named(hunk(lines, { at }), blobOfTwice.slice(0, 7)), twice))).toBe(after);
    expect(resultOf(apply(hunk(lines, { at: at + 1 }), twice))).toContain('2 places');
  });

  it('is placed like any other when the mail damaged its lines', () => {
    const damaged = strange.replaceAll('\t', '    ').replace('not_known_here', 'log_box');
    const applied = apply(named(hunk(damaged, { at: 14 }), blob));
    expect(applied).toMatchObject({ kind: 'applied', functions: ['seal'] });
    expect(JSON.stringify(applied)).toContain('placed by its tokens');
  });
});

describe('a hunk that names a function the base does not have', () => {
  it('is refused when its context differs too, although the code it removes stands somewhere', () => {
    const lines =
      ' \twhile (tries < MOST && how)\n \t\ttries++;\n-\tbox->seals--;\n+\tbox->seals -= 1;\n \tlog_box(box);\n \treturn tries;';
    expect(resultOf(apply(hunk(lines, { section: 'static int close_box(struct box *box)' })))).toMatch(
      /it names close_box, which the base does not have, and its context differs: 0\.\d\d a token/,
    );
  });
});
