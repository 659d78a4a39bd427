// Referee: race findings that other reviewers and programs tell step by step, run on the code as drawings are.
import { findSequences } from '../claims/diagram-sequences.ts';
import type { ReviewDiagram, Thread } from '../types.ts';
import { type Grounds, judgeStated, knownGrounds } from './diagrams.ts';

/**
 * Returns the told schedules of `thread`, oldest mail first: executable in the model (with a schedule), impossible at a step, or not
 * modelled. Adds their schedules to the book of the bench. Who tells one plays no part.
 */
export function refereeSequences(thread: Thread, grounds: Grounds): ReviewDiagram[] {
  const known = knownGrounds(thread, grounds);
  return findSequences(thread).map((sequence): ReviewDiagram => {
    const told = { ...sequence, isKept: true, roles: [] };
    const verdict = judgeStated(told, known, new Map());
    // "CPU1: a(), b(). CPU2: c()" may leave open what comes when.
    const isOpen = verdict.verdict === 'impossible' && !sequence.isRound;
    return {
      messageId: sequence.message.id,
      span: sequence.block.span,
      ...(sequence.block.speaker === undefined ? {} : { speaker: sequence.block.speaker }),
      source: 'sequence',
      columns: 'kept',
      ...verdict,
      ...(isOpen
        ? {
            verdict: 'not-modelled',
            why: `each CPU is told once, so its order in time is not known; as told: ${verdict.why}`,
          }
        : {}),
    };
  });
}
