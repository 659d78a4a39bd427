// Bundles src/cli/main.ts to dist/relore.js, split so that a command loads only what it uses,
// and copies the C grammar beside it. Run by `npm ci` through the `prepare` script.
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { build } from 'esbuild';

// Built beside and moved into place, so that a relore that is running keeps its files until then.
const fresh = `dist.${process.pid}`;
mkdirSync(`${fresh}/grammars`, { recursive: true });
await build({
  entryPoints: { relore: 'src/cli/main.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['web-tree-sitter'],
  chunkNames: 'chunks/[name]-[hash]',
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
  logLevel: 'warning',
});
copyFileSync('node_modules/tree-sitter-c/tree-sitter-c.wasm', `${fresh}/grammars/tree-sitter-c.wasm`);
for (const licence of ['LICENSE', 'LICENSE.md']) {
  const from = `node_modules/tree-sitter-c/${licence}`;
  if (existsSync(from)) copyFileSync(from, `${fresh}/grammars/tree-sitter-c.LICENSE`);
}
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
