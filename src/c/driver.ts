// A scenario that only calls one function, for a function that no rule runs: each parameter is a fresh object of its
// declared type, its fields zero at first and not folded, so that every way through the function is lowered.
import type { KernelSource, Refusal } from '../types.ts';
import type { Definition } from './file-index.ts';
import type { ScenarioText } from './scenario-text.ts';

/** Returns the scenario, or why a person has to write one. */
export function driverOf(definition: Definition): ScenarioText | Refusal {
  const refuse = (why: string): Refusal => ({
    what: definition.name,
    why,
    place: { file: definition.file, line: definition.line },
  });
  const list = parameterList(definition);
  if (list === undefined) return refuse('expected a list of parameters that can be read, found another definition');
  const objects: string[] = [];
  const values: string[] = [];
  for (const [index, text] of list.entries()) {
    if (text === 'void' || text === '') continue;
    const parameter = /^(.*?)(\**)\s*(\w+)\s*(\[[^\]]*\])?$/s.exec(
      text.replace(/\b(?:const|register|__\w+)\b/g, ' ').trim(),
    );
    const [, type = '', stars = '', name = '', array] = parameter ?? [];
    if (parameter === null || text.includes('(') || text.includes('...') || type.trim() === '') {
      return refuse(
        `expected parameter ${index + 1} to be an object or a number, found \`${text}\`; a scenario of a rule has to bind it`,
      );
    }
    const pointers = stars.length + (array === undefined ? 0 : 1);
    const object = type.trim() === 'void' ? 'long' : type.trim();
    if (pointers > 2) return refuse(`expected at most two stars in parameter ${index + 1}, found \`${text}\``);
    if (pointers === 2) objects.push(`${object} ${name}_target;`, `${object} *${name} = &${name}_target;`);
    else objects.push(`${object} ${name};`);
    values.push(pointers === 0 ? name : `&${name}`);
  }
  // A result that nobody uses would take the loads with it that it is made of.
  const returns = definition.text.slice(
    0,
    Math.max(0, definition.text.search(new RegExp(`\\b${definition.name}\\s*\\(`))),
  );
  const isNumber = /\b(?:bool|int|long|unsigned|short|char|u\d+|s\d+)\b[^*]*$/.test(returns);
  const code = [
    ...objects,
    ...(isNumber ? ['long returned;'] : []),
    '',
    `/* process P0 on cpu0: ${definition.name} */`,
    'void P0(void)',
    '{',
    `\t${isNumber ? 'returned = ' : ''}${definition.name}(${values.join(', ')});`,
    '}',
    '',
  ].join('\n');
  return { name: `driver/${definition.name}`, file: `a driver of ${definition.name}()`, line: 1, code };
}

/**
 * Returns `driver` with an object for the variable `name`, of the type that `source` declares it with; undefined when no
 * file of the source declares it in a way that is read here, or the driver has it.
 */
export function withVariable(driver: ScenarioText, source: KernelSource, name: string): ScenarioText | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name) || new RegExp(`\\b${name}(?:\\[[^\\]]*\\])?(?: = [^;]*)?;`).test(driver.code))
    return undefined;
  const shapes = declarationsOf(name);
  for (const path of source.paths) {
    const text = source.read(path)?.text ?? '';
    if (!text.includes(name)) continue;
    const declared = shapes.map((shape) => shape(text)).find((one) => one !== undefined);
    if (declared !== undefined) return { ...driver, code: `${declared};\n${driver.code}` };
  }
  return undefined;
}

/** What a macro of the kernel declares: `DEFINE_SPINLOCK(swap_lock)`. */
const DEFINED_AS: Readonly<Record<string, string>> = {
  SPINLOCK: 'spinlock_t',
  RAW_SPINLOCK: 'raw_spinlock_t',
  MUTEX: 'struct mutex',
  RWLOCK: 'rwlock_t',
  RWSEM: 'struct rw_semaphore',
  LIST_HEAD: 'struct list_head',
};

/** The ways in which a file may declare the variable `name`, each giving the declaration of an object like it. */
function declarationsOf(name: string): ((text: string) => string | undefined)[] {
  const attributes = '(?:__\\w+(?:\\([^()\\n]*\\))?\\s*)*';
  const type = '((?:(?:struct|union|enum|unsigned|signed|long|short)\\s+)*\\w+\\s*\\**)';
  const words = '(?:(?:extern|static|const|volatile|__\\w+)\\s+)*';
  const plain = new RegExp(
    `^${words}${type}\\s*${attributes}\\b${name}\\b\\s*((?:\\[[^\\]\\n]*\\])*)\\s*${attributes}[;=]`,
    'm',
  );
  const perCpu = new RegExp(`^(?:static\\s+)?DE(?:FINE|CLARE)_PER_CPU\\w*\\(\\s*${type}\\s*,\\s*${name}\\b`, 'm');
  const macro = new RegExp(
    `^(?:static\\s+)?(?:DEFINE_|DECLARE_)?(${Object.keys(DEFINED_AS).join('|')})\\(\\s*${name}\\s*\\)`,
    'm',
  );
  const byType = (shape: RegExp) => (text: string) => {
    const [, found, array = ''] = shape.exec(text) ?? [];
    return found === undefined || /^(?:return|goto|typedef|else)\b/.test(found)
      ? undefined
      : `${found.trim()} ${name}${array}`;
  };
  return [
    byType(plain),
    byType(perCpu),
    (text) => {
      const found = DEFINED_AS[macro.exec(text)?.[1] ?? ''];
      return found === undefined ? undefined : `${found} ${name}`;
    },
  ];
}

/** The parameters as written, without layout. Undefined when the head has none. */
function parameterList(definition: Definition): string[] | undefined {
  const head = definition.text.slice(0, Math.max(0, definition.text.indexOf('{')));
  const open = new RegExp(`\\b${definition.name}\\s*\\(`).exec(head);
  if (open === null) return undefined;
  const list: string[] = [];
  let depth = 0;
  let from = open.index + open[0].length;
  for (let at = from - 1; at < head.length; at++) {
    const c = head[at] ?? '';
    if (c === '(') depth += 1;
    if (c === ')') depth -= 1;
    if ((c === ',' && depth === 1) || depth === 0) {
      list.push(head.slice(from, at).replace(/\s+/g, ' ').trim());
      from = at + 1;
    }
    if (depth === 0) return list;
  }
  return undefined;
}
