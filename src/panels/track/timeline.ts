import type { TimelinePicture } from '../../shared/trackModel';

/** Before anything has been read. */
export const noTimeline: TimelinePicture = { entries: [], more: 0, sources: [], remarks: [] };
