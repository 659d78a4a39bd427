// The C that relore lowers, as plain data. Offsets are into the preprocessed text of the file (same length and line
// breaks as the original), so `line` is always a line of the file as it was given.

export interface Span {
  readonly start: number; // offset of the first character
  readonly end: number; // offset behind the last character
  readonly line: number; // 1-based
}

export type CExpr = Span &
  (
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'number'; readonly value: number; readonly unsigned: boolean; readonly long: boolean }
    | { readonly kind: 'string'; readonly text: string }
    | { readonly kind: 'unary'; readonly op: string; readonly arg: CExpr }
    | { readonly kind: 'update'; readonly op: '++' | '--'; readonly prefix: boolean; readonly arg: CExpr }
    | { readonly kind: 'binary'; readonly op: string; readonly left: CExpr; readonly right: CExpr }
    | { readonly kind: 'assign'; readonly op: string; readonly left: CExpr; readonly right: CExpr } // op '=' or '+', '|', ...
    | { readonly kind: 'conditional'; readonly cond: CExpr; readonly then: CExpr | undefined; readonly else: CExpr }
    | { readonly kind: 'call'; readonly callee: CExpr; readonly args: readonly CExpr[] }
    | { readonly kind: 'field'; readonly object: CExpr; readonly arrow: boolean; readonly name: string }
    | { readonly kind: 'index'; readonly object: CExpr; readonly index: CExpr }
    | { readonly kind: 'cast'; readonly type: CTypeName; readonly arg: CExpr }
    | { readonly kind: 'sizeof'; readonly type: CTypeName | undefined; readonly arg: CExpr | undefined }
    | { readonly kind: 'offsetof'; readonly type: CTypeName; readonly member: string }
    | { readonly kind: 'comma'; readonly left: CExpr; readonly right: CExpr }
    | { readonly kind: 'init-list'; readonly type: CTypeName | undefined; readonly items: readonly CInitItem[] }
    | { readonly kind: 'block'; readonly body: readonly CStmt[]; readonly bare?: true } // GNU statement expression; bare: the text of a macro
    | { readonly kind: 'type'; readonly type: CTypeName } // a type where a macro takes one
  );

export interface CInitItem {
  readonly designators: readonly ({ readonly field: string } | { readonly index: CExpr })[];
  readonly value: CExpr;
}

/** A type as written, before any name in it is looked up. */
export type CTypeName =
  | { readonly kind: 'base'; readonly words: readonly string[] } // ['unsigned', 'long'], ['pgoff_t']
  | {
      readonly kind: 'tagged';
      readonly tag: 'struct' | 'union' | 'enum';
      readonly name: string | undefined;
      readonly fields: readonly CField[] | undefined;
    }
  | { readonly kind: 'pointer'; readonly to: CTypeName }
  | { readonly kind: 'array'; readonly of: CTypeName; readonly length: CExpr | undefined }
  | { readonly kind: 'function'; readonly returns: CTypeName }
  | { readonly kind: 'typeof'; readonly of: CExpr };

export interface CField {
  readonly name: string | undefined; // undefined: anonymous struct or union
  readonly type: CTypeName;
  readonly bits: CExpr | undefined;
}

export interface CDeclarator {
  readonly name: string;
  readonly type: CTypeName;
  readonly init: CExpr | undefined;
}

export type CStmt = Span &
  (
    | { readonly kind: 'expr'; readonly expr: CExpr | undefined }
    | { readonly kind: 'decl'; readonly vars: readonly CDeclarator[]; readonly isStatic: boolean }
    | { readonly kind: 'block'; readonly body: readonly CStmt[] }
    | { readonly kind: 'if'; readonly cond: CExpr; readonly then: CStmt; readonly else: CStmt | undefined }
    | { readonly kind: 'while'; readonly cond: CExpr; readonly body: CStmt }
    | { readonly kind: 'do'; readonly body: CStmt; readonly cond: CExpr }
    | {
        readonly kind: 'for';
        readonly init: CStmt | undefined;
        readonly cond: CExpr | undefined;
        readonly step: CExpr | undefined;
        readonly body: CStmt;
      }
    | { readonly kind: 'switch'; readonly value: CExpr; readonly body: CStmt }
    /** `list_for_each_entry(pos, head, member) body`: the macro says what loop it is. */
    | { readonly kind: 'iterate'; readonly macro: string; readonly args: readonly string[]; readonly body: CStmt }
    | { readonly kind: 'case'; readonly value: CExpr | undefined; readonly body: readonly CStmt[] } // undefined: default
    | { readonly kind: 'label'; readonly name: string; readonly body: CStmt | undefined }
    | { readonly kind: 'goto'; readonly label: string }
    | { readonly kind: 'return'; readonly value: CExpr | undefined }
    | { readonly kind: 'break' }
    | { readonly kind: 'continue' }
  );

export interface CParam {
  readonly name: string;
  readonly type: CTypeName;
}

/** A function definition. Called CFunction because `Function` exists globally. */
export interface CFunction extends Span {
  readonly name: string;
  readonly returns: CTypeName;
  readonly params: readonly CParam[];
  readonly variadic: boolean;
  readonly body: CStmt & { readonly kind: 'block' };
}

/** A parse that met something it does not read: the text of a lowered function must not contain one. */
export interface SyntaxProblem {
  readonly line: number; // 1-based
  readonly found: string;
}
