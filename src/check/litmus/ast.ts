// What a C litmus test says, before it becomes a program.

/** An expression of a process. `line` is 1-based. */
export type CExpr = { readonly line: number } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'deref'; readonly arg: CExpr }
  | { readonly kind: 'address'; readonly arg: CExpr }
  | { readonly kind: 'index'; readonly array: CExpr; readonly index: CExpr }
  | { readonly kind: 'unary'; readonly op: '!' | '-' | '~'; readonly arg: CExpr }
  | { readonly kind: 'binary'; readonly op: string; readonly left: CExpr; readonly right: CExpr }
  | { readonly kind: 'select'; readonly cond: CExpr; readonly then: CExpr; readonly else: CExpr }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly CExpr[] }
);

/** A statement of a process. */
export type CStatement = { readonly line: number } & (
  | { readonly kind: 'declare'; readonly name: string; readonly value: CExpr | undefined }
  | { readonly kind: 'assign'; readonly to: CExpr; readonly value: CExpr }
  | { readonly kind: 'call'; readonly call: CExpr }
  | { readonly kind: 'if'; readonly cond: CExpr; readonly then: CStatement; readonly else: CStatement | undefined }
  | { readonly kind: 'while'; readonly cond: CExpr; readonly body: CStatement; readonly first: boolean } // first: do ... while
  | { readonly kind: 'block'; readonly body: readonly CStatement[] }
  | { readonly kind: 'leave'; readonly how: 'break' | 'continue' | 'return' }
);

/** P0(int *x, spinlock_t *l) { ... } */
export interface CProcess {
  readonly index: number;
  readonly line: number;
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly body: readonly CStatement[];
}

/** A value in the init block: a number, or the address of an object. */
export type InitValue = number | { readonly name: string };

/** What the init block says. */
export interface CInit {
  readonly globals: ReadonlyMap<
    string,
    { readonly type: string; readonly values: readonly InitValue[]; readonly line: number }
  >;
  readonly registers: readonly {
    readonly process: number;
    readonly name: string;
    readonly value: InitValue;
    readonly line: number;
  }[];
}

/** A place whose value at the end a condition asks for. */
export type Location =
  | { readonly kind: 'register'; readonly process: number; readonly name: string }
  | { readonly kind: 'global'; readonly name: string; readonly index: number };

/** A condition on the end of an execution. */
export type Condition =
  | { readonly kind: 'constant'; readonly value: boolean }
  | {
      readonly kind: 'equal';
      readonly left: Location;
      readonly right: Location | { readonly kind: 'value'; readonly value: InitValue };
    }
  | { readonly kind: 'not'; readonly arg: Condition }
  | { readonly kind: 'and' | 'or' | 'implies'; readonly left: Condition; readonly right: Condition };

/** The quantifier of a test's condition. */
export type Quantifier = 'exists' | '~exists' | 'forall';

/** A litmus file, read. */
export interface LitmusFile {
  readonly name: string;
  readonly init: CInit;
  readonly processes: readonly CProcess[];
  readonly locations: readonly Location[];
  readonly filter: Condition | undefined;
  readonly quantifier: Quantifier;
  readonly condition: Condition;
}
