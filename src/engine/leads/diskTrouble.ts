import { codeOf } from '../../store/ioError';
import { TrackGoneError } from '../../store/trackSource';
import { RunJournalError } from '../run/runJournal';

/** Whether it is the disk that failed, and not our code. */
export function isDiskTrouble(error: unknown): error is Error {
  if (error instanceof RunJournalError || error instanceof TrackGoneError) return true;
  // An error of the operating system, not one of Node's own about a wrong call.
  return /^E[A-Z0-9]+$/.test(codeOf(error) ?? '');
}
