// Fails when a test was skipped although this machine has what it needs; prints every skip. A title says what a test
// needs: `needs ../shared`, `needs kernel tree 6.12`, `needs spin`, ...
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const onPath = (name) => (process.env.PATH ?? '').split(delimiter).some((dir) => existsSync(join(dir, name)));
const absent = [
  ['../shared', !existsSync('../shared')],
  ['6.12', !existsSync(join(process.env.RELORE_TREE_612 ?? '', 'mm'))],
  ['6.1', !existsSync(join(process.env.RELORE_TREE_61 ?? '', 'mm'))],
  ...['spin', 'gcc', 'git', 'python3', 'patch', 'xz'].map((name) => [name, !onPath(name)]),
].filter(([, missing]) => missing);

let passed = 0;
let failed = 0;
const skipped = [];
for (const file of report.testResults) {
  for (const test of file.assertionResults) {
    if (test.status === 'passed') passed++;
    else if (test.status === 'failed') failed++;
    else skipped.push(test.fullName);
  }
}
const unexcused = skipped.filter((title) => !absent.some(([what]) => title.includes(what)));
for (const title of skipped) console.log(`skipped: ${title}`);
for (const title of unexcused) console.log(`could have run here: ${title}`);
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
if (unexcused.length > 0) process.exitCode = 1;
