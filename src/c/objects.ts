// The objects of a scenario: its global variables, with their initial values.
import type { CDeclarator } from './ast.ts';
import type { Initial } from './declaration.ts';
import { collect, initialValue, sizedType } from './declaration.ts';
import type { MemoryObject } from './memory.ts';
import { allocate, leavesOf } from './memory.ts';
import type { Reading, ScenarioText } from './scenario-text.ts';
import { invalid } from './scenario-text.ts';
import type { Frame, Session } from './session.ts';
import { LoweringRefusal } from './session.ts';
import { convertValue, scalarOf } from './value.ts';

/** Allocates the global variables of the scenario and evaluates their initialisers. */
export function declareObjects(session: Session, scenario: ScenarioText, { text, objects }: Reading): void {
  const found: { variable: CDeclarator; object: MemoryObject; line: number }[] = [];
  for (const { variable, line } of objects) {
    const type = sizedType(session.layouts.resolve(variable.type), variable.type, variable.init);
    if (type.kind === 'function') continue;
    if (type.kind === 'opaque' || (type.kind === 'struct' && session.layouts.layout(type.name) === undefined)) {
      const name = type.kind === 'opaque' ? type.name : `struct ${type.name}`;
      throw new LoweringRefusal({
        what: name,
        why: `expected the definition of ${name} in the source`,
        place: { file: scenario.file, line },
      });
    }
    if (session.memory.objects.some((object) => object.name === variable.name)) {
      throw invalid(scenario, line, 'each object once', `a second \`${variable.name}\``);
    }
    found.push({ variable, object: allocate(session.memory, variable.name, type, session.layouts), line });
  }
  for (const { variable, object, line } of found) {
    if (variable.init !== undefined) initialiseObject(session, scenario, text, object, variable, line);
  }
}

function initialiseObject(
  session: Session,
  scenario: ScenarioText,
  text: string,
  object: MemoryObject,
  variable: CDeclarator,
  line: number,
): void {
  const frame = rootFrame(scenario, text, object.name, line);
  const values = new Map<number, Initial>();
  if (variable.init?.kind === 'init-list') collect(session, frame, object.type, variable.init.items, 0, values);
  else if (variable.init !== undefined) values.set(0, { expr: variable.init, type: object.type });
  const leaves = leavesOf(object.type, session.layouts);
  for (const [offset, initial] of values) {
    const { expr } = initial;
    const leaf = leaves.find((one) => one.offset === offset);
    if (leaf === undefined)
      throw invalid(scenario, expr.line, `a scalar field of ${object.name}`, `\`${text.slice(expr.start, expr.end)}\``);
    const value = scalarOf(
      session,
      frame,
      convertValue(session, frame, initialValue(session, frame, initial), leaf.type),
    );
    if (value.kind !== 'const')
      throw invalid(scenario, expr.line, 'a constant initialiser', `\`${text.slice(expr.start, expr.end)}\``);
    session.memory.inits.set(object.address + offset, value.value);
  }
}

/** The outermost frame of a text of the scenario: a process, an invariant, an initialiser. */
export function rootFrame(scenario: ScenarioText, text: string, name: string, line: number): Frame {
  return {
    name,
    file: scenario.file,
    key: '',
    macro: undefined,
    accessor: false,
    caller: undefined,
    depth: 0,
    slice: (start, end) => text.slice(start, end),
    firstLine: 1,
    scope: { names: new Map(), outer: undefined },
    jumps: { named: new Map(), labels: [], forced: new Set() },
    loops: [],
    result: undefined,
    site: { line, text: name },
  };
}
