// What the scenarios and sources of one run share, and the session in which one of them is lowered.
import type { CExpr } from './ast.ts';
import { convertDeclaration } from './convert-type.ts';
import type { Definitions, IndexCache } from './definitions.ts';
import { newIndexCache, openDefinitions } from './definitions.ts';
import { newEmitter } from './emit.ts';
import { parse } from './grammar.ts';
import { evaluateWith } from './integer.ts';
import type { Layouts } from './layout.ts';
import { openLayouts } from './layout.ts';
import type { Asked, Room } from './memo.ts';
import { agree, newState, recorded } from './memo.ts';
import { newMemory } from './memory.ts';
import type { Config } from './preprocess.ts';
import type { Primitives } from './primitives.ts';
import type { Reading, ReadingCache } from './scenario-text.ts';
import type { ParseCache, Session } from './session.ts';

/** Everything that is shared by the scenarios and sources of one run. */
export interface Workshop {
  readonly primitives: Primitives;
  readonly config: Config;
  readonly index: IndexCache;
  readonly parsed: ParseCache;
  readonly readings: ReadingCache;
  readonly rooms: WeakMap<Reading, Room[]>;
}

/** A workshop with empty caches. */
export function openWorkshop(primitives: Primitives, config: Config): Workshop {
  return {
    primitives,
    config,
    index: newIndexCache(primitives.whereabouts),
    parsed: { functions: new Map(), macros: new Map(), loops: new Map() },
    readings: new Map(),
    rooms: new WeakMap(),
  };
}

/** The room of a reading whose types are those of `tree`: an earlier one when all of their definitions agree. */
export function roomOf(workshop: Workshop, tree: Definitions, reading: Reading): Room {
  const rooms = workshop.rooms.get(reading) ?? [];
  workshop.rooms.set(reading, rooms);
  const known = rooms.find((room) => agree(room.asked, tree));
  if (known !== undefined) {
    known.tree = tree;
    return known;
  }
  const asked: Asked = new Map();
  const room: Room = {
    layouts: layoutsOf(
      workshop,
      recorded(() => room.tree, asked),
      reading.definitions,
    ),
    asked,
    wrapped: new Map(),
    start: newState(),
    tree,
  };
  rooms.push(room);
  return room;
}

/** A session that lowers one scenario against the source of the room. */
export function newSession(workshop: Workshop, { layouts, wrapped, tree }: Room, scenario: Definitions): Session {
  return {
    scenario,
    primitives: primitivesOf(workshop),
    tree,
    ignored: workshop.primitives.ignored,
    absent: workshop.primitives.absent,
    accessorFiles: workshop.primitives.accessorFiles,
    layouts,
    memory: newMemory(),
    touches: [],
    functionIds: new Map(),
    functionNames: new Map(),
    parsed: workshop.parsed,
    used: { functions: new Map(), rows: new Set(), declared: new Map() },
    wrapped,
    points: new WeakMap(),
    callees: new Map(),
    config: workshop.config,
    limits: { depth: 0, work: 0 },
    escaped: new Set(),
    processes: [],
    cpus: [],
    cpuOf: new Map(),
    onCpu: undefined,
    needs: new Set(),
    processName: '',
    emitter: newEmitter(),
  };
}

function primitivesOf(workshop: Workshop): Definitions {
  return openDefinitions(workshop.primitives.source, workshop.config, workshop.index);
}

function layoutsOf(workshop: Workshop, tree: Definitions, scenario: Definitions): Layouts {
  const layers = [scenario, primitivesOf(workshop), tree];
  const constantMacro = (body: string, file: string, depth: number): number | undefined => {
    const init = constantExpression(workshop.parsed, body);
    if (init === undefined) return undefined;
    return evaluateWith(init, file, (expr, at) =>
      expr.kind === 'name' ? constant(expr.name, at, depth + 1) : undefined,
    );
  };
  const constant = (name: string, file: string, depth: number): number | undefined => {
    if (depth > 32) return undefined;
    for (const layer of layers) {
      const given = layer.constant(name, file);
      if (given === undefined || (given.kind === 'macro' && given.macro.params !== undefined)) continue;
      const value =
        given.kind === 'enum' ? layouts.enumerator(name) : constantMacro(given.macro.body, given.file, depth);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const layouts: Layouts = openLayouts(layers, (expr, file) =>
    evaluateWith(expr, file, (leaf, at) => (leaf.kind === 'name' ? constant(leaf.name, at, 0) : undefined)),
  );
  return layouts;
}

/** The body of a macro as the initialiser of an int. Undefined when it is none. Cached by its text. */
function constantExpression(cache: ParseCache, body: string): CExpr | undefined {
  const key = `int ${body}`;
  const known = cache.macros.get(key);
  if (known !== undefined) return known === 'text' ? undefined : known;
  const parsed = parse(`int x = (${body});`, 0, 1);
  const node = parsed.root.namedChildren[0];
  const init =
    node?.type !== 'declaration' || parsed.root.hasError || body.length > 1000
      ? undefined
      : convertDeclaration(parsed, node)[0]?.init;
  cache.macros.set(key, init ?? 'text');
  return init;
}
