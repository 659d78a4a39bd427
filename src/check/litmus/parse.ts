// Reads a litmus file in herd's C dialect into its parts.
import { InputError } from '../../errors.ts';
import type { CInit, CProcess, CStatement, InitValue, LitmusFile } from './ast.ts';
import { readCondition, readLocations } from './condition.ts';
import { blank, lineAt, numberOf, type Reader, reader, tokens, Unsupported } from './lex.ts';
import { block } from './statement.ts';

/**
 * The parts of a C litmus test. Throws Unsupported for a test in another language, InputError for text
 * that is no litmus test; both name the line, 1-based.
 */
export function parseLitmus(text: string, file: string): LitmusFile {
  const { name, at: head } = header(text, file);
  const { open, close } = braces(text, head, file, 'herd');
  const init = readInit(reader(tokens(text, file, 'herd', open + 1, close), file));
  const processes: CProcess[] = [];
  let at = skip(text, close + 1, file);
  for (let start = /^P(\d+)\s*\(/.exec(text.slice(at, at + 40)); start !== null; ) {
    const body = braces(text, at, file, 'c');
    processes.push(readProcess(text, file, Number(start[1]), at, body));
    at = skip(text, body.close + 1, file);
    start = /^P(\d+)\s*\(/.exec(text.slice(at, at + 40));
  }
  if (processes.length === 0)
    throw new InputError({
      place: { file, line: lineAt(text, at) },
      expected: 'a process: P0(...) {',
      found: found(text, at),
    });
  const rest = reader(tokens(text, file, 'herd', at), file);
  const locations = readLocations(rest);
  const { filter, quantifier, condition } = readCondition(rest);
  return { name, init, processes, locations, filter, quantifier, condition };
}

function found(text: string, at: number): string {
  return text.slice(at, at + 20).split('\n')[0] || 'the end of the file';
}

/** Languages of herd's tests. */
const LANGUAGES = new Set('LISA Bell PPC X86 X86_64 ARM AArch64 RISCV MIPS CPP CPP11 OpenCL JAVA ASL BPF'.split(' '));

/** The first line: language and name. Only C is modelled. */
function header(text: string, file: string): { name: string; at: number } {
  const at = skip(text, 0, file);
  const end = text.indexOf('\n', at);
  const line = text.slice(at, end < 0 ? text.length : end).trim();
  const match = /^([A-Za-z][A-Za-z0-9_]*)\s+(\S.*)$/.exec(line);
  const place = { file, line: lineAt(text, at) };
  if (match === null)
    throw new InputError({
      place,
      expected: 'the first line of a litmus test: C and its name',
      found: found(text, at),
    });
  const [, language, name] = match as unknown as [string, string, string];
  if (language !== 'C') {
    if (!LANGUAGES.has(language))
      throw new InputError({
        place,
        expected: 'the first line of a litmus test: C and its name',
        found: line.slice(0, 40),
      });
    throw new Unsupported(`${language} ${name}`, `expected a test in C, found one in ${language}`, place);
  }
  return { name, at: end < 0 ? text.length : end };
}

function skip(text: string, from: number, file: string): number {
  let at = from;
  for (
    let next = blank(text, at, text.length, 'herd', file);
    next > at;
    next = blank(text, at, text.length, 'herd', file)
  )
    at = next;
  return at;
}

/** The next { and its }, behind comments and quoted words. */
function braces(text: string, from: number, file: string, comments: 'herd' | 'c'): { open: number; close: number } {
  let open = -1;
  let depth = 0;
  for (let at = from; at < text.length; ) {
    const next = blank(text, at, text.length, comments, file);
    if (next > at) {
      at = next;
      continue;
    }
    const mark = text[at];
    if (mark === '"' && open < 0) {
      const end = text.indexOf('"', at + 1);
      at = end < 0 ? text.length : end + 1;
      continue;
    }
    if (mark === '{') {
      if (open < 0) open = at;
      depth++;
    } else if (mark === '}' && --depth === 0) return { open, close: at };
    at++;
  }
  throw new InputError({
    place: { file, line: lineAt(text, open < 0 ? from : open) },
    expected: open < 0 ? "'{'" : "the '}' of this block",
    found: 'the end of the file',
  });
}

function readProcess(
  text: string,
  file: string,
  index: number,
  at: number,
  body: { readonly open: number; readonly close: number },
): CProcess {
  const line = lineAt(text, at);
  const head = reader(tokens(text, file, 'c', text.indexOf('(', at), body.open), file);
  head.expect('(');
  const parameters: { name: string; type: string }[] = [];
  while (!head.accept(')')) {
    const words: string[] = [];
    while (head.peek().kind !== 'end' && head.peek().text !== ',' && head.peek().text !== ')')
      words.push(head.next().text);
    const name = words.findLast((word) => /^[A-Za-z_]/.test(word));
    if (name === undefined) head.fail('a parameter');
    if (name !== 'void') parameters.push({ name: name!, type: words.slice(0, words.lastIndexOf(name!)).join(' ') });
    if (!head.accept(',') && head.peek().text !== ')') head.fail("')'");
  }
  const inside = reader(tokens(text, file, 'c', body.open + 1, body.close), file);
  const statements: CStatement[] = [];
  while (inside.peek().kind !== 'end') statements.push(...block(inside));
  return { index, line, parameters, body: statements };
}

/** { int x = 1; y = x; 0:r1 = 2; atomic_t z = ATOMIC_INIT(3); int a[2] = {1, 2}; } */
function readInit(read: Reader): CInit {
  const globals = new Map<string, { type: string; values: readonly InitValue[]; line: number }>();
  const registers: { process: number; name: string; value: InitValue; line: number }[] = [];
  while (read.peek().kind !== 'end') {
    if (read.accept(';')) continue;
    const { line } = read.peek();
    registerType(read);
    if (read.peek(1).text === ':' && /^P?\d+$/.test(read.peek().text)) {
      const process = Number(read.next().text.replace('P', ''));
      read.expect(':');
      const name = read.name('a register').text;
      registers.push({ process, name, value: read.accept('=') ? initValue(read) : 0, line });
    } else {
      const declared = initGlobal(read);
      globals.set(declared.name, { ...declared, line });
    }
    if (read.peek().kind !== 'end') read.expect(';');
  }
  return { globals, registers };
}

/** Skips the type of a register: int 0:r1 = 1, int *0:r1 = x. */
function registerType(read: Reader): void {
  let ahead = 0;
  while (read.peek(ahead).kind === 'name' || read.peek(ahead).text === '*') ahead++;
  if (read.peek(ahead).kind === 'number' && read.peek(ahead + 1).text === ':') while (ahead-- > 0) read.next();
}

function initGlobal(read: Reader): { name: string; type: string; values: readonly InitValue[] } {
  const words: string[] = [];
  const bracketed = read.accept('['); // [x] = 1
  while (read.peek().kind === 'name' || read.peek().text === '*') words.push(read.next().text);
  if (bracketed) read.expect(']');
  const name = words.at(-1);
  if (name === undefined || name === '*') return read.fail('a variable with its value');
  let size = 1;
  if (read.accept('[')) {
    size = numberOf(read.peek().kind === 'number' ? read.next() : read.fail('a number of elements'));
    read.expect(']');
    if (size < 1 || size > 64)
      throw new Unsupported(name, `expected 1 to 64 elements, found ${size}`, {
        file: read.file,
        line: read.peek().line,
      });
  }
  let values: InitValue[] = new Array<InitValue>(size).fill(0);
  if (read.accept('=')) {
    if (read.accept('{')) {
      values = [];
      while (!read.accept('}')) {
        values.push(initValue(read));
        if (!read.accept(',') && read.peek().text !== '}') read.fail("'}'");
      }
      while (values.length < size) values.push(0);
    } else values[0] = initValue(read);
  }
  return { name, type: words.slice(0, -1).join(' '), values };
}

function initValue(read: Reader): InitValue {
  if (read.accept('(')) {
    const value = initValue(read);
    read.expect(')');
    return value;
  }
  if (read.accept('-')) {
    const value = initValue(read);
    return typeof value === 'number' ? -value | 0 : read.fail('a number');
  }
  if (read.peek().kind === 'number') return numberOf(read.next());
  read.accept('&');
  const name = read.name('a number or an object').text;
  if (name === 'ATOMIC_INIT' || name === 'ATOMIC64_INIT' || name === 'ATOMIC_LONG_INIT') {
    read.expect('(');
    const value = initValue(read);
    read.expect(')');
    return value;
  }
  return name === 'NULL' ? 0 : { name };
}
