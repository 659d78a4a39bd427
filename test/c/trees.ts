// The real kernel trees that tests may read by path, and lowering against them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Lowered } from '../../src/c/scenario.ts';
import { lowerScenario } from '../../src/c/scenario.ts';
import { openTree } from '../../src/c/tree.ts';
import type { KernelSource, Program } from '../../src/types.ts';
import { newWorkshop } from './specimen.ts';

/** A tree, and whether it is unpacked here. */
export interface Tree {
  readonly name: '6.12' | '6.1';
  readonly dir: string;
  readonly here: boolean;
}

function treeAt(name: Tree['name'], variable: string): Tree {
  const places = [process.env[variable], `/tmp/relore-trees/linux-source-${name}`, `/tmp/trees/linux-source-${name}`];
  const dir = places.find((place) => place !== undefined && existsSync(join(place, 'mm'))) ?? places[1] ?? '';
  return { name, dir, here: existsSync(join(dir, 'mm')) };
}

/** linux-source-6.12 and linux-source-6.1. */
export const trees: readonly Tree[] = [treeAt('6.12', 'RELORE_TREE_612'), treeAt('6.1', 'RELORE_TREE_61')];

const workshop = newWorkshop();
const sources = new Map<string, KernelSource>();

/** Lowers a scenario against a tree. */
export function lowerOn(tree: Tree, name: string, code: string): Lowered {
  const source = sources.get(tree.dir) ?? openTree(tree.dir);
  sources.set(tree.dir, source);
  return lowerScenario(workshop, source, { name, file: 'rules/driver.md', line: 1, code });
}

/** The refusal as one line, or 'lowered'. */
export function outcomeOf(lowered: Lowered): string {
  if (lowered.kind === 'lowered') return 'lowered';
  const { what, why, place } = lowered.refusal;
  return `${what} | ${why} | ${place?.file ?? '?'}:${place?.line ?? 0}`;
}

/** The program of a scenario that lowers; throws with the refusal when it does not. */
export function programOn(tree: Tree, name: string, code: string): Program {
  const lowered = lowerOn(tree, name, code);
  if (lowered.kind === 'refused') throw new Error(outcomeOf(lowered));
  return lowered.program;
}
