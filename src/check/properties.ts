// The properties a run can violate besides invariants, as small numbers inside the search and as names outside it.
import { assert } from '../errors.ts';
import type { Process } from '../types.ts';

/** What generated code reports. An assertion is `assert` + its index in the code of the process. */
export const PROPERTY = {
  nullPointer: 0,
  badAddress: 1,
  unlock: 2,
  division: 3,
  fuel: 4,
  counter: 5,
  freed: 6,
  lost: 7,
  assert: 16,
} as const;

/** Names of faults; the search and the replayer print the same ones. */
export const FAULT = {
  nullPointer: 'fault: NULL pointer dereference',
  badAddress: 'fault: bad address',
  unlock: 'fault: unlock of a lock that the process does not hold',
  division: 'fault: division by zero',
  counter: 'fault: counter below zero', // the run goes on
  freed: 'fault: use after free',
  lost: 'fault: lost update', // the run goes on
  invariant: 'fault: cannot evaluate', // followed by the name of the invariant
} as const;

/** Name of the fault of a process that runs on without a step that others could see. */
export function fuelFault(fuel: number): string {
  return `fault: no visible step in ${fuel.toLocaleString('en-US')} instructions`;
}

/** The name under which a violation found by process `process` is reported. */
export function propertyName(code: number, process: Process, fuel: number): string {
  if (code >= PROPERTY.assert) {
    const instruction = process.code[code - PROPERTY.assert];
    assert(
      instruction?.op === 'assert' || instruction?.op === 'assert-held',
      `expected an assertion at ${code - PROPERTY.assert} of ${process.name}`,
    );
    return `assert: ${instruction.what}`;
  }
  if (code === PROPERTY.nullPointer) return FAULT.nullPointer;
  if (code === PROPERTY.badAddress) return FAULT.badAddress;
  if (code === PROPERTY.unlock) return FAULT.unlock;
  if (code === PROPERTY.counter) return FAULT.counter;
  if (code === PROPERTY.freed) return FAULT.freed;
  if (code === PROPERTY.lost) return FAULT.lost;
  return code === PROPERTY.division ? FAULT.division : fuelFault(fuel);
}
