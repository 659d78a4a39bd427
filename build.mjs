// Bundles src/cli/main.ts to dist/relore.js, split so that a command loads only what it uses,
// and copies the C grammar beside it. Run by `npm ci` through the `prepare` script.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

// Built beside and moved into place, so that a relore that is running keeps its files until then.
const fresh = `dist.${process.pid}`;
mkdirSync(`${fresh}/grammars`, { recursive: true });
const options = {
  outdir: fresh,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
  logLevel: 'warning',
};
await build({
  ...options,
  entryPoints: {
    relore: 'src/cli/main.ts',
    'review-worker': 'src/cli/review-worker.ts',
    'batch-thread': 'src/cli/batch-thread.ts',
    'rules-worker': 'src/cli/rules-worker.ts',
  },
  splitting: true,
  external: ['web-tree-sitter', 'libsql', 'pg', 'pg-boss', 'tinypool'],
  chunkNames: 'chunks/[name]-[hash]',
});
copyFileSync('node_modules/tree-sitter-c/tree-sitter-c.wasm', `${fresh}/grammars/tree-sitter-c.wasm`);
for (const licence of ['LICENSE', 'LICENSE.md']) {
  const from = `node_modules/tree-sitter-c/${licence}`;
  if (existsSync(from)) copyFileSync(from, `${fresh}/grammars/tree-sitter-c.LICENSE`);
}
// The rules as they read now, so that a command need not parse their Markdown.
await build({ ...options, entryPoints: { prepare: 'src/rules/prepare.ts' }, outExtension: { '.js': '.mjs' } });
const { prepare } = await import(pathToFileURL(`${fresh}/prepare.mjs`).href);
writeFileSync(`${fresh}/prepared.json`, JSON.stringify(prepare('rules')));
rmSync(`${fresh}/prepare.mjs`);
chmodSync(`${fresh}/relore.js`, 0o755);
const old = `dist.old.${process.pid}`;
if (existsSync('dist')) renameSync('dist', old);
renameSync(fresh, 'dist');
rmSync(old, { recursive: true, force: true });

// `npx relore` in this folder finds the command where it finds those of dependencies.
if (existsSync('node_modules/.bin') && process.platform !== 'win32') {
  rmSync('node_modules/.bin/relore', { force: true });
  symlinkSync('../../dist/relore.js', 'node_modules/.bin/relore');
}
