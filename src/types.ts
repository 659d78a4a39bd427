// The vocabulary of relore: data only, imports nothing. Every arrow of the pipeline is a type here.
// Lines are 1-based, spans are byte offsets [start, end) into the source, sizes are bytes, times are ms.

// ---------------------------------------------------------------- places and failures

/** A line of a file as a reader would look it up. */
export interface Place {
  readonly file: string;
  readonly line: number; // 1-based; of the file before any edit. An added line has the line it follows.
  readonly added?: true; // the line exists only after the patch
}

/** Something relore does not decide. It always reaches the report. */
export interface Refusal {
  readonly what: string; // the name or the thing that was met: `mem_cgroup_charge`, `mm/mlock.c`
  readonly why: string; // one sentence: expected, found, and the row or rule line that would admit it
  readonly place?: Place;
}

// ---------------------------------------------------------------- mail

export type SourceKind = 'mbox' | 'eml' | 'page' | 'flat' | 'patch' | 'git';

export type BlockKind =
  | 'prose'
  | 'diff'
  | 'hunk-fragment'
  | 'code'
  | 'diagram'
  | 'trace'
  | 'pagedump'
  | 'trailer'
  | 'signature'
  | 'attribution';

/** A run of lines of one speaker at one quote depth. */
export interface Block {
  readonly speaker: string | undefined; // undefined: not known
  readonly depth: number; // 0 is the author of the mail
  readonly kind: BlockKind;
  readonly text: string; // without quote marks, lines joined with \n
  readonly span: readonly [number, number]; // bytes of the source
  readonly line: number; // 1-based, of the mail body
}

/** How a message was tied to its parent. */
export interface ParentLink {
  readonly id: string;
  readonly how: 'in-reply-to' | 'references' | 'quote' | 'attribution' | 'subject';
  readonly guessed: boolean;
  readonly matched?: number; // by quote: equal telling lines
}

export interface Message {
  readonly id: string; // Message-ID without <>, or a synthetic one made from the content
  readonly synthetic: boolean; // the id was made by relore
  readonly virtual: boolean; // known only from quotes
  readonly subject: string;
  readonly from: string; // display name, or the local part when there is none
  readonly address: string | undefined;
  readonly rawDate: string | undefined;
  readonly date: string | undefined; // ISO 8601, UTC; undefined when the Date line does not parse
  readonly parent: ParentLink | undefined;
  readonly blocks: readonly Block[];
  readonly lossy: readonly string[]; // what the form lost: 'columns collapsed', 'addresses obfuscated', ...
  readonly origin?: 'bot'; // a test robot, a patch tracker or a reviewing program wrote it
}

export interface Hunk {
  readonly oldStart: number; // 1-based
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly section: string; // the text after the second @@: the nearest function line, only a hint
  readonly lines: readonly string[]; // each with its first column: ' ', '+' or '-'
  readonly complete: boolean; // false: trimmed or edited, fewer lines than the header counts
}

export interface FileDiff {
  readonly oldPath: string | undefined; // without a/; undefined for a new file
  readonly newPath: string | undefined; // without b/; undefined for a deleted file
  readonly oldBlob: string | undefined; // abbreviated blob ids of the index line
  readonly newBlob: string | undefined;
  readonly hunks: readonly Hunk[];
  readonly binary?: true; // its content is not text; it has no hunks
  readonly modes?: readonly [string, string]; // 100644, 100755: the mode changes
}

/** `Reviewed-by: N <a>` and its kin, tied to the diff it stands in or was given for. */
export interface Trailer {
  readonly name: string; // as written: Reviewed-by
  readonly value: string;
  readonly messageId: string; // the mail it stands in
  readonly speaker: string | undefined;
  readonly to: string | undefined; // Patch id; undefined: for a series (its cover letter), or for nothing that was read
  readonly own: boolean; // stands in the patch itself; else it was given in a reply
  readonly series?: number; // index of the series it was given for, by way of the cover letter
  readonly mismatch?: true; // given by another person than the sender
}

/** A hunk that a mail quotes, and where it stands in the patch it was taken from. */
export interface QuotedHunk {
  readonly messageId: string;
  readonly speaker: string | undefined;
  readonly depth: number;
  readonly line: number; // 1-based, of the mail body
  readonly path: string | undefined; // as quoted; undefined when the quote has no file header
  readonly hunk: Hunk; // as quoted; a fragment without @@ has zero ranges
  readonly comments: readonly {
    readonly after: number;
    readonly speaker: string | undefined;
    readonly depth: number;
    readonly line: number;
  }[]; // `after`: lines of the hunk above it
  readonly anchor?: {
    readonly patch: string;
    readonly path: string | undefined;
    readonly hunk: number;
    readonly offset: number;
    readonly matched: number;
    readonly how: 'blobs' | 'range' | 'lines';
  }; // `hunk`, `offset`: 0-based, of the full patch
}

/** What is known of a series beside its patches. One for each of Thread.series, in the same order. */
export interface Posting {
  readonly cover: string | undefined; // Message-ID
  readonly labels: readonly string[]; // RFC, RFT, RESEND
  readonly resends?: number; // index of the series it repeats
  readonly rerolls?: number; // index of the series it replaces, in part when patches are missing
}

/** One mail (or part of one) with a diff. */
export interface Patch {
  readonly id: string;
  readonly messageId: string;
  readonly kind: 'posted' | 'reply';
  readonly title: string;
  readonly author: string | undefined;
  readonly index: number | undefined; // n of n/m
  readonly total: number | undefined; // m of n/m
  readonly version: number; // 1 when unmarked
  readonly files: readonly FileDiff[];
  readonly baseCommit: string | undefined;
  readonly notes: string; // the text under ---
  readonly labels?: readonly string[]; // RFC, RFT, RESEND
  readonly date?: string; // in-body Date, as written
  readonly changeId?: string;
  readonly prerequisites?: readonly string[]; // patch ids and message ids it says it needs
  readonly patchId?: string; // equal for patches that change the same lines in the same way, whatever the blanks
  readonly repeats?: string; // Patch id of the earlier post with the same patchId
  readonly amends?: string; // Patch id an incremental fix is for
}

export interface Series {
  readonly subject: string;
  readonly version: number;
  readonly patches: readonly string[]; // Patch ids, in order
  readonly missing: readonly number[];
}

/** A tree of messages. `thread` always means mail. */
export interface Thread {
  readonly kind: SourceKind;
  readonly lossy: readonly string[];
  readonly subject: string;
  readonly messages: readonly Message[]; // oldest first, parents before children
  readonly speakers: readonly { readonly name: string; readonly depths: readonly number[] }[];
  readonly series: readonly Series[];
  readonly patches: readonly Patch[];
  readonly postings?: readonly Posting[]; // parallel to series
  readonly ghosts?: readonly string[]; // Message-IDs that mails of the input refer to and nothing tells more of; sorted
  readonly trailers?: readonly Trailer[]; // in order of the messages
  readonly quoted?: readonly QuotedHunk[];
}

// ---------------------------------------------------------------- claims

/** A call in the text of a function, by any of its names (folio_test_clear_lru, TestClearPageLRU). */
export interface Anchor {
  readonly call: string;
}

/** A lock in the words of a speaker or a rule: `lru_lock`. */
export interface LockName {
  readonly lock: string;
}

/** One step of the edit algebra. `functions` narrows where it applies; empty: wherever every anchor is met. */
export type Edit =
  | {
      readonly kind: 'move';
      readonly what: Anchor;
      readonly where: 'before' | 'after';
      readonly anchor: Anchor;
      readonly functions: readonly string[];
      readonly leaves?: 'set' | 'clear' | 'either'; // of a test: when a function that has it not yet gives up
    }
  | {
      readonly kind: 'move-into-lock';
      readonly what: Anchor;
      readonly lock: LockName;
      readonly functions: readonly string[];
    }
  | { readonly kind: 'swap'; readonly what: Anchor; readonly anchor: Anchor; readonly functions: readonly string[] }
  | {
      readonly kind: 'insert';
      readonly code: string;
      readonly where: 'before' | 'after';
      readonly anchor: Anchor;
      readonly functions: readonly string[];
    }
  | { readonly kind: 'delete'; readonly what: Anchor; readonly functions: readonly string[] }
  | { readonly kind: 'wrap'; readonly what: Anchor; readonly condition: string; readonly functions: readonly string[] }
  | { readonly kind: 'replace'; readonly what: Anchor; readonly code: string; readonly functions: readonly string[] }
  | { readonly kind: 'revert'; readonly commit: string; readonly title: string | undefined };

export type ClaimKind =
  | 'race'
  | 'order'
  | 'fix'
  | 'sufficient'
  | 'insufficient'
  | 'protected-by'
  | 'barrier'
  | 'invariant'
  | 'outcome' // a bad end: stranded, leaked, lost, deadlock
  | 'observation'
  | 'history'
  | 'design'
  | 'objection'
  | 'question'
  | 'naming';

export type ClaimStatus = 'stands' | 'withdrawn' | 'superseded' | 'conceded';

/** A sentence an execution could contradict: by whom, where, and how sure its speaker is. */
export interface Claim {
  readonly id: string;
  readonly messageId: string;
  readonly speaker: string | undefined;
  readonly depth: number;
  readonly quote: string; // the sentence, blanks folded
  readonly span: readonly [number, number];
  readonly kind: ClaimKind;
  readonly hedge: 'none' | 'weak' | 'strong'; // strong: the speaker is very unsure
  readonly status: ClaimStatus;
  readonly statusQuote: string | undefined; // the words that withdrew or conceded it
  readonly edits: readonly Edit[]; // of a fix: all of them together are the fix
  readonly polarity?: '+' | '-'; // '-': the race cannot happen, the order is wrong, the barrier is redundant, nothing protects
  readonly slots?: ClaimSlots;
  readonly answers?: readonly ClaimAnswer[]; // what others said to it, oldest first
  readonly about?: ClaimAbout;
  readonly repeats: readonly {
    readonly messageId: string;
    readonly speaker: string | undefined;
    readonly quote: string;
  }[]; // the same fix in other words
}

/** What a claim names; each list sorted, in the spelling of the claim. */
export interface ClaimSlots {
  readonly functions: readonly string[];
  readonly names: readonly string[]; // fields and flags
  readonly locks: readonly string[]; // names of the vocabulary, or as written
  readonly commits: readonly string[];
  readonly releases: readonly string[]; // v4.6
}

/** What somebody else said to a claim, in a mail that quotes it or answers it. */
export interface ClaimAnswer {
  readonly kind: 'agreed' | 'objected' | 'questioned' | 'answered';
  readonly messageId: string;
  readonly speaker: string | undefined;
  readonly quote: string;
}

/** What the words bind a claim to, before anything is run. */
export interface ClaimAbout {
  readonly topics: readonly ClaimTopic[]; // more than one: the words fit several races
  readonly fix?: string; // Claim id of the proposal that it speaks of
  readonly patch?: true; // it describes the patch of its own mail
}

/** A row of rules/claims/topics.md: which scenarios a sentence speaks of. */
export interface ClaimTopic {
  readonly rule: string;
  readonly scenarios: readonly string[];
  readonly property?: string; // an invariant, or `asserts`; absent: every invariant of error level
  readonly edits: readonly string[]; // named edits of the rule that make the code it speaks of
  readonly against?: readonly string[]; // named edits of the code that it is held against; absent: none
  readonly says?: 'bad' | 'good'; // what the sentence expects of that code; absent: by the kind of claim
}

/** The names of one kernel operation across versions, and what people call locks. Read from rules/vocabulary.md. */
export interface Vocabulary {
  /** Each group is one operation. `*` stands for the same flag in each name: folio_test_clear_*, TestClearPage*. */
  readonly names: readonly (readonly string[])[];
  readonly locks: readonly {
    readonly name: string; // lru_lock
    readonly words: readonly string[]; // 'lru lock', 'lru locked range', 'lruvec lock'
    readonly acquire: readonly string[]; // callee names, `*` matches any rest: folio_lruvec_relock*
    readonly release: string; // C that gives it up again and forgets it: 'unlock_page_lruvec_irq(lruvec); lruvec = NULL;'
  }[];
  /** Words that people write for a flag: 'lru' -> 'PG_lru', 'lru bit'. The name is the part that `*` of `names` stands for. */
  readonly flags?: readonly { readonly name: string; readonly words: readonly string[] }[];
  /** Words that people write for a call in a drawing: 'isolate folio' -> folio_isolate_lru. */
  readonly steps?: readonly { readonly words: readonly string[]; readonly calls: readonly string[] }[];
}

// ---------------------------------------------------------------- C sources

/** A file and where each of its lines came from. */
export interface SourceFile {
  readonly path: string; // relative to the tree: mm/mlock.c
  readonly text: string;
  /** Per line of `text`: the 1-based line before edits, or minus the line it follows when added. Absent: identity. */
  readonly origin?: Int32Array;
}

/** Where kernel C is read from. */
export interface KernelSource {
  readonly kind: 'tree' | 'model';
  readonly name: string; // 'v6.12' of the model sources, '6.12.117' of a tree
  readonly paths: readonly string[]; // files that exist, sorted
  read(path: string): SourceFile | undefined;
  /** Changes when the text of a file does, without reading it: a blob id, or size and times. Absent: not known. */
  stamp?(path: string): string | undefined;
}

/** A patch or an edit applied to a source, or the reason why not. */
export type Applied =
  | {
      readonly kind: 'applied';
      readonly files: readonly SourceFile[]; // only the changed ones
      readonly functions: readonly string[]; // touched functions, sorted
      readonly words: string; // which reading this is, for a person; '' when there is only one
      readonly notes: readonly string[]; // substitutions and costs of token placement, ...
      readonly edits: readonly AppliedEdit[];
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** What an applied patch did, for the report. */
export interface AppliedEdit {
  readonly function: string;
  readonly file: string;
  readonly kind: 'move' | 'insert' | 'delete' | 'replace';
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
  readonly line: number; // 1-based, of the file before the edit
  readonly event?: true; // `what` says in words how the events of the code differ
}

// ---------------------------------------------------------------- the program a checker runs

/** LKMM order tags (tools/memory-model/linux-kernel.bell). relaxed: the read half of a void RMW. */
export type Order = 'plain' | 'once' | 'relaxed' | 'acquire' | 'release' | 'mb';

export type FenceKind =
  | 'mb'
  | 'rmb'
  | 'wmb'
  | 'before-atomic'
  | 'after-atomic'
  | 'after-spinlock'
  | 'after-unlock-lock'
  | 'after-srcu-read-unlock'
  | 'barrier';

export type UnaryOp = '!' | '-' | '~';
export type BinaryOp =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '&'
  | '|'
  | '^'
  | '<<'
  | '>>'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>=';

/** A pure value over the registers of one process. 32-bit two's complement; comparisons are signed. */
export type Expr =
  | { readonly kind: 'const'; readonly value: number }
  | { readonly kind: 'reg'; readonly reg: number }
  | { readonly kind: 'unary'; readonly op: UnaryOp; readonly arg: Expr }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'select'; readonly cond: Expr; readonly then: Expr; readonly else: Expr };

/** Where an instruction stands, outermost caller last. `frames[0]` is the line a reader looks at. */
export interface CodePoint {
  readonly frames: readonly (Place & { readonly function: string })[];
  readonly text: string; // the call or statement as written there: folio_test_clear_lru(folio)
}

/**
 * One instruction. `address` is a byte address: see Cell. At most one shared access each.
 * `mask` on a load: the loaded value is (word & mask); only these bits matter. 0 or absent: the whole word.
 */
export type Instruction = { readonly at: CodePoint } & (
  | { readonly op: 'set'; readonly dst: number; readonly value: Expr }
  | { readonly op: 'load'; readonly dst: number; readonly address: Expr; readonly order: Order; readonly mask?: number }
  /** `expects`: what was read for a plain read-modify-write; another word at the store is a lost update (recorded, the run goes on). */
  | {
      readonly op: 'store';
      readonly address: Expr;
      readonly value: Expr;
      readonly order: Order;
      readonly expects?: Expr;
    }
  /** dst := old value (& mask). The word becomes fn(old, operand). */
  | {
      readonly op: 'rmw';
      readonly dst?: number;
      readonly address: Expr;
      readonly fn: 'or' | 'andnot' | 'and' | 'xor' | 'add' | 'xchg';
      readonly operand: Expr;
      readonly order: Order;
      readonly mask?: number;
    }
  /** dst := old value; the word becomes `desired` when old == expected. Failure is a once load. */
  | {
      readonly op: 'cmpxchg';
      readonly dst: number;
      readonly address: Expr;
      readonly expected: Expr;
      readonly desired: Expr;
      readonly order: Order;
    }
  /** dst := 1 and the word += operand when old != unless; else dst := 0 and a once load. */
  | {
      readonly op: 'add-unless';
      readonly dst: number;
      readonly address: Expr;
      readonly operand: Expr;
      readonly unless: Expr;
      readonly order: Order;
    }
  /** Test-and-set-lock of bits: dst := 1 when (old & mask) == 0 and the bits are set (acquire); else dst := 0 and a once load. */
  | { readonly op: 'try-bits'; readonly dst: number; readonly address: Expr; readonly mask: number }
  /** Blocks until (word & mask) == value; then, with `take`, sets the bits of `mask` in the same step (acquire). */
  | {
      readonly op: 'await';
      readonly address: Expr;
      readonly mask: number;
      readonly value: number;
      readonly take: boolean;
    }
  | { readonly op: 'fence'; readonly fence: FenceKind }
  /** A lock cell holds owner + 1, 0 when free. lock blocks; unlock by another process is a fault. */
  | { readonly op: 'lock'; readonly address: Expr }
  | { readonly op: 'trylock'; readonly dst: number; readonly address: Expr }
  | { readonly op: 'unlock'; readonly address: Expr }
  /** Read-side critical sections nest. `domain` is the address of an srcu_struct; absent: plain RCU. */
  | { readonly op: 'rcu-lock'; readonly domain?: Expr; readonly dst?: number } // dst: the index of srcu_read_lock
  | { readonly op: 'rcu-unlock'; readonly domain?: Expr; readonly index?: Expr }
  /** Blocks until every read-side critical section of the domain that had begun has ended. */
  | { readonly op: 'rcu-sync'; readonly domain?: Expr }
  /** dst := 1 when the lock is held by anyone: spin_is_locked. */
  | { readonly op: 'is-locked'; readonly dst: number; readonly address: Expr }
  /** The cells in [address, address + bytes) are gone: an access is a fault. `bytes` absent: the one cell that starts there. */
  | { readonly op: 'free'; readonly address: Expr; readonly bytes?: number }
  /** Blocks until `code`, run as an invariant is, leaves a value other than 0 in register 0. */
  | {
      readonly op: 'wait-until';
      readonly code: readonly Instruction[];
      readonly registers: number;
      readonly why: string;
    }
  /**
   * irq: interrupts of the process's cpu do not start. preempt: other tasks of its cpu do not run. atomic: no other process runs, unless
   * this one has to wait. Each nests.
   */
  | { readonly op: 'context'; readonly what: 'irq' | 'preempt' | 'atomic'; readonly enters: boolean } // irq-off, preempt-off: enters
  /** `process`: index into Program.processes. A process that some other spawns does not begin before; join waits for its end. */
  | { readonly op: 'spawn' | 'join'; readonly process: number }
  | {
      readonly op: 'choose';
      readonly dst: number;
      readonly values: readonly number[];
      readonly names?: readonly string[]; // of the values, as written
      readonly why: string;
    }
  | { readonly op: 'branch'; readonly cond: Expr; readonly then: number; readonly else: number }
  | { readonly op: 'jump'; readonly to: number }
  /** Recorded when cond is 0; the run goes on. */
  | { readonly op: 'assert'; readonly cond: Expr; readonly what: string }
  | { readonly op: 'assert-held'; readonly address: Expr; readonly what: string }
  /** The process stops here: BUG(), or a path that a rule declared not to return. */
  | { readonly op: 'stop'; readonly why: string }
  | { readonly op: 'end' }
);

/**
 * One memory word: a scalar field of an object. Pointers are byte addresses, so a struct, its first field and an
 * embedded struct share one address, and the low 3 bits of an object's address are free for tags. 0 is NULL.
 */
export interface Cell {
  readonly address: number; // bytes
  readonly size: number; // bytes: 1, 2, 4 or 8 in the C type; values are held in 32 bits all the same
  readonly object: string; // 'folio', 'fbatch'
  readonly field: string; // 'flags', 'folios[0]'
  readonly init: number;
  readonly kind: 'word' | 'pointer' | 'lock';
  readonly signed: boolean;
  readonly counter?: true; // must not go below zero: a reference count
  /** Names of single bits, for printing: bit number -> 'mlocked'. */
  readonly bits?: Readonly<Record<number, string>>;
}

/** A concurrent actor. Never called a thread. */
export interface Process {
  readonly name: string; // P0, P1, ...
  readonly label: string; // 'munlock' : what a person calls it
  readonly cpu: string; // 'cpu1'
  /** An interrupt may start whenever no task of its cpu has interrupts off; the tasks of its cpu do not run until it has ended. */
  readonly kind?: 'task' | 'interrupt';
  readonly code: readonly Instruction[];
  readonly registers: number; // count; all start at 0
}

/**
 * A condition that must hold. `code` runs alone on a state, without other processes, and ends with
 * register 0 holding the truth value; it may load and branch, never store or lock.
 */
export interface Invariant {
  readonly name: string; // 'I-strand'
  readonly when: 'end' | 'always' | 'reachable'; // reachable: true at the end of at least one execution
  readonly level: 'error' | 'information';
  readonly words: string; // 'no evictable folio is left on the unevictable list'
  readonly code: readonly Instruction[];
  readonly registers: number;
}

export interface Program {
  readonly name: string; // rule/scenario
  readonly cells: readonly Cell[]; // sorted by address
  readonly processes: readonly Process[];
  readonly invariants: readonly Invariant[];
  /** Cells whose final values make a terminal outcome, for printing: indices into cells. */
  readonly observed: readonly number[];
}

// ---------------------------------------------------------------- what the checker says

export type MemoryModel = 'sc' | 'tso' | 'lkmm';

export interface Limit {
  readonly states: number; // distinct states
  readonly localSteps?: number; // instructions of one process without a visible one; more is a fault
}

/** One executed instruction that a reader should see. */
export interface TraceStep {
  readonly process: number; // index into Program.processes
  readonly pc: number; // index into its code
  readonly at: CodePoint;
  readonly event: string; // 'test and clear lru of folio.flags: was 0', 'lock lruvec.lru_lock'
  readonly cell: number | undefined; // index into Program.cells
  readonly before: number | undefined; // of the word
  readonly after: number | undefined;
  readonly read: number | undefined; // value that went into a register
  readonly values?: string; // 'folio.flags: lru -> lru|mlocked': the word before and after, by names; absent for no word
  readonly matters: boolean; // kept when the schedule is cut to the steps that matter
  readonly sees?: string; // of LKMM, in words: the store whose value is read
}

/** What a process did in an execution under LKMM: a node of its graph, a fence between two of them, or a choice. A read-modify-write is a read and the write behind it. */
export interface ExecutionEvent {
  readonly process: number; // index into Program.processes
  readonly pc: number; // index into its code
  readonly kind: 'read' | 'write' | 'fence' | 'rcu' | 'choice'; // rcu: rcu_read_lock(), rcu_read_unlock() and grace periods
  readonly tag: string; // as in linux-kernel.bell: 'once', 'acquire', 'LKR', 'mb', 'rcu-lock'; '' of a choice
  readonly cell: number | undefined; // index into Program.cells
  readonly value: number | undefined; // the word that is read or written, the value that is chosen
}

/** An execution under LKMM: a graph, since no interleaving need give it. Numbers of events are indices into `events`; -1 is the initial value. */
export interface Execution {
  readonly events: readonly ExecutionEvent[]; // process by process, each in program order
  readonly rf: readonly (readonly [from: number, read: number])[]; // by read
  readonly co: readonly (readonly number[])[]; // by cell: its writes in coherence order
}

/** One execution. `path` replays it: at each scheduling point the index of the enabled choice taken. */
export interface Trace {
  readonly path: string; // '0/2/1'
  readonly steps: readonly TraceStep[];
  readonly switches: number; // context switches
  readonly violated: string; // the property's name
  readonly end: readonly { readonly cell: number; readonly value: number; readonly words: string }[]; // Program.observed at the end; words: '&vma'
  readonly execution?: Execution; // of LKMM, when no interleaving is behind it
}

/** A property that was violated somewhere, with one shortest execution. */
export interface Violation {
  readonly property: string; // invariant name, 'assert: ...', 'deadlock', 'fault: ...'
  readonly kind: 'invariant' | 'assert' | 'deadlock' | 'fault';
  readonly level: 'error' | 'information';
  readonly trace: Trace;
}

/** Locks that processes take in an order that runs in a circle, as lockdep reports it. */
export interface LockCycle {
  readonly locks: readonly number[]; // indices into Program.cells; each is held when the next one is taken, the last when the first is
  readonly taken: readonly { readonly process: number; readonly at: CodePoint }[]; // where the next one is taken
}

export type Verdict = 'holds' | 'violated' | 'bounded' | 'refused';

export type Outcome =
  | {
      readonly kind: 'complete' | 'bounded';
      readonly model: MemoryModel;
      readonly states: number;
      readonly transitions: number;
      readonly violations: readonly Violation[]; // sorted by property; one each
      readonly terminals: readonly string[]; // distinct final observed states, printed and sorted
      readonly unreached: readonly { readonly process: string; readonly at: CodePoint }[]; // visible instructions never run
      readonly bound: string | undefined; // the limit that was hit: '2,000,000 states'
      readonly lockOrder?: readonly LockCycle[]; // orders of locks that could deadlock, found or not: a warning
      readonly basis?: string; // of LKMM: what the answer rests on
    }
  | { readonly kind: 'refused'; readonly model: MemoryModel; readonly refusal: Refusal };

// ---------------------------------------------------------------- schedules to walk through

/** One executed instruction that a reader can stop at. */
export interface WalkStep {
  readonly process: number; // index into Walk.processes
  readonly function: string;
  readonly file: string;
  readonly line: number; // 1-based, of the file before any edit
  readonly added?: true; // the line exists only after the edit
  readonly text: string; // of the line
  readonly event: string; // 'test and clear lru: was 0'
  readonly cell: number | undefined; // index into Walk.cells
  readonly value: string | undefined; // of the cell afterwards, as others see it; undefined: as before
  readonly matters: boolean; // other processes can tell it, or an invariant reads what it changes
}

/** One way to go on from a state: a process steps, up to the next place where the order can matter. */
export interface WalkChoice {
  readonly process: number;
  readonly steps: readonly number[]; // indices into Walk.steps
  readonly to: number; // index into Walk.states; -1: that state was left out, see Walk.cut
  readonly violated: readonly string[]; // assertions and faults on the way
}

export interface WalkState {
  readonly choices: readonly WalkChoice[]; // in order of process; none at an end
  readonly end: 'no' | 'whole' | 'deadlock' | 'fault';
  readonly violated: readonly string[]; // invariants that do not hold here; an invariant of the end only at an end
}

/** Every schedule of a program, as the graph of its choices. State 0 is the first. */
export interface Walk {
  readonly model: 'sc' | 'tso';
  readonly processes: readonly { readonly name: string; readonly cpu: string; readonly label: string }[];
  readonly cells: readonly { readonly name: string; readonly value: string }[]; // at the start; those that change or that an invariant reads
  readonly invariants: readonly {
    readonly name: string;
    readonly words: string;
    readonly level: 'error' | 'information';
  }[];
  readonly first: readonly number[]; // steps before the first choice, indices into `steps`
  readonly steps: readonly WalkStep[];
  readonly states: readonly WalkState[];
  readonly path: string; // the schedule of a violation with the fewest context switches; '' also when there is none
  readonly violated: readonly string[]; // properties that some schedule violates, also one that is not in `states`; sorted
  readonly searched: number; // states of the search that `violated` is taken from
  readonly bound: string | undefined; // why that search ended early
  readonly cut: string | undefined; // what is here when states were left out: 'the 150 nearest states'
}

// ---------------------------------------------------------------- executions to choose from

/** One execution of a program under LKMM, for a reader who lets a read see another store. */
export interface ShownExecution extends Execution {
  readonly words: readonly string[]; // by event: 'test and clear lru: was 0'
  readonly at: readonly number[]; // by event: index into Executions.places
  readonly pairs: readonly (readonly [read: number, write: number])[]; // the halves of read-modify-writes
  readonly fr: readonly (readonly [read: number, write: number])[]; // the write that comes next after the one that was read
  readonly outcome: string; // the observed cells at the end
  readonly violated: readonly string[]; // invariants and assertions, sorted
  readonly isSequential: boolean; // an interleaving gives it
  /** Executions in which a read of this one sees another store: of all that do, the one that differs least. */
  readonly others: readonly { readonly read: number; readonly from: string; readonly execution: number }[]; // from: the store in words
}

/** The executions of a program that LKMM allows. */
export interface Executions {
  readonly model: 'lkmm';
  readonly processes: readonly { readonly name: string; readonly cpu: string; readonly label: string }[];
  readonly cells: readonly { readonly name: string; readonly value: string }[]; // by Program.cells: at the start
  readonly invariants: readonly {
    readonly name: string;
    readonly words: string;
    readonly level: 'error' | 'information';
  }[];
  readonly places: readonly (Place & { readonly function: string; readonly text: string })[];
  readonly executions: readonly ShownExecution[];
  readonly first: number; // index of the one to begin with: the first that violates something and no interleaving gives, else that violates something, else 0
  readonly bound: string | undefined; // why there may be more
}

// ---------------------------------------------------------------- rules

/** A row of a rule's Result table. */
export interface ExpectedRow {
  readonly words: string; // the first column as written
  readonly version: string; // tag of the patch stack
  readonly edits: readonly string[]; // names of the rule's edits, applied in order
  readonly expected: Readonly<Record<string, Partial<Record<MemoryModel, 'holds' | 'violated'>>>>; // by scenario
  /** Cells of columns that name a property: an invariant, or 'asserts', 'faults', 'deadlock' for all of a kind. */
  readonly others?: readonly {
    readonly scenario: string;
    readonly property: string;
    readonly model: MemoryModel;
    readonly expected: 'holds' | 'violated';
  }[];
  readonly line: number; // 1-based, of the rule file
}

/** A named change that a rule tries: in the edit language, or as a diff. */
export interface NamedEdit {
  readonly name: string;
  readonly words: string;
  readonly edits: readonly Edit[];
  readonly diff: string | undefined;
  readonly line: number; // 1-based
}

export interface Scenario {
  readonly name: string; // 'S1'
  readonly words: string;
  readonly code: string; // C: objects, processes, invariants
  readonly line: number; // 1-based line of the first line of code in the rule file
}

/** One race family, read from rules/NAME.md. */
export interface Rule {
  readonly name: string;
  readonly file: string; // rules/stranded-unevictable.md
  readonly title: string;
  readonly functions: readonly string[]; // any version's names
  readonly informs?: readonly string[]; // functions of the other side: what the rule says of a change to these is information
  readonly invariant: string; // the main invariant, for reports
  readonly scenarios: readonly Scenario[];
  readonly edits: readonly NamedEdit[];
  readonly rows: readonly ExpectedRow[];
  readonly confidence: string;
  readonly notSeen: readonly string[]; // the list 'What this rule does not see'
}

// ---------------------------------------------------------------- the review (relore.review/1)

export type Change = 'opens' | 'closes' | 'keeps' | 'still-violated' | 'unknown';

export interface ReviewSide {
  readonly verdict: Verdict;
  readonly states: number;
  readonly violated: readonly string[]; // property names, sorted
  readonly trace?: string; // id into Review.traces
  readonly why?: string; // of bounded and refused
}

export interface ReviewCheck {
  readonly rule: string;
  readonly scenario: string;
  readonly patch: string; // id into Review.patches; '' for the base alone
  readonly invariant: string;
  readonly level: 'error' | 'information';
  readonly model: MemoryModel;
  readonly before: ReviewSide;
  readonly after: ReviewSide;
  readonly change: Change;
  readonly because: readonly string[]; // functions that made this scenario run
}

/** A hunk of a posted diff, so that a report can quote it and find a line of the file after it. */
export interface ReviewHunk {
  readonly file: string; // path after the patch; before it when the file is deleted
  readonly oldStart: number; // 1-based
  readonly newStart: number; // 1-based
  readonly section: string; // the text after the second @@
  readonly lines: readonly string[]; // each with its first column: ' ', '+' or '-'
}

export interface ReviewPatch {
  readonly id: string; // 'patch-1', 'fix-1', 'fix-3/a', 'fix-1+fix-2/b'
  readonly messageId: string;
  readonly title: string;
  readonly kind: 'posted' | 'reply' | 'prose' | 'combination';
  readonly base: { readonly kind: 'tree' | 'model'; readonly name: string };
  readonly applies: boolean;
  readonly reason?: string; // of applies: false
  readonly reading?: string; // which of several readings this is
  readonly parts?: readonly string[]; // of a combination
  readonly claim?: string; // id into Review.claims
  readonly files: readonly string[];
  readonly functions: readonly string[];
  readonly edits: readonly AppliedEdit[];
  readonly notes: readonly string[];
  readonly hunks?: readonly ReviewHunk[]; // of a diff that somebody posted
  readonly verdict: 'closes' | 'does-not-close' | 'opens' | 'keeps' | 'not-exercised' | 'not-reviewed' | 'unknown';
  readonly opens?: readonly string[]; // of a fix: scenarios that held before and are violated after: 'lruvec-stability S5m'; sorted
}

export interface ReviewTraceStep {
  readonly process: string; // 'P0'
  readonly cpu: string;
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly added?: true;
  readonly newLine?: number; // 1-based, of the file after the patch and the rest of its series; absent: as `line`
  readonly text: string;
  readonly event: string;
  readonly values: string; // 'folio.flags: lru|mlocked -> lru'
  readonly matters: boolean;
  readonly sees?: string; // of LKMM, in words: the store whose value is read
}

export interface ReviewTrace {
  readonly rule: string;
  readonly scenario: string;
  readonly patch: string; // '' for the base
  readonly model: MemoryModel;
  readonly path: string;
  readonly processes: readonly { readonly name: string; readonly cpu: string; readonly label: string }[];
  readonly steps: readonly ReviewTraceStep[];
  readonly switches: number;
  readonly violated: string;
  readonly words: string; // the invariant in words
  readonly end: string;
  readonly fences?: readonly string[]; // of LKMM, when no interleaving ends like this: single changes after which no execution does
}

export interface ReviewClaim extends Omit<Claim, 'edits' | 'about'> {
  readonly patches: readonly string[]; // ReviewPatch ids that stand for it
  readonly verdict: 'confirmed' | 'refuted' | 'undecided' | 'not-modelled' | 'ambiguous';
  readonly why: string; // one sentence
  readonly trace?: string;
  readonly binding?: ReviewBinding;
}

/** Which code and which scenarios a claim was taken to speak of. */
export interface ReviewBinding {
  readonly rule: string;
  readonly scenarios: readonly string[];
  readonly version: 'before' | 'patch' | 'fix' | 'edit'; // edit: code that an edit of the rule makes
  readonly of: string; // id into Review.patches; names of edits; '' for the code before any change
  readonly source: string; // v6.3
  readonly readings: readonly string[]; // when the words fit more than one, each in words
}

/** A drawing of CPUs in columns, or the same told one after the other, run on the code. */
export interface ReviewDiagram {
  readonly messageId: string;
  readonly span: readonly [number, number];
  readonly speaker?: string;
  readonly source?: 'sequence'; // told in prose, one CPU after the other; absent: drawn in columns
  readonly columns: 'kept' | 'collapsed';
  readonly steps: readonly {
    readonly text: string;
    readonly cpu: string | undefined;
    readonly function?: string; // the call of the code that it was taken to be
    readonly result?: boolean | number; // the value that the drawing states
  }[];
  readonly solutions: number; // ways of giving the steps to the CPUs that the code can run
  readonly assignments?: readonly (readonly string[])[]; // of several solutions: each, the CPU of every step, '' where none is known
  readonly verdict: 'executable' | 'impossible' | 'not-modelled';
  readonly why: string;
  readonly patch?: string; // id of the patch or fix that it speaks of; '': the code as it stands; absent: not modelled
  readonly code?: string; // in the place of `patch`: a version that a rule knows and the thread does not hold, in words
  readonly rule?: string;
  readonly scenario?: string;
  readonly violated?: readonly string[]; // properties that its execution ends in violating, sorted
  readonly impossibleAt?: number; // step, 1-based
  readonly trace?: string; // id into Review.traces
}

/** What somebody saw: a call trace, an assertion that fired, a dumped page. */
export interface ReviewLog {
  readonly messageId: string;
  readonly span: readonly [number, number];
  readonly speaker?: string;
  readonly facts: readonly string[]; // one sentence each
  readonly calls: readonly string[]; // innermost first; empty when it has none
  readonly rule?: string; // that it bears on
  readonly scenario?: string;
  readonly property?: string; // an invariant, or an assertion of the code
  readonly verdict?: Verdict; // of the property, on the code as it stands
}

/** A violation that the base has too and that somebody chose not to be told of. It never silences what a patch opens. */
export interface ReviewWaiver {
  readonly rule: string;
  readonly scenario?: string; // absent: every scenario of the rule
  readonly invariant?: string; // absent: every invariant
  readonly reason: string;
  readonly expires: string; // YYYY-MM-DD, the last day it holds
  readonly place: Place; // where the waiver is written
  readonly expired?: true;
}

/** A series as in the thread, with the one that it replaces. */
export interface ReviewSeries extends Series {
  readonly rerolls?: number; // index into Review.series of the version that this one replaces
}

/** Everything relore has to say about one input. All other formats are pure functions of it. */
/** A race of the base that is no news: which change opened it, and which closed it, as computed on the model sources. */
export interface ReviewKnown {
  readonly rule: string;
  readonly scenario: string;
  readonly opened?: { readonly commit: string; readonly subject: string; readonly release: string }; // absent: before the first version
  readonly closed?: { readonly commit: string; readonly subject: string; readonly release: string };
}

export interface Review {
  readonly schema: 'relore.review/1';
  readonly tool: { readonly name: 'relore'; readonly version: string; readonly rules: string }; // rules: sha256
  readonly source: { readonly kind: SourceKind; readonly lossy: readonly string[] };
  /** The rules that ran, so that a reader learns what S1 stands for. */
  readonly rules?: readonly {
    readonly name: string;
    readonly title: string;
    readonly invariant: string;
    readonly scenarios: readonly { readonly name: string; readonly words: string }[];
  }[];
  readonly base: { readonly kind: 'tree' | 'model'; readonly name: string; readonly why: string };
  readonly thread: {
    readonly subject: string;
    readonly messages: readonly {
      readonly id: string;
      readonly from: string;
      readonly date: string | null;
      readonly parent: string | null;
      readonly synthetic: boolean;
      readonly virtual: boolean;
      readonly blocks: number;
    }[];
    readonly speakers: readonly { readonly name: string; readonly depths: readonly number[] }[];
  };
  readonly series: readonly ReviewSeries[];
  readonly patches: readonly ReviewPatch[];
  readonly checks: readonly ReviewCheck[];
  readonly claims: readonly ReviewClaim[];
  readonly diagrams: readonly ReviewDiagram[];
  readonly logs?: readonly ReviewLog[];
  readonly known?: readonly ReviewKnown[];
  readonly traces: Readonly<Record<string, ReviewTrace>>;
  readonly coverage: readonly {
    readonly rule: string;
    readonly scenario: string;
    readonly patch: string;
    readonly model: MemoryModel;
    readonly states: number;
    readonly terminals: readonly string[];
    readonly unreached: readonly string[];
  }[];
  readonly notChecked: readonly { readonly what: string; readonly why: string }[];
  readonly assumptions: readonly string[];
  readonly waivers?: readonly ReviewWaiver[];
}

// ---------------------------------------------------------------- the history (relore.history/1)

/** A released version, and the step of the patch stack that it is. */
export interface HistoryVersion {
  readonly name: string; // v5.18
  readonly released?: string; // YYYY-MM-DD
  readonly step: number; // index into History.steps
}

/** One state of the patch stack: step 0 is its base, and each patch makes the next one. */
export interface HistoryStep {
  readonly name: string; // 'v5.17+3', or the tag when it is a version
  readonly commit: string; // 12 digits of the commit the patch stands for; '' for the base and for patches of no single commit
  readonly subject: string; // of that commit, in our words
  readonly release: string; // the first release that has it; '' for the base
}

/** Steps in a row with one verdict, first and last included. */
export interface HistoryRun {
  readonly from: number; // indices into History.steps
  readonly to: number;
  readonly verdict: Verdict;
  readonly why?: string; // of bounded and refused
  /** The schedules of a violated run, by the step that each is for first: code changes move lines and calls. */
  readonly schedules?: readonly { readonly from: number; readonly trace: string }[];
}

/** A property of one scenario of a rule, followed through every step. */
export interface HistoryRace {
  readonly id: string; // 'stranded-unevictable/S1/I-strand': rule, scenario, property
  readonly rule: string;
  readonly scenario: string;
  readonly property: string; // an invariant, or 'asserts', 'faults', 'deadlock' for all of a kind
  readonly isMain: boolean; // the property that the rule is about
  readonly level: 'error' | 'information';
  readonly title: string; // of the rule
  readonly words: string; // of the scenario
  readonly invariant: string; // the property in words
  readonly functions: readonly string[]; // of the rule, by their names of any version
  readonly since?: string; // the oldest version whose code is modelled; absent: the first one
  readonly runs: Readonly<Record<MemoryModel, readonly HistoryRun[]>>; // each covers all steps, oldest first
}

/** A race that is known and that no rule models. */
export interface HistoryTopic {
  readonly id: string; // 'iomap-private-reference'
  readonly title: string;
  readonly words: string;
  readonly functions: readonly string[];
}

/** What a change did to a race. `unchanged`: it was looked at and changes nothing. */
export type EdgeKind = 'opened' | 'closed' | 're-opened' | 'exposed' | 'claimed' | 'unchanged';

export type EdgeEvidence =
  | {
      readonly kind: 'computed';
      readonly models: readonly MemoryModel[];
      readonly before: Verdict;
      readonly after: Verdict;
      readonly from: number; // the last step with `before`
      readonly to: number; // the first step with `after`; more than from + 1: the steps between are not decided
      readonly trace?: string; // the schedule on the violated side
    }
  | { readonly kind: 'read'; readonly where: readonly string[] } // Message-IDs, 'tree', 'changelog'
  | { readonly kind: 'analysis' } // our own: nobody wrote it, as far as we know
  | { readonly kind: 'memory' }; // not looked up

/** What the computed edges say of a stated one. */
export interface EdgeCheck {
  readonly verdict: 'agrees' | 'differs' | 'not-computed';
  readonly why: string; // one sentence
  readonly computed: readonly string[]; // edges
}

/** A change and what it did to a race: computed by the model, or stated by somebody. */
export interface HistoryEdge {
  readonly id: string; // 'e-0123456789': of its content
  readonly kind: EdgeKind;
  readonly claims?: Exclude<EdgeKind, 'claimed'>; // of a claimed edge: what somebody says that the change did
  readonly commit: string; // 12 digits; '' for what was never merged or has no known id
  readonly subject: string; // in our words
  readonly release: string; // v5.18; '' for not known or never
  readonly race: string; // of a computed edge a HistoryRace id; of a stated one that, or its rule or rule/scenario, or a HistoryTopic id
  readonly words: string; // what it did, one sentence
  readonly evidence: EdgeEvidence;
  readonly check?: EdgeCheck; // of a stated edge
  readonly place?: Place; // of a stated edge: the line of rules/history
}

/** A version with edits applied in order, and the verdicts of a rule on it: what would help, and what would not. */
export interface HistoryTrial {
  readonly id: string; // 'stranded-unevictable v6.12 old-order + fix-1'
  readonly rule: string;
  readonly version: string;
  readonly edits: readonly string[]; // names of edits of the rule, or 'revert 2262ace60713/1': the first reading of a revert
  readonly words: string;
  readonly cells: readonly {
    readonly scenario: string;
    readonly property: string;
    readonly model: MemoryModel;
    readonly verdict: Verdict;
    readonly why?: string;
    readonly trace?: string;
  }[];
}

/** One argument about a barrier, a lock or an order. */
export interface HistoryArgument {
  readonly id: string; // 'munlock-barrier/3'
  readonly date: string; // YYYY-MM-DD, YYYY-MM or ''
  readonly who: string;
  readonly stance: 'for' | 'against' | 'asks' | 'observes' | 'withdraws' | 'concedes';
  readonly words: string; // our words
  readonly messageId?: string;
  readonly commit?: string; // 12 digits, of a changelog
  readonly evidence: 'read' | 'analysis' | 'memory';
  readonly trial?: string; // HistoryTrial id
  readonly verdict: 'confirmed' | 'refuted' | 'undecided' | 'not-modelled';
  readonly why: string; // what the model says, one sentence
}

/** Who argued for and against a barrier, a lock or an order, and what the model says of each argument. */
export interface Genealogy {
  readonly id: string; // 'munlock-barrier'
  readonly kind: 'barrier' | 'lock' | 'order' | 'test';
  readonly title: string;
  readonly words: string;
  readonly rules: readonly string[];
  readonly names: readonly string[]; // functions, flags and commits that it is about
  readonly arguments: readonly HistoryArgument[]; // oldest first
}

/** A discussion that edges or arguments refer to. */
export interface HistoryThread {
  readonly id: string; // Message-ID, without <>, of one of its mails
  readonly subject: string;
  readonly date: string; // YYYY-MM-DD or YYYY-MM
  readonly words: string;
  readonly rules: readonly string[];
}

/** Which change opened and closed which race: computed on the patch stack, and stated by people. Shipped as data. */
export interface History {
  readonly schema: 'relore.history/1';
  readonly sources: string; // sha256 of what it was computed from: the file is stale when it differs
  readonly models: readonly MemoryModel[];
  readonly versions: readonly HistoryVersion[]; // oldest first
  readonly steps: readonly HistoryStep[]; // oldest first
  readonly races: readonly HistoryRace[]; // by rule, scenario and property in their order
  readonly topics: readonly HistoryTopic[];
  readonly edges: readonly HistoryEdge[]; // by release, then as computed or written
  readonly trials: readonly HistoryTrial[];
  readonly genealogies: readonly Genealogy[];
  readonly threads: readonly HistoryThread[];
  /** By an id made from the steps, so that a link to a schedule stays valid. `patch` is the step's name or the trial's id. */
  readonly traces: Readonly<Record<string, ReviewTrace>>;
}
