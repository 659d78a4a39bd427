// What one line of a drawing says: the calls it names, the value it states, the locals it assigns and uses.

/** A step of a drawing, read. */
export interface Step {
  readonly text: string; // wrapped lines joined, blanks folded
  readonly cpu: string | undefined; // name of its column; undefined: the column was lost
  readonly calls: readonly string[]; // names that stand as calls, or alone; the outermost first
  readonly words: string; // what stands there in words, lower case; '' when it is code
  readonly result?: boolean | number; // stated value: "// 0", "//false", "returns 1"
  readonly assigns?: string; // the local that takes the value: lruvec = ...
  readonly uses: readonly string[]; // locals that it reads by name: &lruvec->lru_lock
}

const LONGEST = 300; // characters of a step that are read

/** Reads a step. Linear in its length, which is cut at 300 characters. */
export function readStep(text: string, cpu: string | undefined): Step {
  const { code, remark } = partsOf(text.slice(0, LONGEST));
  const result = resultOf(remark) ?? resultOf(/\)\s*(?:returns?|gives|==?|[-=]>)\s*(\S+)$/.exec(code)?.[1] ?? '');
  const calls = callsOf(code);
  const assigns = /^(?:[a-z_][\w ]*\*?\s)?([a-z_]\w*)\s*=[^=]/i.exec(code)?.[1];
  const right = assigns === undefined ? code : code.slice(code.indexOf('=') + 1);
  return {
    text,
    cpu,
    calls,
    words:
      calls.length > 0
        ? ''
        : code
            .toLowerCase()
            .replace(/[^a-z0-9_ ]+/g, ' ')
            .replace(/ +/g, ' ')
            .trim(),
    ...(result === undefined ? {} : { result }),
    ...(assigns === undefined ? {} : { assigns }),
    uses: [...new Set([...right.matchAll(/(?<![\w.>])([a-z_]\w*)\b(?!\s*\()/gi)].map((found) => found[1]!))],
  };
}

/** Whether a step is only a mark: rulers, dots, blank. */
export function isMark(text: string): boolean {
  return !/\w/.test(text) && !/\.\.\./.test(text);
}

//   folio_test_clear_lru() // 0      lock(&a)  /* waits */     css_tryget() <- use after free     # might not hold
function partsOf(text: string): { code: string; remark: string } {
  const found = /^(.*?)\s*(?:\/\/|\/\*|#|<[-=]+|(?<=[\s)])-{2,}>?)\s*(.*?)\s*(?:\*\/)?\s*$/s.exec(text);
  if (found === null) return { code: text.trim().replace(/[;,]+$/, ''), remark: '' };
  return { code: found[1]!.trim().replace(/[;,]+$/, ''), remark: found[2]! };
}

const VALUE =
  /^(?:(?:it )?(?:returns?|returned|gives|is|was|[-=]+>|==?)\s*)?(-?\d{1,9}|true|false|null|yes|no|fails?|failed|succeeds?|success)[.!]?$/i;

function resultOf(remark: string): boolean | number | undefined {
  const word = VALUE.exec(remark.trim())?.[1]?.toLowerCase();
  if (word === undefined) return undefined;
  if (/^-?\d/.test(word)) return Number(word);
  return /^(?:true|yes|succeed|success)/.test(word);
}

const NO_CALL =
  /^(?:if|else|for|while|do|return|goto|switch|case|sizeof|defined|unlikely|likely|READ_ONCE|WRITE_ONCE)$/;

/** Names before a parenthesis; where there are none, a step that is one name alone: `shrink_node`. */
function callsOf(code: string): string[] {
  const called = [...code.matchAll(/\b([A-Za-z_]\w*)\s?\(/g)].map((found) => found[1]!);
  const names = called.filter((name) => !NO_CALL.test(name) && (name.includes('_') || /[a-z]/.test(name)));
  if (names.length > 0 || called.length > 0) return [...new Set(names)];
  const alone = code.split(/\s+/).filter((word) => /^!?[A-Za-z]\w*_\w+$/.test(word));
  return alone.length > 0 && alone.length === code.split(/\s+/).length
    ? alone.map((word) => word.replace('!', ''))
    : [];
}
