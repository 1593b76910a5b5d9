import type { Look } from '../../src/shared/gateModel';
import { signs, type Sign } from '../ui/state';

/** Shape and word of each look. */
export const lookSigns: Readonly<Record<Look, Sign>> = {
  passed: { ...signs.passed, word: 'Pass' },
  failed: { ...signs.failed, word: 'Fail' },
  open: signs.open,
  notApplicable: { ...signs.skipped, word: 'Not applicable' },
  waived: signs.waived,
  optionalMiss: { ...signs.concerns, word: 'Optional miss' },
  review: signs.review,
  unnamed: { ...signs.open, word: 'Not named' },
};
