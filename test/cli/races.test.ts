import { afterEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/cli/program.ts';

/** What a command prints on standard output and on standard error. */
async function printed(...args: string[]): Promise<{ out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  await run(args);
  return { out: out.join(''), err: err.join('') };
}

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

describe('relore rules races', () => {
  it('prints each race with an execution, and says that every execution was looked at', async () => {
    const { out, err } = await printed('rules', 'races', 'drain-generation/S9g');
    const [head, race, ...steps] = out.trimEnd().split('\n');
    expect(err).toBe('');
    expect(head).toMatch(/^drain-generation\/S9g on v6\.\d+: 1 data race under LKMM; every execution was looked at$/);
    expect(race).toMatch(/^ {2}data race: drained\.\[0\]: P0 .* and P1 /);
    expect(steps.length).toBeGreaterThan(3);
    expect(steps.every((step) => /^ {4}P\d .*: .* {2}\S+:\d+$/.test(step))).toBe(true);
  });

  it('refuses a scenario that is not there, with the rules that are', async () => {
    await expect(printed('rules', 'races', 'drain-generation/S99')).rejects.toThrow(
      /expected a rule, or rule\/scenario: .*drain-generation/,
    );
  });
});
