/** The most distinct states of one search unless `--bound` says otherwise. */
export const DEFAULT_STATES = 2_000_000;
