// Preserved program order, with the dependencies it rests on: the definitions of linux-kernel.cat (6.12) on bit rows.
import { add, isIn, join, type Rows } from './bits.ts';
import { type Event, type Graph, IS, ROW } from './event.ts';

/** carry-dep = (data; [~Srcu-unlock]; rfi)*, for reads. False when it is only the identity: rows are then not valid. */
export function carry(graph: Graph, carried: Rows): boolean {
  const { events, source, words } = graph;
  let carries = false;
  for (const event of events) {
    const from = (event.is & IS.read) !== 0 ? source[event.id]! : -1;
    if (from >= 0 && carriesOver(event, events[from]!, words)) carries = true;
  }
  if (!carries) return false;
  carried.fill(0, 0, events.length * words);
  for (const event of events) {
    const e = event.id;
    add(carried, words, e, e);
    const from = source[e]!;
    if (from < 0 || !carriesOver(event, events[from]!, words)) continue;
    joinRowOver(carried, e, carried, events[from]!, ROW.data, words);
  }
  return true;
}

function carriesOver(read: Event, write: Event, words: number): boolean {
  if (write.process !== read.process || (write.is & IS.srcuUnlock) !== 0) return false;
  for (let w = 0; w < words; w++) if (write.rows[ROW.data * words + w] !== 0) return true;
  return false;
}

/** Adds to row `to` the rows of `source` for each event in row `row` of `event`. */
function joinRowOver(target: Rows, to: number, source: Rows, event: Event, row: number, words: number): void {
  for (let w = 0; w < words; w++) {
    for (let bits = event.rows[row * words + w]!; bits !== 0; bits &= bits - 1) {
      join(target, to, source, (w << 5) | (31 - Math.clz32(bits & -bits)), words);
    }
  }
}

/** Adds the dependencies of one kind of `event` to row `to`, carried ones too. */
function depend(target: Rows, to: number, event: Event, row: number, carried: Rows | undefined, words: number): void {
  if (carried !== undefined) {
    joinRowOver(target, to, carried, event, row, words);
    return;
  }
  for (let w = 0; w < words; w++) target[to * words + w]! |= event.rows[row * words + w]!;
}

/** Adds the dependencies of one kind, carried ones too, of every event. */
export function dependencies(
  graph: Graph,
  carried: Rows | undefined,
  target: Rows,
  kind: 'addr' | 'data' | 'ctrl',
): void {
  for (const event of graph.events) depend(target, event.id, event, ROW[kind], carried, graph.words);
}

/** Adds ppo to row e: to-r | to-w | (fence & int) | (po-unlock-lock-po & int). */
export function preserved(
  graph: Graph,
  event: Event,
  hb: Rows,
  carried: Rows | undefined,
  addr: Rows,
  marked: Rows,
): void {
  const { words, events, loc } = graph;
  const { rows, is, id: e } = event;
  const isRead = (is & IS.read) !== 0;
  const isOrdered = isRead && (is & IS.noreturn) === 0;
  for (let w = 0; w < words; w++) {
    hb[e * words + w]! |=
      rows[ROW.strong * words + w]! |
      rows[ROW.gp * words + w]! |
      rows[ROW.wmb * words + w]! |
      rows[ROW.release * words + w]! |
      rows[ROW.acquire * words + w]! |
      rows[ROW.pulp * words + w]! |
      (isOrdered ? rows[ROW.rmbIn * words + w]! : 0);
  }
  if (isRead) {
    join(hb, e, addr, e, words);
    const source = graph.source[e]!;
    if (source >= 0 && events[source]!.process === event.process && isIn(marked, source)) {
      join(hb, e, addr, source, words);
      depend(hb, e, events[source]!, ROW.data, carried, words);
    }
    return;
  }
  if ((is & IS.write) === 0) return;
  join(hb, e, addr, e, words);
  depend(hb, e, event, ROW.data, carried, words);
  depend(hb, e, event, ROW.ctrl, carried, words);
  const cell = loc[e]!;
  for (let w = 0; w < words; w++) {
    for (let bits = rows[ROW.po * words + w]!; bits !== 0; bits &= bits - 1) {
      const d = (w << 5) | (31 - Math.clz32(bits & -bits));
      // overwrite & int: with coherence, every earlier access of the process to the cell
      if (cell >= 0 && loc[d] === cell && (events[d]!.is & (IS.read | IS.write)) !== 0) add(hb, words, e, d);
      // addr; [Plain]; wmb
      if ((events[d]!.is & IS.plain) !== 0 && (rows[ROW.wmb * words + w]! & (bits & -bits)) !== 0)
        join(hb, e, addr, d, words);
    }
  }
}
