import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../ui/icon';
import { moveFocus } from '../ui/rovingFocus';

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  /** Of several that exclude each other: the one that holds. */
  readonly checked?: boolean;
  readonly onPick: () => void;
}

/** A menu that stands open: arrows move, Enter picks, Escape and leaving close it. It takes the focus when it opens. */
export function Menu({
  label,
  items,
  onClose,
}: {
  label: string;
  items: readonly MenuItem[];
  /** `back`: the focus belongs to what opened it. */
  onClose: (back: boolean) => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  // At once: the next key is meant for the menu.
  useLayoutEffect(() => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    (buttons.find((button) => button.getAttribute('aria-checked') === 'true') ?? buttons[0])?.focus();
  }, []);
  return (
    <ul
      ref={list}
      class="menu"
      role="menu"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === 'Escape' || event.key === 'Tab') {
          if (event.key === 'Escape') event.preventDefault();
          event.stopPropagation();
          onClose(event.key === 'Escape');
        } else if (
          list.current &&
          moveFocus(event, list.current, { selector: 'button', direction: 'vertical' })
        ) {
          event.stopPropagation();
        }
      }}
      onFocusOut={(event) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node) || !list.current?.contains(to)) onClose(false);
      }}
    >
      {items.map(({ id, label: name, checked, onPick }, i) => (
        <li role="none" key={id}>
          <button
            type="button"
            role={checked === undefined ? 'menuitem' : 'menuitemradio'}
            aria-checked={checked}
            tabIndex={i === 0 ? 0 : -1}
            onClick={() => {
              onClose(true);
              onPick();
            }}
          >
            {checked === undefined ? null : checked ? <Icon name="check" /> : <span />}
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
