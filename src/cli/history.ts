import { existsSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { historyFile, historyText, readHistory } from '../history/file.ts';
import { markdownOf, terminalOf } from '../history/render.ts';
import type { HistoryQuery } from '../history/select.ts';
import { selectHistory } from '../history/select.ts';
import { defaultStore, isServer, openStore } from '../history/store/open.ts';
import type { StoredReview } from '../history/store/store.ts';
import { viewOf } from '../history/view.ts';
import type { History } from '../types.ts';
import { type ColorWish, emit, present, terminalWidth, wantsColor } from './output.ts';
import { shippedRules } from './package-root.ts';
import { checkFolder } from './source.ts';

/** Options of `relore history`. */
export interface HistoryOptions extends HistoryQuery {
  readonly matrix: boolean;
  readonly recompute: boolean;
  readonly format: 'table' | 'markdown' | 'json';
  readonly output?: string;
  readonly db?: string;
  readonly rules?: string;
  readonly color: ColorWish;
  readonly pager: boolean;
}

/** Prints the history, or the part that is asked for; with `--recompute` computes it again and writes it instead. */
export async function historyCommand(options: HistoryOptions): Promise<void> {
  const rulesDir = options.rules ?? shippedRules();
  await checkFolder(rulesDir, 'a folder of rules');
  if (options.recompute) return recompute(rulesDir);
  const query = queryOf(options);
  const history = selectHistory(readHistory(rulesDir), query);
  const recorded = await recordedReviews(options.db, query, history);
  if (options.format === 'json')
    return emit(
      `${JSON.stringify({ ...history, ...(recorded.length === 0 ? {} : { recorded }) }, null, 1)}\n`,
      options.output,
    );
  const width = terminalWidth();
  const pieces = viewOf(history, { query, matrix: options.matrix, width, recorded });
  if (options.format === 'markdown') return emit(markdownOf(pieces), options.output);
  const text = terminalOf(pieces, width, wantsColor(options.color, options.output !== undefined));
  await present(text, options.output, options);
}

function queryOf(options: HistoryOptions): HistoryQuery {
  const { function: name, race, commit, since, openIn } = options;
  if (commit !== undefined && !/^[0-9a-f]{7,40}$/i.test(commit))
    throw new InputError({ place: { file: '--commit' }, expected: '7 to 40 digits of a commit id', found: commit });
  return {
    ...(name === undefined ? {} : { function: name }),
    ...(race === undefined ? {} : { race }),
    ...(commit === undefined ? {} : { commit }),
    ...(since === undefined ? {} : { since }),
    ...(openIn === undefined ? {} : { openIn }),
  };
}

async function recompute(rulesDir: string): Promise<void> {
  const [{ loadKnowledge }, { computeHistory }] = await Promise.all([
    import('../knowledge.ts'),
    import('../history/compute.ts'),
  ]);
  const knowledge = await loadKnowledge(rulesDir);
  const progress = process.stderr.isTTY ? (words: string) => process.stderr.write(`\r\u001b[K${words}`) : () => {};
  const text = historyText(computeHistory(knowledge, rulesDir, progress));
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  await emit(text, historyFile(rulesDir));
}

const MOST_RECORDED = 20;

/** The recorded reviews of the part that is asked for. The usual store is looked into only when it is there. */
async function recordedReviews(
  db: string | undefined,
  query: HistoryQuery,
  history: History,
): Promise<readonly StoredReview[]> {
  const where = db ?? defaultStore(process.env);
  const isAsked = query.race !== undefined || query.function !== undefined;
  if (!isAsked || (db === undefined && !existsSync(where)) || (!isServer(where) && !existsSync(where))) return [];
  const store = await openStore(where);
  try {
    const rule = query.race === undefined ? undefined : (history.races[0]?.rule ?? query.race);
    const scenario = query.race?.split('/')[1];
    const found = await store.reviews({
      limit: MOST_RECORDED,
      ...(rule === undefined ? {} : { rule }),
      ...(scenario === undefined ? {} : { scenario }),
      ...(query.function === undefined ? {} : { function: query.function }),
    });
    return found.rows;
  } finally {
    await store.close();
  }
}
