// The built program as a user runs it: exit codes and exact sentences. It is built in a folder of its own, laid out like
// the package, so that no other build takes it away.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const VERSION = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
const MAIL =
  'From: Ada Example <ada@example.org>\nDate: Tue, 18 Jul 2023 21:57:49 +0200\nSubject: lunch\nMessage-ID: <lunch@example.org>\n\nShall we eat at noon?\n';
const NOT_A_SOURCE = 'expected a mail: mbox, .eml, archive text page or patch';
let folder = '';
let program = '';

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function relore(
  args: readonly string[],
  options: { readonly input?: string | Buffer; readonly env?: Record<string, string> } = {},
): Ran {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  const ran = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    input: options.input ?? '',
    encoding: 'utf8',
    env: { ...env, ...options.env },
    maxBuffer: 1 << 28,
    timeout: 120_000,
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

function write(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return name;
}

/** A copy of the shipped rules, so that one can be broken. */
function copyOfRules(name: string): string {
  execFileSync('cp', ['-r', join(ROOT, 'rules'), join(folder, name)]);
  return name;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'relore-cli-'));
  const home = join(folder, 'package');
  mkdirSync(home);
  for (const name of ['package.json', 'build.mjs']) copyFileSync(join(ROOT, name), join(home, name));
  for (const name of ['src', 'rules', 'node_modules']) symlinkSync(join(ROOT, name), join(home, name));
  execFileSync(process.execPath, ['build.mjs'], { cwd: home });
  program = join(home, 'dist/relore.js');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('relore', () => {
  it('prints its version, and the same through the long way', () => {
    expect(relore(['--version'])).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
    expect(relore(['-V'])).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
    expect(relore(['--version', 'review'])).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
  });

  it('ends at Ctrl-C, which a shell reports as 130', async () => {
    const child = spawn(process.execPath, [program, 'thread', '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
    setTimeout(() => child.kill('SIGINT'), 300);
    const signal = await new Promise((resolve) => child.on('exit', (_, name) => resolve(name)));
    expect(signal).toBe('SIGINT');
  });

  it('says how it is used, with the exit codes', () => {
    const help = relore(['--help']);
    expect(help.code).toBe(0);
    for (const command of ['review', 'thread', 'replay', 'rules']) expect(help.out).toContain(`  ${command}`);
    expect(help.out).toContain('3  could not decide');
  });

  it.each([
    [['revue', 'x'], "error: unknown command 'revue'\n(Did you mean review?)\n"],
    [
      ['review', '--fail-on', 'much', 'x'],
      "error: option '--fail-on <what>' argument 'much' is invalid. Allowed choices are opens, violated, never.\n",
    ],
    [
      ['review', '--format', 'pdf', 'x'],
      "error: option '--format <format>' argument 'pdf' is invalid. Allowed choices are terminal, markdown, html, json, sarif, github, gitlab, rdjson, checkstyle, junit, patchwork, reply.\n",
    ],
    [
      ['review', '--model', 'sc,arm', 'x'],
      "error: option '--model <models>' argument 'sc,arm' is invalid. Expected sc, tso or lkmm, found 'arm'.\n",
    ],
    [
      ['review', '--bound', 'none', 'x'],
      "error: option '--bound <states>' argument 'none' is invalid. Expected a number of states, 1 or more.\n",
    ],
    [['replay', 'x'], "error: required option '--trace <id>' not specified\n"],
  ])('refuses %j with exit code 2', (args, err) => {
    expect(relore(args)).toEqual({ code: 2, out: '', err });
  });
});

describe('bad input ends in one sentence and exit code 2', () => {
  const refused = (args: readonly string[], sentence: string, input?: string | Buffer) => {
    expect(relore(args, input === undefined ? {} : { input })).toEqual({
      code: 2,
      out: '',
      err: `relore: ${sentence}\n`,
    });
  };

  for (const command of ['review', 'thread']) {
    describe(command, () => {
      it('a file that is not there', () =>
        refused([command, 'gone.mbox'], 'gone.mbox: expected a file or maildir, found no such file'));

      it('an empty file, and empty standard input', () => {
        refused([command, write('empty.mbox', '')], `empty.mbox: ${NOT_A_SOURCE}, found an empty file`);
        refused([command, '-'], `(stdin): ${NOT_A_SOURCE}, found an empty file`);
        refused([command], `(stdin): ${NOT_A_SOURCE}, found an empty file`);
      });

      it('a directory without mail', () => {
        for (const name of ['nothing', 'other', 'maildir', 'maildir/cur', 'maildir/new'])
          mkdirSync(join(folder, name), { recursive: true });
        write('other/notes.txt', 'x');
        const expected =
          'expected a file, maildir (a directory with cur/ or new/) or directory of .eml, .mbox or .patch files';
        refused([command, 'nothing'], `nothing: ${expected}, found an empty directory`);
        refused(
          [command, 'other'],
          `other/notes.txt: ${NOT_A_SOURCE}, found text without mail headers that begins 'x'`,
        );
        refused([command, 'maildir'], 'maildir: expected mail in cur/ or new/, found none');
      });

      it('a binary file', () => {
        refused(
          [command, write('elf', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]))],
          `elf: ${NOT_A_SOURCE}, found an ELF binary`,
        );
        const noise = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 37) % 256));
        refused([command, write('noise', noise)], `noise: ${NOT_A_SOURCE}, found binary data (4096 bytes)`);
      });

      it('nothing but NUL bytes', () =>
        refused([command, write('zero', Buffer.alloc(1000))], `zero: ${NOT_A_SOURCE}, found binary data (1000 bytes)`));

      it('a single line of 50 MB', () => {
        refused(
          [command, write('line', Buffer.alloc(50_000_000, 'x'))],
          `line: ${NOT_A_SOURCE}, found a first line of 50000000 bytes without mail headers (a mail flattened into one line?)`,
        );
        rmSync(join(folder, 'line'));
      });

      it('escape sequences in a file name do not reach the terminal', () =>
        refused([command, 'a\u001b[2J'], 'a?[2J: expected a file or maildir, found no such file'));
    });
  }

  it('a tree without mm/, one that is not there, and one that is a file', () => {
    const mail = write('lunch.eml', MAIL);
    mkdirSync(join(folder, 'tree'), { recursive: true });
    const expected = 'expected a kernel source tree with mm/';
    refused(
      ['review', '--tree', 'tree', mail],
      `tree: ${expected}, or a git repository and --base, found a directory without mm/`,
    );
    refused(['review', '--tree', 'gone', mail], `gone: ${expected}, found no such directory`);
    refused(['review', '--tree', mail, mail], `lunch.eml: ${expected}, found a file`);
  });

  it('a rule file with a syntax error, named with its line', () => {
    const rules = copyOfRules('broken-rules');
    write('broken-rules/aaa.md', '---\nfunctions: [a\n---\n# A rule\n');
    for (const args of [
      ['rules', 'test', '--rules', rules],
      ['rules', 'list', '--rules', rules],
      ['review', '--rules', rules, write('lunch.eml', MAIL)],
    ]) {
      const { code, out, err } = relore(args);
      expect({ code, out }, args.join(' ')).toEqual({ code: 2, out: '' });
      expect(err, args.join(' ')).toMatch(/^relore: .*aaa\.md:[123]: expected .*, found .*\n$/);
    }
  });

  it('a folder of rules that is not there, and a rule that is not in it', () => {
    refused(['rules', 'list', '--rules', 'gone'], 'gone: expected a folder of rules, found no such directory');
    const { code, err } = relore(['rules', 'show', 'no-such-rule']);
    expect(code).toBe(2);
    expect(err).toMatch(/: expected a rule called no-such-rule, found .*stranded-unevictable/);
    expect(relore(['rules', 'show', '../package']).code).toBe(2);
  });

  it('a file that cannot be written, and the old one stays as it was', () => {
    const mail = write('lunch.eml', MAIL);
    refused(['thread', mail, '-o', 'gone/out.txt'], 'gone/out.txt: expected a file that can be written, found ENOENT');
    write('old.txt', 'old');
    expect(relore(['review', 'gone.mbox', '-o', 'old.txt']).code).toBe(2);
    expect(readFileSync(join(folder, 'old.txt'), 'utf8')).toBe('old');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('a mail with no patch and no claim', () => {
  it('is reviewed with nothing to check, exit code 0', () => {
    const { code, out, err } = relore(['review', write('lunch.eml', MAIL)]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Nothing to check: no patch, no fix and no claim about a race was found in 1 message.');
  });

  it('may hold NUL bytes, which do not reach the output', () => {
    const { code, out } = relore(['review', '-'], { input: Buffer.from(`${MAIL}and \0 after\n`) });
    expect(code).toBe(0);
    expect(out).not.toContain('\0');
  });
});

describe('output', () => {
  it('goes to a file whole, through a link and to a device', () => {
    const mail = write('lunch.eml', MAIL);
    const direct = relore(['thread', mail]);
    expect(direct.code).toBe(0);
    expect(direct.out).toContain('Ada Example');
    write('target.txt', 'old');
    symlinkSync('target.txt', join(folder, 'link.txt'));
    expect(relore(['thread', mail, '-o', 'link.txt'])).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(join(folder, 'target.txt'), 'utf8')).toBe(direct.out);
    expect(lstatSync(join(folder, 'link.txt')).isSymbolicLink()).toBe(true);
    expect(relore(['thread', mail, '-o', '/dev/null']).code).toBe(0);
    expect(lstatSync('/dev/null').isFile()).toBe(false);
  });

  it('is coloured only when asked, by option before environment', () => {
    const mail = write('lunch.eml', MAIL);
    const colored = (args: readonly string[], env: Record<string, string> = {}) =>
      relore(['thread', mail, ...args], { env }).out.includes('\u001b[');
    expect(colored([])).toBe(false);
    expect(colored([], { FORCE_COLOR: '1' })).toBe(true);
    expect(colored([], { FORCE_COLOR: '0' })).toBe(false);
    expect(colored(['--color', 'never'], { FORCE_COLOR: '1' })).toBe(false);
    expect(colored(['--color', 'always'], { NO_COLOR: '1' })).toBe(true);
  });

  it('is cut short in silence when the reader goes away', () => {
    const mails = Array.from(
      { length: 3000 },
      (_, index) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${MAIL.replace('lunch@', `lunch-${index}@`)}\n`,
    ).join('');
    const file = write('many.mbox', mails);
    const { stderr, stdout, status } = spawnSync(
      'bash',
      ['-c', `"${process.execPath}" "${program}" thread "${file}" | head -n 1; echo "\${PIPESTATUS[0]}"`],
      { cwd: folder, encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.trim().split('\n').at(-1)).toBe('0');
  });

  it('is the same in two runs', () => {
    const mail = write('lunch.eml', MAIL);
    for (const format of ['terminal', 'markdown', 'json']) {
      const args = ['review', '--format', format, mail];
      expect(relore(args)).toEqual(relore(args));
    }
  });
});

describe('sources', () => {
  it('are read from a file, from standard input and from a maildir alike', () => {
    write('lunch.eml', MAIL);
    for (const name of ['box/cur', 'box/new', 'box/tmp']) mkdirSync(join(folder, name), { recursive: true });
    write('box/cur/1', MAIL);
    write('box/tmp/2', 'not delivered');
    const file = relore(['thread', '--format', 'json', 'lunch.eml']);
    expect(file.code).toBe(0);
    expect(relore(['thread', '--format', 'json', '-'], { input: MAIL }).out).toBe(file.out);
    expect(relore(['thread', '--format', 'json', 'box']).out).toBe(file.out);
  });

  it('are one thread when there are several', () => {
    write('a.eml', MAIL);
    write(
      'b.eml',
      `${MAIL.replace('lunch@', 'reply@').replace('Subject: ', 'In-Reply-To: <lunch@example.org>\nSubject: Re: ')}From here on it is quoted.\n`,
    );
    const { out, code } = relore(['thread', '--format', 'json', 'a.eml', 'b.eml']);
    expect(code).toBe(0);
    const { messages } = JSON.parse(out) as {
      messages: { id: string; parent?: { id: string }; blocks: { text: string }[] }[];
    };
    expect(messages.map(({ id }) => id)).toEqual(['lunch@example.org', 'reply@example.org']);
    expect(messages[1]?.parent?.id).toBe('lunch@example.org');
    expect(messages[1]?.blocks.map(({ text }) => text).join('\n')).toContain('\nFrom here on it is quoted.');
  });
});

describe('relore rules', () => {
  it('lists the shipped rules and prints one', () => {
    expect(relore(['rules', 'list']).out).toContain('stranded-unevictable');
    const { out, code } = relore(['rules', 'show', 'stranded-unevictable']);
    expect(code).toBe(0);
    expect(out).toBe(readFileSync(join(ROOT, 'rules/stranded-unevictable.md'), 'utf8'));
  });

  it('tests every cell of the Result tables', () => {
    const { out, code } = relore(['rules', 'test', 'stranded-unevictable']);
    expect(out).toMatch(/121 cells: 121 as expected, 0 differ\n$/);
    expect(code).toBe(0);
  }, 130_000);
});

describe('every format', () => {
  it('is written to a file or printed, and leaves the old file when the write is cut short', () => {
    const thread = write('lunch.eml', MAIL);
    for (const format of ['sarif', 'junit', 'html', 'checkstyle', 'rdjson', 'gitlab', 'patchwork']) {
      const printed = relore(['review', thread, '--format', format]);
      expect([printed.code, printed.err, printed.out.endsWith('\n')]).toEqual([0, '', true]);
    }
    write('old.html', 'old');
    const command = `ulimit -f 1; exec "${process.execPath}" "${program}" review "${thread}" --format html -o old.html`;
    const cut = spawnSync('bash', ['-c', command], { cwd: folder, encoding: 'utf8' });
    expect([cut.status, cut.stderr]).toEqual([
      2,
      'relore: old.html: expected a file that can be written, found EFBIG\n',
    ]);
    expect(readFileSync(join(folder, 'old.html'), 'utf8')).toBe('old');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }, 120_000);

  it('of a reply with nothing to ask is no mail, and no file', () => {
    const { code, out, err } = relore(['review', write('lunch.eml', MAIL), '--format', 'reply', '-o', 'draft.eml']);
    expect({ code, out, err }).toEqual({
      code: 0,
      out: '',
      err: 'relore: no draft: nothing to ask about this patch\n',
    });
    expect(existsSync(join(folder, 'draft.eml'))).toBe(false);
  });
});

describe('relore b4-check', () => {
  it('prints an empty array for a mail with nothing to report, and for one that does not apply', () => {
    expect(relore(['b4-check'], { input: MAIL })).toEqual({ code: 0, out: '[]\n', err: '' });
    const diff = '--- a/mm/mlock.c\n+++ b/mm/mlock.c\n@@ -10,1 +10,1 @@ __munlock_folio(\n-not there\n+nor there\n';
    const patch = `${MAIL.replace('lunch', '[PATCH] x')}---\n${diff}`;
    const { code, out } = relore(['b4-check'], { input: patch });
    expect({ code, out }).toEqual({ code: 0, out: '[]\n' });
  });

  it('is an execution error without output for what is no mail', () => {
    const { code, out } = relore(['b4-check'], { input: '' });
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});

describe('help for shells', () => {
  it.each(['bash', 'zsh', 'fish'])('completes commands, options and choices in %s', (shell) => {
    const { code, out } = relore(['completion', shell]);
    expect(code).toBe(0);
    for (const word of ['review', 'b4-check', 'fail-on', 'checkstyle']) expect(out).toContain(word);
  });

  it('is a script that bash runs: rev completes to review, --format to its formats', () => {
    const script = write('completion.bash', relore(['completion', 'bash']).out);
    const ask = (line: string) =>
      execFileSync(
        'bash',
        [
          '-c',
          `. ./${script}; COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _relore; echo "\${COMPREPLY[@]}"`,
        ],
        { cwd: folder, encoding: 'utf8' },
      ).trim();
    expect(ask('relore rev')).toBe('review');
    expect(ask('relore review --format s')).toBe('sarif');
    expect(ask('relore rules sh')).toBe('show');
    expect(ask('relore review --fail')).toBe('--fail-on');
  });

  it('refuses a shell it does not know', () => {
    expect(relore(['completion', 'tcsh'])).toEqual({
      code: 2,
      out: '',
      err: "error: expected bash, zsh or fish, found 'tcsh'\n",
    });
  });

  it('has a manual page with every command and option', () => {
    const { out } = relore(['man']);
    expect(out).toMatch(/^\.TH RELORE 1 /);
    for (const word of ['relore review', 'relore rules show', '\\-\\-fail\\-on', '.SH EXIT STATUS'])
      expect(out).toContain(word);
    expect(out).not.toMatch(/^'/m);
  });

  it.skipIf(spawnSync('groff', ['--version']).status !== 0)(
    'has a manual page that groff takes without a word (skipped without groff)',
    () => {
      const input = relore(['man']).out;
      const { stdout, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww'], { input, encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(stdout).toContain('origin/master..HEAD --format github');
    },
  );

  it('says what is installed', () => {
    const { code, out } = relore(['doctor'], { env: { XDG_CONFIG_HOME: folder } });
    expect(code).toBe(0);
    for (const word of ['relore', 'C grammar', 'rules', 'git', 'b4', 'tree', 'settings', 'CI'])
      expect(out).toMatch(new RegExp(`^(?:ok|--)  ${word} `, 'm'));
    expect(relore(['doctor', '--tree', 'gone']).code).toBe(2);
  });
});

describe('the shipped package', () => {
  it('carries the schema that the JSON names', () => {
    const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
    expect(files).toContain('docs');
    expect(existsSync(join(ROOT, 'docs/review.schema.json'))).toBe(true);
  });
});
