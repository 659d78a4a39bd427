// Random C functions of int parameters, in the constructs that kernel code uses. Every program terminates, and no
// expression depends on an order of evaluation that C leaves open.

const LOCALS = ['a', 'b', 'c', 'i', 'u', 'h', 'k'];

/** The text of `int NAME(int a, int b, int c)` made from a seed. Needs PRELUDE before it. */
export function randomFunction(name: string, seed: number): string {
  const random = generator(seed);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const all = [
    'a',
    'b',
    'c',
    'i',
    'u',
    'h',
    'k',
    'p->x',
    'p->u',
    'p->k',
    'p->s',
    't.x',
    't.k',
    'w[1]',
    'g.x',
    'g.u',
    'g.k',
  ];
  const pure = (depth: number, vars: readonly string[] = all): string => {
    if (depth <= 0 || random(5) === 0)
      return random(3) === 0
        ? pick(['0', '1', '2', '-1', '7', '255', '300', '-40000', '0x80000000u', '65535', '3u', "'A'", 'TWO'])
        : pick(vars);
    const e = () => pure(depth - 1, vars);
    switch (random(16)) {
      case 0:
        return `(${e()} ${pick(['<', '<=', '>', '>=', '==', '!='])} ${e()})`;
      case 1:
        return `(${e()} ${pick(['&&', '||'])} ${e()})`;
      case 2:
        return `(${e()} ? ${e()} : ${e()})`;
      case 3:
        return `(${pick(['!', '~', '-', '+'])} ${e()})`;
      case 4:
        return `((${pick(['unsigned char', 'short', 'unsigned int', 'int', 'signed char', 'bool', 'unsigned short'])})${e()})`;
      case 5:
        return `(${e()} ${pick(['<<', '>>'])} ${random(2) === 0 ? String(random(31)) : `(${e()} & 7)`})`;
      case 6:
        return `((int)${e()} ${pick(['/', '%'])} ${pick(['3', '7', '16'])})`;
      case 7:
        return `((unsigned int)${e()} ${pick(['/', '%'])} ${pick(['4u', '1u', '64u'])})`;
      case 8:
        return vars === all ? `w[${e()} & 3]` : e();
      case 9:
        return `${pick(['MOST', 'LEAST'])}(${e()}, ${e()})`;
      case 10:
        return `pick3(${e()}, ${e()}, ${e()})`;
      case 11:
        return `(${e()} ?: ${e()})`;
      case 12:
        return `likely(${e()})`;
      default:
        return `(${e()} ${pick(['+', '-', '*', '&', '|', '^'])} ${e()})`;
    }
  };
  // One effect, on a variable that the rest of the expression does not read.
  const effect = (): string => {
    const target = pick(all);
    const others = (): string =>
      pure(
        1,
        LOCALS.filter((name) => name !== target),
      );
    switch (random(5)) {
      case 0:
        return `${target}++`;
      case 1:
        return `--${target}`;
      case 2:
        return `(${target} ${pick(['+', '-', '*', '&', '|', '^'])}= ${others()})`;
      case 3:
        return `(${target} = ${others()})`;
      default:
        return target.includes('.') || target.includes('[') || target.includes('>') || 'uhk'.includes(target)
          ? `(${target} += 3)`
          : `bump(&${target}, ${others()})`;
    }
  };
  const condition = (): string =>
    random(3) === 0
      ? `${pure(1)} ${pick(['&&', '||'])} ${effect()} ${pick(['&&', '||'])} ${pure(1)}`
          .replace(/^(.*) && (.*) \|\| (.*)$/, '($1 && $2) || $3')
          .replace(/^(.*) \|\| (.*) && (.*)$/, '$1 || ($2 && $3)')
      : pure(2);
  let labels = 0;
  let fuels = 0;
  const declarations: string[] = [];
  const fuel = (): string => {
    const word = `fuel${fuels++}`;
    declarations.push(`int ${word} = ${1 + random(4)};`);
    return word;
  };
  const block = (depth: number, inLoop: boolean): string => {
    const lines: string[] = [];
    const again = depth > 0 && random(4) === 0 ? `again${labels++}` : undefined;
    if (again !== undefined) lines.push(`${again}: ;`);
    for (let n = 1 + random(4); n > 0; n--) lines.push(statement(depth - 1, inLoop));
    if (again !== undefined) lines.push(`if (${fuel()}-- > 0 && ${pure(1)}) goto ${again};`);
    return lines.join('\n');
  };
  const statement = (depth: number, inLoop: boolean): string => {
    if (depth <= 0) {
      const simple = random(inLoop ? 9 : 7);
      if (simple === 0) return `${effect()};`;
      if (simple === 1) return `i = (${effect()}, ${pick(all)});`;
      if (simple === 2) return `w[${pure(1)} & 3] ${pick(['=', '+=', '^='])} ${pure(1)};`;
      if (simple === 3) return `ADD_TO(${pick(all)}, ${pure(1)});`;
      if (simple === 4) return random(6) === 0 ? `return ${pure(2)};` : `t = *p; t.x ^= ${pure(1)}; by_value(t, p);`;
      if (simple === 7) return 'break;';
      if (simple === 8) return 'continue;';
      return `${pick(all)} ${pick(['=', '=', '=', '+=', '-=', '|=', '&='])} ${pure(3)};`;
    }
    switch (random(8)) {
      case 0:
        return `if (${condition()}) {\n${block(depth, inLoop)}\n}`;
      case 1:
        return `if (${condition()}) {\n${block(depth, inLoop)}\n} else {\n${block(depth, inLoop)}\n}`;
      case 2:
        return `while (${fuel()}-- > 0 && (${condition()})) {\n${block(depth, true)}\n}`;
      case 3:
        return `do {\n${block(depth, true)}\n} while (${fuel()}-- > 0 && (${condition()}));`;
      case 4: {
        const count = fuel();
        return `for (${count} = 0; ${count} < ${1 + random(4)}; ${count}++) {\n${block(depth, true)}\n}`;
      }
      case 5: {
        const arm = (label: string): string => `${label}\n${block(depth, inLoop)}\n${random(2) === 0 ? 'break;' : ''}`;
        return `switch (${pure(2)} & 3) {\n${[arm('case 0:'), arm(random(2) === 0 ? 'case 2: case 1:' : 'case 2:'), arm('default:'), arm('case 3:')].join('\n')}\n}`;
      }
      case 6: {
        const label = `out${labels++}`;
        return `if (${pure(1)}) goto ${label};\n${block(depth, inLoop)}\n${label}: ;`;
      }
      default: {
        // A loop that is entered by a goto from outside.
        const label = `in${labels++}`;
        const turns = fuel();
        return `goto ${label};\nwhile (${turns}-- > 0 && (${pure(1)})) {\n${pick(all)} ^= 5;\n${label}: ;\n${block(depth - 1, true)}\n}`;
      }
    }
  };
  const body = block(3, false);
  return `int ${name}(int a, int b, int c)
{
	int i = 1;
	unsigned int u = 2;
	short h = 3;
	unsigned char k = 4;
	struct thing *p = &g;
	struct thing t = { .x = 5, .k = 6 };
	int w[4] = { 1, 2, [3] = 4 };
	${declarations.join('\n\t')}
${body}
	return a + 3 * b + 5 * c + 7 * i + 11 * (int)u + 13 * h + 17 * k + 19 * t.x + 23 * w[0] + 29 * w[1] + 31 * w[2] + 37 * w[3];
}
`;
}

/** Types, helpers and macros of the random functions; the same text for gcc and for relore. */
export const PRELUDE = `
enum { ZERO, ONE, TWO };
struct thing { int x; unsigned int u; unsigned char k; short s; };
extern struct thing g;
#define MOST(one, other) ({ int _one = (one); int _other = (other); _one > _other ? _one : _other; })
#define LEAST(one, other) ((one) < (other) ? (one) : (other))
#define ADD_TO(place, n) do { if ((n) == 77) break; (place) += (n); } while (0)
static inline int pick3(int which, int one, int other)
{
	if (which & 1)
		return one;
	which = other;
	return which;
}
static int bump(int *place, int n)
{
	int before = *place;

	*place += n;
	n = before;
	return n;
}
static void by_value(struct thing own, struct thing *shared)
{
	shared->x = own.x + 1;
	own.x = 9;
	shared->k = own.x + own.k;
}
`;

/** Numbers below a bound from a seed (mulberry32). */
function generator(seed: number): (bound: number) => number {
  let state = seed | 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}
