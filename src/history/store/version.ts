import { InputError } from '../../errors.ts';

/** Throws InputError for a store whose schema is newer than `known`: an older relore would misread it. */
export function checkVersion(where: string, version: number, known: number): void {
  if (version <= known) return;
  const expected = `a store of schema ${known} or older`;
  const found = `schema ${version}, of a newer relore: use that one, or another store by --db`;
  throw new InputError({ place: { file: where }, expected, found });
}
