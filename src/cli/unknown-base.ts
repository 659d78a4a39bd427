/** The history that a range needs is not there: a shallow clone. Nothing can be said about the series; exit code 3. */
export class UnknownBase extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'UnknownBase';
  }
}

/** True for the error of a range whose base is not in the repository. */
export function isUnknownBase(error: unknown): error is UnknownBase {
  return error instanceof UnknownBase;
}
