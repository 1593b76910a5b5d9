/** Exit codes that scripts may rely on. */
export const exitCode = {
  /** Done, or a positive answer. */
  fine: 0,
  /** A negative answer, or an edit that was refused: nothing is wrong with the call. */
  negative: 1,
  /** The call itself is wrong: unknown command or flag, missing argument, a folder that does not exist. */
  usage: 2,
  /** A run ended where a person must decide; metadata.json says what. */
  person: 3,
  /** Ended by Ctrl+C, as shells count it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
