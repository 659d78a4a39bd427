// Located diffs -> FileDiff. parse-diff reads the reassembled, count-true part; the raw hunk lines stay ours.

import parseDiff from 'parse-diff';
import type { FileDiff, Hunk } from '../types.ts';
import type { LocatedFile } from './hunks.ts';

/** Returns the file diffs with a header, in order. A hunk without file is left out; see patch.ts for combined diffs. */
export function fileDiffs(files: readonly LocatedFile[]): FileDiff[] {
  return files.filter((file) => !file.combined && file.headers.length > 0).map(fileDiff);
}

function fileDiff(file: LocatedFile): FileDiff {
  const parsed = parseDiff(reassemble(file)).at(0);
  const chunks = parsed?.chunks ?? [];
  const complete = file.hunks.filter((hunk) => hunk.complete);
  const agrees = new Set(complete.filter((hunk, index) => chunks[index]?.changes.length === hunk.lines.length));
  const { oldPath, newPath } = paths(parsed?.from, parsed?.to);
  const [oldBlob, newBlob] = parsed?.index?.at(0)?.split('..') ?? [];
  const hunks: Hunk[] = file.hunks.map((hunk) =>
    agrees.has(hunk) || !hunk.complete ? hunk : { ...hunk, complete: false },
  );
  const binary = file.headers.some((line) => /^(?:GIT binary patch$|Binary files )/.test(line));
  const mode = (which: string) =>
    file.headers
      .map((line) => new RegExp(`^${which} mode (\\d{6})$`).exec(line)?.[1])
      .find((found) => found !== undefined);
  const [oldMode, newMode] = [mode('old'), mode('new')];
  const modes = oldMode !== undefined && newMode !== undefined ? { modes: [oldMode, newMode] as const } : {};
  return { oldPath, newPath, oldBlob, newBlob, hunks, ...(binary ? { binary } : {}), ...modes };
}

/** The diff as a parser wants it: header lines with decoded names, then the hunks whose counts are true. */
function reassemble(file: LocatedFile): string {
  const headers = file.headers
    .filter((line) => !/^(?:={20,}|Index: |RCS file: |retrieving )/.test(line))
    .map(decodeName);
  const hunks = file.hunks.filter((hunk) => hunk.complete);
  const body = hunks.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@ ${hunk.section}`,
    ...hunk.lines,
  ]);
  return [...headers, ...body].join('\n');
}

/** git writes a name with odd bytes as "a/\303\244.c": the quotes and the octal escapes are undone. */
function decodeName(line: string): string {
  return line.replace(/"((?:[^"\\]|\\.)*)"/g, (_all, name: string) => {
    const bytes = name.replace(/\\([0-7]{3})/g, (_octal, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    );
    const plain = bytes.replace(/\\(.)/g, '$1');
    return /[\x80-\xff]/.test(plain) ? Buffer.from(plain, 'latin1').toString('utf8') : plain;
  });
}

/** Drops the first folder when it alone differs (`linux.orig/mm/x.c`, `linux/mm/x.c`); /dev/null is no path. */
function paths(
  from: string | undefined,
  to: string | undefined,
): { oldPath: string | undefined; newPath: string | undefined } {
  const oldPath = from === '/dev/null' ? undefined : from;
  const newPath = to === '/dev/null' ? undefined : to;
  if (oldPath === undefined || newPath === undefined || oldPath === newPath) return { oldPath, newPath };
  const oldTail = oldPath.replace(/^[^/]+\//, '');
  const newTail = newPath.replace(/^[^/]+\//, '');
  const oneTree = oldTail === newTail && oldTail !== oldPath && newTail !== newPath;
  return oneTree ? { oldPath: oldTail, newPath: newTail } : { oldPath, newPath };
}
