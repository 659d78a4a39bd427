// "Check PG_locked before taking the reference": a test that a function does not have yet, which leaves as the function leaves there.
import { findSites, locateFunctions, nameOf, type Site } from '../c/anchor.ts';
import { openRoom, type Room } from '../c/edit-lines.ts';
import type { Statement } from '../c/statements.ts';
import type { Edit, KernelSource, Vocabulary } from '../types.ts';

/** Edits that say where and how a test is put in; `words` is '' when there is one way. */
export interface TestReading {
  readonly words: string;
  readonly edits: readonly Edit[];
}

type Move = Extract<Edit, { readonly kind: 'move' }>;

/**
 * Returns the readings of `edits` in function `name`. A move of a test becomes a new `if` when the function has the other call and
 * not the test; one reading for each way to leave when the words do not say it. Other edits, and a function without a way out, stay.
 */
export function withNewTests(
  edits: readonly Edit[],
  source: KernelSource,
  vocabulary: Vocabulary,
  name: string,
): readonly TestReading[] {
  return edits.reduce<readonly TestReading[]>(
    (readings, edit) =>
      readings.flatMap(({ words, edits: earlier }) =>
        testsOf(edit, source, vocabulary, name).map((reading) => ({
          words: [words, reading.words].filter((part) => part !== '').join('; '),
          edits: [...earlier, ...reading.edits],
        })),
      ),
    [{ words: '', edits: [] }],
  );
}

function testsOf(edit: Edit, source: KernelSource, vocabulary: Vocabulary, name: string): readonly TestReading[] {
  const asIs = [{ words: '', edits: [edit] }];
  if (edit.kind !== 'move' || edit.leaves === undefined) return asIs;
  const room = roomOf(source, vocabulary, name);
  if (room === undefined) return asIs;
  const sites = (call: string) => findSites(room.code, room.fn, room.all, nameOf(vocabulary, call));
  const [beside] = sites(edit.anchor.call);
  if (beside === undefined || sites(edit.what.call).length > 0) return asIs;
  const leaving = wayOut(room, beside, edit.where);
  if (leaving === undefined) return asIs;
  const subject = beside.arguments[0] ?? '';
  const test = `${nameIn(room, edit.what.call, vocabulary)}(${subject})`;
  const senses = edit.leaves === 'either' ? (['set', 'clear'] as const) : [edit.leaves];
  return senses.map((sense) => ({
    words: senses.length === 1 ? '' : `it leaves when the flag is ${sense}`,
    edits: [insertion(edit, `if (${sense === 'set' ? '' : '!'}${test}) ${leaving}`, name)],
  }));
}

function insertion({ where, anchor }: Move, code: string, name: string): Edit {
  return { kind: 'insert', code, where, anchor, functions: [name] };
}

function roomOf(source: KernelSource, vocabulary: Vocabulary, name: string): Room | undefined {
  const [place] = locateFunctions(source, [nameOf(vocabulary, name)]);
  const file = place === undefined ? undefined : source.read(place.path);
  const room = file === undefined || place === undefined ? undefined : openRoom(file, place.name, 0);
  return typeof room === 'string' ? undefined : room;
}

/**
 * How the function leaves next to a call when it gives up: the goto, return, continue or break of the nearest `if` above it, or
 * below it, that holds what is held there. A jump back is a retry and no way out.
 */
function wayOut(room: Room, site: Site, where: 'before' | 'after'): string | undefined {
  const { code, all } = room;
  const ways = all.filter((one) => {
    const guard = guardOf(one);
    return guard !== undefined && isAround(guard.parent, site.statement) && isWayOut(room, one);
  });
  const found =
    where === 'before'
      ? ways.findLast(({ end }) => end <= site.statement.start)
      : ways.find(({ start }) => start >= site.statement.end);
  return found === undefined ? undefined : code.slice(found.start, found.end);
}

function isWayOut({ code, fn }: Room, { kind, start, end }: Statement): boolean {
  const text = code.slice(start, end);
  if (kind !== 'simple' || !/^(?:goto|return|continue|break)\b/.test(text)) return false;
  const label = /^goto\s+(\w+)/.exec(text)?.[1];
  return label === undefined || new RegExp(`\\b${label}\\s*:(?!:)`).test(code.slice(end, fn.end));
}

/** The `if` whose branch a statement is, alone or as the last of a block. */
function guardOf({ parent }: Statement): Statement | undefined {
  const outer = parent?.kind === 'block' ? parent.parent : parent;
  return outer?.kind === 'if' ? outer : undefined;
}

/** Whether `inner` stands in `block`, at any depth. */
function isAround(block: Statement | undefined, inner: Statement): boolean {
  if (block === undefined) return true;
  for (let at: Statement | undefined = inner; at !== undefined; at = at.parent) if (at === block) return true;
  return false;
}

/** The name that a test has in the code of the function's time: PageLocked where pages are tested, folio_test_locked elsewhere. */
function nameIn({ code, fn }: Room, call: string, vocabulary: Vocabulary): string {
  const flag = (/^folio_test_(\w+)$/.exec(call) ?? /^Page([A-Z]\w*)$/.exec(call))?.[1]?.toLowerCase();
  if (flag === undefined) return call;
  if (!/\bPage[A-Z]\w*\s*\(/.test(code.slice(fn.bodyStart, fn.end))) return `folio_test_${flag}`;
  const written = vocabulary.flags?.find(({ name }) => name === flag)?.words.find((word) => /^Page[A-Z]/.test(word));
  return written ?? `Page${flag.slice(0, 1).toUpperCase()}${flag.slice(1)}`;
}
