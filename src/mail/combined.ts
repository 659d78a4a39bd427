// The hunks of a combined diff (`diff --cc`, of a merge): one column of marks for each parent.
//
//     @@@ -10,3 -10,2 +10,4 @@@ static void f(void)
//       {              in both parents and in the result
//      -\told();      only in the first parent
//     ++\tnew();      only in the result

const HEADER = /^(@@@+) ((?:-\d{1,9}(?:,\d{1,9})? )+)\+\d{1,9}(?:,(\d{1,9}))? \1/;
const MOST_PARENTS = 32;

/**
 * Returns how many lines behind a `@@@` header are of its hunk, by the counts of git's combined diff format, and whether
 * they are as many as the header says. `row` gives the text of each line, undefined behind the last. Linear in the lines.
 */
export function combinedLines(
  header: string,
  row: (index: number) => string | undefined,
): { readonly count: number; readonly complete: boolean } {
  const match = HEADER.exec(header);
  if (match === null || match[1]!.length - 1 > MOST_PARENTS) return { count: 0, complete: false };
  const left = match[2]!
    .trim()
    .split(' ')
    .map((range) => Number(range.split(',')[1] ?? 1));
  let result = Number(match[3] ?? 1);
  let count = 0;
  for (; result > 0 || left.some((each) => each > 0); count++) {
    const text = row(count);
    const marks = text?.slice(0, left.length).padEnd(left.length);
    if (marks === undefined || !/^[ +-]*$/.test(marks)) break;
    const removed = marks.includes('-');
    if (!removed) result--;
    for (let parent = 0; parent < left.length; parent++) {
      if (marks[parent] === (removed ? '-' : ' ')) left[parent]!--;
    }
    if (result < 0 || left.some((each) => each < 0)) break;
  }
  return { count, complete: result === 0 && left.every((each) => each === 0) };
}
