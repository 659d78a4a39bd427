// A disk that can be full: a tmpfs, where one may be mounted.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** A mounted disk. */
export interface SmallDisk {
  readonly folder: string;
  /** Gives it another size. Returns whether that went well. */
  resize(size: string): boolean;
  unmount(): void;
}

/** Why there is no small disk, for the title of a test. */
export const WHY_NO_DISK = ' (skipped: mounting a tmpfs needs root)';

/** Mounts a tmpfs of `size` ('2m') at `folder`, which must not be there; undefined where it may not. */
export function smallDisk(folder: string, size: string): SmallDisk | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  mkdirSync(folder);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status !== 0) return undefined;
  return {
    folder,
    resize: (to) => spawnSync('mount', ['-o', `remount,size=${to}`, folder]).status === 0,
    unmount: () => void spawnSync('umount', ['-l', folder]),
  };
}
