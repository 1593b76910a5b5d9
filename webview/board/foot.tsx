import type { BoardModel } from '../../src/shared/boardModel';
import type { CommonRequest, Reply } from '../../src/shared/protocol';
import { FileLink } from '../ui/links';
import { signs, State } from '../ui/state';

/** When and from what all this was read, and the keys. */
export function Foot({ model, ask }: { model: BoardModel; ask: (request: CommonRequest) => Promise<Reply> }) {
  const read = new Date(model.readAt).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  return (
    <footer class="foot">
      <State sign={{ ...signs.passed, icon: 'check' }} word={`Read ${read}`} />
      {model.sources.map((source) =>
        source.place ? (
          <FileLink key={source.text} place={source.place} ask={ask}>
            {source.text}
          </FileLink>
        ) : (
          <span key={source.text}>{source.text}</span>
        ),
      )}
      <span class="hints">
        <kbd>←</kbd> <kbd>→</kbd> directors, <kbd>Alt+V</kbd> cast a vote, <kbd>M</kbd> mark the focused
        condition
      </span>
    </footer>
  );
}
