import { afterEach, describe, expect, it, vi } from 'vitest';
import { fail } from '../../src/cli/fail.ts';
import { assert, InputError } from '../../src/errors.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = 0;
});

/** What `fail` prints and which exit code it sets. */
function failed(error: unknown): { readonly code: unknown; readonly err: string } {
  let err = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
  fail(error);
  return { code: process.exitCode, err };
}

describe('an error', () => {
  it('in the input is one sentence with its place, exit code 2', () => {
    const error = new InputError({ place: { file: 'rules/a.md', line: 7 }, expected: 'a table', found: 'a list' });
    expect(failed(error)).toEqual({ code: 2, err: 'relore: rules/a.md:7: expected a table, found a list\n' });
  });

  it('of relore says so once, exit code 3, and where with RELORE_DEBUG=1', () => {
    const unexpected = failed(new TypeError('x is undefined'));
    expect(unexpected.code).toBe(3);
    expect(unexpected.err).toBe(
      'relore: x is undefined; this is a bug in relore, please report it with the command line\nRELORE_DEBUG=1 prints where it happened.\n',
    );
    vi.stubEnv('RELORE_DEBUG', '1');
    expect(failed(new TypeError('x is undefined')).err).toContain('fail.test.ts');
  });

  it('from an assertion is not called a bug twice', () => {
    let error: unknown;
    try {
      assert(false, 'expected a process');
    } catch (thrown) {
      error = thrown;
    }
    expect(failed(error).err.match(/this is a bug/g)).toHaveLength(1);
  });
});
