// Bundles src/cli/main.ts to dist/relore.js, split so that a command loads only what it uses,
// and copies the C grammar beside it. Run by `npm ci` through the `prepare` script.
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist/grammars', { recursive: true });
await build({
  entryPoints: { relore: 'src/cli/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['web-tree-sitter'],
  chunkNames: 'chunks/[name]-[hash]',
  banner: { js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);' },
  logLevel: 'warning',
});
copyFileSync('node_modules/tree-sitter-c/tree-sitter-c.wasm', 'dist/grammars/tree-sitter-c.wasm');
for (const licence of ['LICENSE', 'LICENSE.md']) {
  const from = `node_modules/tree-sitter-c/${licence}`;
  if (existsSync(from)) copyFileSync(from, 'dist/grammars/tree-sitter-c.LICENSE');
}
chmodSync('dist/relore.js', 0o755);
