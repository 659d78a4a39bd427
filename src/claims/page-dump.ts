// A dumped page: its counts, and which references the counts account for.

/** One "page:... refcount:... mapcount:..." of a log. */
export interface PageDump {
  readonly refcount: number;
  readonly mapcount: number; // as printed
  readonly mapping: 'none' | 'file' | 'anonymous' | 'unknown';
  readonly flags: readonly string[] | undefined; // undefined: no line of flags
  readonly because: string; // '' when the log does not say why it was dumped
  readonly isIsolated: boolean; // who dumps it is migrating it
}

//   page:ffffea2084bf5cc0 count:1889 mapcount:1887 mapping:ffff8833c82c9ad8 index:0x6b     page: refcount:1 mapcount:0 mapping:00000000
const COUNTS =
  /\bpage:\s*(?:[0-9a-f()x]+\s+)?(?:ref)?count:\s*(-?\d{1,9})\s+mapcount:\s*(-?\d{1,9})(?:\s+mapping:\s*([0-9a-fx()]+))?/g;
const MOST = 20; // dumps of one log

/** Returns the dumped pages of a log, in order, at most 20. Linear. */
export function readPageDumps(log: string): PageDump[] {
  const found = [...log.matchAll(COUNTS)].slice(0, MOST);
  return found.map((one, index) => {
    const own = log.slice(one.index, found[index + 1]?.index ?? log.length);
    const flags = /\bflags:\s*0x[0-9a-f]+\(([^)]*)\)/.exec(own)?.[1];
    return {
      refcount: Number(one[1]),
      mapcount: Number(one[2]),
      mapping: mappingOf(one[3]),
      flags: flags?.split('|').filter((flag) => /^[a-z_]\w*$/.test(flag)),
      because: /page dumped because:\s*(.+)/.exec(own)?.[1]?.trim() ?? '',
      isIsolated: /migrat/.test(log),
    };
  });
}

/** The low bits of `mapping` are tags: bit 0 is anonymous memory. Hashed pointers (8 digits in 16) tell nothing. */
function mappingOf(text: string | undefined): PageDump['mapping'] {
  if (text === undefined) return 'unknown';
  const digits = text.replace(/^0x/, '');
  if (/^(?:0+|\(null\))$/.test(digits)) return 'none';
  if (!/^[0-9a-f]{8,16}$/.test(digits) || /^0{8}/.test(digits)) return 'unknown';
  return (Number.parseInt(digits.at(-1)!, 16) & 1) === 1 ? 'anonymous' : 'file';
}

/** What holds a reference of a page besides its mappings, as far as the dump tells; undefined for pages whose counts mean other things. */
export function holdersOf({ mapping, flags, because, isIsolated }: PageDump): readonly string[] | undefined {
  if (flags?.some((flag) => flag === 'slab' || flag === 'reserved' || flag === 'buddy' || flag === 'head'))
    return undefined;
  if (mapping === 'unknown' || /kasan/.test(because)) return undefined;
  return [
    ...(mapping === 'file' ? ['the page cache'] : []),
    ...(mapping === 'anonymous' && flags?.includes('swapcache') === true ? ['the swap cache'] : []),
    ...(flags?.includes('private') === true ? ['its private data'] : []),
    ...(isIsolated ? ['its isolation for migration'] : []),
  ];
}

/** The arithmetic of a dump in one sentence. */
export function countWords(dump: PageDump): string {
  const { refcount, mapcount } = dump;
  const surplus = refcount - mapcount;
  const counts = `refcount ${refcount}, mapcount ${mapcount}`;
  const holders = holdersOf(dump);
  if (holders === undefined) return `${counts}: what holds the other ${surplus} is not told by the dump`;
  const held =
    holders.length === 0
      ? 'nothing besides mappings holds it'
      : `${holders.join(' and ')} ${holders.length === 1 ? 'accounts' : 'account'} for ${holders.length}`;
  if (surplus < 0) return `${counts}: fewer references than mappings, so a reference was put too often`;
  const left = surplus - holders.length;
  if (left === 0) return `${counts}: ${surplus} more references than mappings; ${held}: no other reference is left`;
  if (left > 0) return `${counts}: ${surplus} more references than mappings; ${held}: ${left} more from somebody else`;
  return `${counts}: ${surplus} more references than mappings; ${held}: ${-left} missing`;
}
