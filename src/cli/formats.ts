/** What `--format` of `relore review` takes; render.ts has the module of each. */
export const FORMATS = [
  ...(['terminal', 'markdown', 'html', 'json', 'sarif', 'github', 'gitlab', 'rdjson'] as const),
  ...(['checkstyle', 'junit', 'patchwork', 'reply'] as const),
] as const;

export type Format = (typeof FORMATS)[number];
