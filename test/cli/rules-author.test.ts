import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lintCommand, lintFolder, newRule } from '../../src/cli/rules-author.ts';

const shipped = join(import.meta.dirname, '..', '..', 'rules');
let folder = '';
let printed = '';

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'relore-rules-')), 'rules');
  cpSync(shipped, folder, { recursive: true });
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

describe('relore rules new', () => {
  it('writes a rule that lint has nothing against but what is left to fill in', async () => {
    await newRule('some-race', { rules: folder, functions: ['__get_user_pages'] });
    expect(existsSync(join(folder, 'some-race.md'))).toBe(true);
    expect(printed).toContain('rules/some-race.md:13: left to fill in: what goes wrong, who sees it, and since when.');
    expect(printed).toContain('0 problems, 13 places left to fill in\n');
    await lintCommand('some-race', { rules: folder });
    expect(process.exitCode).toBeUndefined();
  });

  it('keeps a rule that is there', async () => {
    const before = readFileSync(join(folder, 'shm-unlock.md'), 'utf8');
    await expect(newRule('shm-unlock', { rules: folder })).rejects.toThrow(/expected a rule that is not there yet/);
    expect(readFileSync(join(folder, 'shm-unlock.md'), 'utf8')).toBe(before);
  });

  it('refuses a name that is a path or no file stem', async () => {
    await expect(newRule('../race', { rules: folder })).rejects.toThrow(/expected a name like lru-before-put/);
    await expect(newRule('Race', { rules: folder })).rejects.toThrow(/expected a name like lru-before-put/);
  });
});

describe('the shipped rules', () => {
  it('have no problem and nothing left to fill in', async () => {
    expect(await lintFolder(shipped, undefined)).toEqual([]);
  });
});
