// What relore knows, read from the rules folder once a run: rules, vocabulary, cues, primitives, model sources.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadGrammar } from './c/grammar.ts';
import { parseConfig } from './c/preprocess.ts';
import { parsePrimitives } from './c/primitives.ts';
import type { Workshop } from './c/scenario.ts';
import { openWorkshop } from './c/scenario.ts';
import type { Stack } from './c/stack.ts';
import { openStack } from './c/stack.ts';
import { withFiles } from './c/tree.ts';
import type { Cues } from './claims/cues.ts';
import { parseCues } from './claims/cues.ts';
import type { StatementCues } from './claims/statements.ts';
import { parseStatements } from './claims/statements.ts';
import type { TopicRow } from './claims/topics.ts';
import { parseTopics } from './claims/topics.ts';
import { InputError } from './errors.ts';
import { rulesHash } from './rules/hash.ts';
import { readKnown } from './rules/prepared.ts';
import type { KernelSource, Rule, SourceFile, Vocabulary } from './types.ts';

/** The rules folder, read. */
export interface Knowledge {
  readonly rules: readonly Rule[];
  readonly vocabulary: Vocabulary;
  readonly cues: Cues;
  readonly statements: StatementCues;
  readonly topics: readonly TopicRow[];
  readonly workshop: Workshop;
  readonly stack: Stack;
  readonly configText: string;
  readonly hash: string; // sha256 of the folder
}

const PLACED_AS = 'include/linux/relore-primitives.h';

/** `source` as hunks are placed in it: names that only a row of the primitives table defines count as known there. */
export function placementSource(knowledge: Knowledge, source: KernelSource): KernelSource {
  return withFiles(source, placementFiles(knowledge));
}

/** The files that placementSource lays over a source. */
export function placementFiles(knowledge: Knowledge): readonly SourceFile[] {
  const { source: rows } = knowledge.workshop.primitives;
  const text = rows.paths.map((path) => rows.read(path)?.text ?? '').join('\n');
  return [{ path: PLACED_AS, text }];
}

/**
 * Reads the rules folder and loads the C grammar. About 60 ms.
 * Throws InputError (file:line) for a file that is missing or does not read.
 */
export async function loadKnowledge(rulesDir: string): Promise<Knowledge> {
  await loadGrammar();
  const text = (name: string): string => readText(join(rulesDir, name));
  const configText = text('kernel.config');
  return {
    ...(await readKnown(rulesDir)),
    cues: parseCues(text('claims/cues.md'), 'rules/claims/cues.md'),
    statements: parseStatements(text('claims/statements.md'), 'rules/claims/statements.md'),
    topics: parseTopics(text('claims/topics.md'), 'rules/claims/topics.md'),
    workshop: openWorkshop(parsePrimitives(text('primitives.h'), 'rules/primitives.h'), parseConfig(configText)),
    stack: openStack(join(rulesDir, 'kernel')),
    configText,
    hash: rulesHash(rulesDir),
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new InputError({ place: { file: path }, expected: 'a readable file', found: 'none' });
  }
}
