/** One thing that waits for a person (DESIGN §6, "Needs You"). */
export interface NeedsYouItem {
  /** Stable across refreshes. */
  readonly id: string;
  readonly kind:
    | 'escalation'
    | 'blocker'
    | 'gate'
    | 'board'
    | 'drift'
    | 'staleLock'
    | 'staleWorker'
    | 'failedTask'
    | 'blockedTask'
    | 'deadlock'
    /** A run that was broken off. */
    | 'run'
    | 'problem';
  readonly root: string;
  readonly trackKey?: string;
  readonly trackName?: string;
  /** What, in a few words. */
  readonly what: string;
  /** What is asked, where `what` puts the kind of question before it. */
  readonly question?: string;
  /** Why: the rule or evidence. */
  readonly why: string;
  /** ISO time since when, if known. */
  readonly since?: string;
  /** The place to open. */
  readonly file?: string;
  readonly line?: number;
  /** Id of the gate that it is about, which can be reviewed. */
  readonly gate?: string;
  /** Id of the board's session that it is about. */
  readonly session?: string;
  /** Repairs or choices that resolve it; ids of engine use cases. */
  readonly actions: readonly NeedsYouAction[];
  /** True: nothing waits for it. It stands last and is not counted. */
  readonly quiet?: boolean;
  /** What this item gathers, when it stands for several. */
  readonly parts?: readonly NeedsYouItem[];
}

/** An item before it is known which track it is about. */
export type Finding = Omit<NeedsYouItem, 'id' | 'root' | 'trackKey' | 'trackName'> & {
  /** Tells it from other findings of its kind in its track; stable. */
  readonly detail: string;
};

export interface NeedsYouAction {
  readonly kind:
    | 'repair'
    | 'unblockTrack'
    | 'stepLoop'
    | 'runLoop'
    | 'stopLoop'
    | 'recordOutcome'
    | 'allowFixCycle'
    | 'setStep'
    | 'open'
    | 'markTask'
    | 'releaseLock'
    /** Answers an escalation: `argument` is the id of the blocker. */
    | 'answer';
  readonly label: string;
  readonly argument?: string;
  /** Id of the answer, for `answer`. */
  readonly answer?: string;
}
