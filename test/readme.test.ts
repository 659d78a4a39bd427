import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readThread } from '../src/mail/read.ts';
import { renderTerminal } from '../src/report/terminal.ts';
import { review } from '../src/review.ts';

const root = join(import.meta.dirname, '..');

describe('README.md', () => {
  it('shows what its first command prints, "[...]" standing for what is left out', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const command = /^ {4}npm ci && npx relore review (\S+)$/m.exec(readme)?.[1] ?? '';
    const shown = /```text\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const thread = await readThread(readFileSync(join(root, command)), command);
    const found = await review(thread, {
      rulesDir: join(root, 'rules'),
      models: ['sc'],
      states: 2_000_000,
      version: '0.0.0',
    });
    const printed = renderTerminal(found, { color: false, width: 100, all: false, replay: `relore replay ${command}` });
    let from = 0;
    for (const part of shown.split('[...]\n')) {
      const at = printed.indexOf(part, from);
      expect(at, `expected the output to have:\n${part}`).toBeGreaterThanOrEqual(from);
      from = at + part.length;
    }
    expect(shown.length).toBeGreaterThan(500);
  });
});
