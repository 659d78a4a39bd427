// A C file in one line: lines begin at directives and end behind what ends a statement. Strings are left whole.

const DIRECTIVE = /^#\s*(?:include|define|if|ifdef|ifndef|else|elif|endif|undef|pragma|error)\b/;

/** True for a line that holds a C file: over 400 characters, an #include or #define, and the ends of five statements. */
export function isFlattenedC(line: string): boolean {
  return (
    line.length > 400 &&
    /(?:^|\s)#\s*(?:include\s*[<"]|define\s)/.test(line) &&
    (line.match(/;(?= |$)/g) ?? []).length >= 5
  );
}

/**
 * Returns the pieces of a flattened C file, in order, each with its place in characters. A directive without an end of
 * its own (#define, #if) takes the words up to the next directive or declaration. Linear.
 */
export function codeLines(line: string): { readonly text: string; readonly at: number }[] {
  const pieces: { text: string; at: number }[] = [];
  let from = 0;
  let parens = 0;
  const cut = (to: number) => {
    const text = line.slice(from, to);
    if (text.trim() !== '') pieces.push({ text: text.trim(), at: from + text.length - text.trimStart().length });
    from = to;
  };
  for (let at = 0; at < line.length; at++) {
    const next = line[at]!;
    const stop =
      next === '"' || next === "'" ? stringEnd(line, at) : line.startsWith('/*', at) ? commentEnd(line, at) : at;
    if (stop > at) {
      at = stop;
      if (line[at] === '/' && parens === 0) cut(at + 1);
      continue;
    }
    if (next === '#' && DIRECTIVE.test(line.slice(at, at + 20))) {
      cut(at);
      parens = 0;
      at = directiveEnd(line, at) - 1;
      if (at + 1 > from) cut(at + 1);
    } else if (next === '(') parens++;
    else if (next === ')') parens = Math.max(0, parens - 1);
    else if ((next === ';' && parens === 0) || next === '{' || next === '}') cut(at + 1);
  }
  cut(line.length);
  return pieces;
}

/** Behind `<x.h>` or `"x.h"` of an #include, else behind the last word before what cannot be a part of a directive. */
function directiveEnd(line: string, at: number): number {
  const include = /^#\s*include\s*(?:<[^<>]{1,200}>|"[^"]{1,200}")/.exec(line.slice(at, at + 240));
  if (include !== null) return at + include[0].length;
  const define =
    /^#\s*define\s+\w+(?:\([^()]{0,200}\))?(?:\s+(?:\((?:[^()]|\([^()]{0,100}\)){0,200}\)|[\w."<>-]+(?:\([^()]{0,100}\))?))?/.exec(
      line.slice(at, at + 500),
    );
  if (define !== null) return at + define[0].length;
  const other = /^#\s*\w+(?:\s+!?\w+(?:\([^()]{0,100}\))?)?/.exec(line.slice(at, at + 200));
  return at + (other?.[0].length ?? 1);
}

function stringEnd(line: string, at: number): number {
  const quote = line[at];
  for (let next = at + 1; next < line.length && next < at + 4_096; next++) {
    if (line[next] === '\\') next++;
    else if (line[next] === quote) return next;
  }
  return at;
}

function commentEnd(line: string, at: number): number {
  const end = line.indexOf('*/', at + 2);
  return end < 0 ? at : end + 1;
}
