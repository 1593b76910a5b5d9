import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionChoice } from '../../src/shared/boardModel';
import { Icon } from '../ui/icon';
import { signs, State } from '../ui/state';
import { Time } from './time';

/** Which meeting is looked at. Shown only where there is a choice. */
export function SessionPicker({
  sessions,
  onPick,
}: {
  sessions: readonly SessionChoice[];
  onPick: (item: string) => void;
}) {
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState<string>();
  const place = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const newestFirst = sessions.toReversed();
  const at = sessions.findIndex(({ current }) => current);
  const marked =
    newestFirst.find(({ item }) => item === active) ?? newestFirst.find(({ current }) => current);

  useEffect(() => {
    if (!open) return undefined;
    list.current?.focus();
    const onDown = (event: PointerEvent): void => {
      if (event.target instanceof Node && !place.current?.contains(event.target)) setOpen(false);
    };
    window.addEventListener('pointerdown', onDown);
    return () => window.removeEventListener('pointerdown', onDown);
  }, [open]);
  useEffect(() => {
    if (open) list.current?.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest' });
  }, [open, marked?.item]);

  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const pick = (item: string): void => {
    close();
    onPick(item);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const index = newestFirst.findIndex(({ item }) => item === marked?.item);
    const to = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      Home: 0,
      End: newestFirst.length - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      setActive(newestFirst[Math.min(newestFirst.length - 1, Math.max(0, to))]?.item);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      if (marked) pick(marked.item);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      close();
    } else if (event.key === 'Tab') setOpen(false);
  };

  return (
    <div class="picker" ref={place}>
      <button
        ref={button}
        type="button"
        class="btn quiet"
        aria-haspopup="listbox"
        aria-expanded={open}
        onClick={() => {
          setActive(undefined);
          setOpen(!open);
        }}
      >
        <Icon name="history" />
        {`Session ${String(at + 1)} of ${String(sessions.length)}`}
        <Icon name="chevron-down" />
      </button>
      {open && (
        <ul
          ref={list}
          role="listbox"
          tabIndex={0}
          aria-label="Sessions of the board"
          aria-activedescendant={marked && `session-${String(sessions.indexOf(marked))}`}
          onKeyDown={onKeyDown}
        >
          {newestFirst.map((session) => {
            const index = sessions.indexOf(session);
            return (
              <li
                key={session.item}
                id={`session-${String(index)}`}
                role="option"
                aria-selected={session.current}
                data-active={session === marked ? '' : undefined}
                onClick={() => pick(session.item)}
              >
                <span class="num">{index + 1}</span>
                <span class="clip" title={session.checkpoint}>
                  {session.checkpoint}
                </span>
                <State sign={signs[session.verdict.standing]} word={session.verdict.word} />
                <span class="when">{session.at !== undefined && <Time at={session.at} date />}</span>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
