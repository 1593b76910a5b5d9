import type { MetadataReading } from '../files/metadataFile';
import type { EvaluationReport } from '../model/evaluationReport';
import type { MessageBus } from '../model/messageBus';
import type { Plan } from '../model/plan';
import type { Problem } from '../model/problem';
import type { TrackDocuments } from '../model/track';
import type { Reading } from './diskView';
import type { TrackFolder } from './trackFolders';

/** What was read in one track folder. */
export interface TrackFiles {
  readonly folder: TrackFolder;
  readonly documents: TrackDocuments;
  readonly otherFiles: readonly string[];
  readonly plan: Reading<Plan>;
  readonly metadata: Reading<MetadataReading>;
  readonly reports: Reading<readonly EvaluationReport[]>;
  readonly bus: MessageBus | undefined;
  /** Links that lead nowhere, locks left behind. */
  readonly problems: readonly Problem[];
  /** When to look again although no file changed: a lock that is held now may be left behind then. Epoch ms. */
  readonly lookAgainAt: number | undefined;
}
