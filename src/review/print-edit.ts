// An edit that somebody proposed, in words.
import type { Edit } from '../types.ts';

/** Returns an edit in the words of the edit language. */
export function printEdit(edit: Edit): string {
  const inside = 'functions' in edit && edit.functions.length > 0 ? ` in ${edit.functions.join(' or ')}` : '';
  switch (edit.kind) {
    case 'move':
      return `${edit.leaves === undefined ? 'move' : 'check'} ${edit.what.call}() ${edit.where} ${edit.anchor.call}()${inside}`;
    case 'move-into-lock':
      return `move ${edit.what.call}() under ${edit.lock.lock}${inside}`;
    case 'swap':
      return `swap ${edit.what.call}() and ${edit.anchor.call}()${inside}`;
    case 'insert':
      return `insert ${edit.code} ${edit.where} ${edit.anchor.call}()${inside}`;
    case 'delete':
      return `delete ${edit.what.call}()${inside}`;
    case 'wrap':
      return `do ${edit.what.call}() only under ${edit.condition}${inside}`;
    case 'replace':
      return `replace ${edit.what.call}() by ${edit.code}${inside}`;
    case 'revert':
      return `revert ${edit.commit}${edit.title === undefined ? '' : ` ("${edit.title}")`}`;
    default:
      return edit satisfies never;
  }
}
