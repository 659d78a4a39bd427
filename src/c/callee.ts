// What a call of a name means, by precedence: the scenario, the rows of rules/primitives.h, the names without effect, the
// source.
import type { Definition } from './file-index.ts';
import type { Macro } from './preprocess.ts';
import type { Frame, Session } from './session.ts';
import { functionFrame, isExpanding } from './session.ts';

/** What a call of `name` means, by precedence: scenario, primitives, ignore list, tree. */
export type Callee =
  | {
      readonly kind: 'macro';
      readonly macro: Macro;
      readonly file: string;
      readonly layer: 'scenario' | 'primitives' | 'tree';
    }
  | { readonly kind: 'function'; readonly definition: Definition; readonly layer: 'scenario' | 'primitives' | 'tree' }
  | { readonly kind: 'renamed'; readonly name: string; readonly layer: 'scenario' | 'primitives' | 'tree' } // #define f g
  | { readonly kind: 'ignored' }
  | { readonly kind: 'ambiguous'; readonly files: readonly string[] }
  | { readonly kind: 'unknown' };

/**
 * Resolves the callee `name` as the text of `frame` sees it: the text of a macro sees its own file, and what the
 * function that uses it sees.
 */
export function resolveCallee(session: Session, frame: Frame, name: string): Callee {
  const expands = !isExpanding(frame, name);
  const callee = calleeNear(session, frame.file, name, expands);
  if (callee.kind !== 'unknown' || frame.macro === undefined) return callee;
  const { file } = functionFrame(frame);
  return file === frame.file ? callee : calleeNear(session, file, name, expands);
}

function calleeNear(session: Session, near: string, name: string, expands: boolean): Callee {
  const key = `${near} ${name}`;
  const known = expands ? session.callees.get(key) : undefined;
  if (known !== undefined) return known;
  const callee = findCallee(session, near, name, expands);
  if (expands) session.callees.set(key, callee);
  return callee;
}

function findCallee(session: Session, near: string, name: string, expands: boolean): Callee {
  for (const layer of ['scenario', 'primitives'] as const) {
    const definitions = session[layer];
    // What a scenario defines holds for all that it calls: '' sees the macros of its file from everywhere.
    const from = layer === 'scenario' ? '' : near;
    const macro = expands ? asMacro(definitions.macro(name, from), layer) : undefined;
    if (macro !== undefined) return macro;
    const definition = definitions.function(name, near);
    if (definition !== undefined && definition.kind !== 'ambiguous') return { kind: 'function', definition, layer };
  }
  if (session.ignored.some((pattern) => pattern.test(name))) return { kind: 'ignored' };
  const own = expands ? asMacro(session.tree.ownMacro(name, near), 'tree') : undefined;
  if (own !== undefined) return own;
  const definition = session.tree.function(name, near);
  if (definition?.kind === 'ambiguous') return { kind: 'ambiguous', files: definition.files };
  if (definition !== undefined) return { kind: 'function', definition, layer: 'tree' };
  const macro = expands ? asMacro(session.tree.macro(name, near), 'tree') : undefined;
  return macro ?? { kind: session.absent.has(name) ? 'ignored' : 'unknown' };
}

function asMacro(
  found: { readonly macro: Macro; readonly file: string } | undefined,
  layer: 'scenario' | 'primitives' | 'tree',
): Callee | undefined {
  if (found === undefined) return undefined;
  const { params, body, name } = found.macro;
  if (params !== undefined) return { kind: 'macro', ...found, layer };
  return /^[A-Za-z_]\w*$/.test(body) && body !== name ? { kind: 'renamed', name: body, layer } : undefined;
}
