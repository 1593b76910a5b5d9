import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon } from '../ui/icon';
import type { IconName } from '../ui/icons';
import { moveFocus } from '../ui/rovingFocus';

export interface MenuItem {
  readonly key: string;
  readonly label: string;
  readonly icon?: IconName;
  /** `radio` and `check` have a state; absent: it does something. */
  readonly kind?: 'radio' | 'check';
  readonly checked?: boolean;
  /** A heading above it. */
  readonly heading?: string;
  /** Why it cannot be chosen now. */
  readonly disabled?: string;
  readonly onChoose: () => void;
}

/** A button that opens a list of choices. Arrows inside, Escape closes, focus goes back to the button. */
export function Menu({
  label,
  title,
  icon,
  items,
  class: more = 'quiet',
  up,
  disabled,
  children,
}: {
  label: string;
  title?: string;
  icon?: IconName;
  items: readonly MenuItem[];
  class?: string;
  /** Opens upwards. */
  up?: boolean;
  /** Why there is nothing to choose now. */
  disabled?: string;
  children: ComponentChildren;
}) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();

  const close = (focus: boolean): void => {
    setOpen(false);
    if (focus) root.current?.querySelector<HTMLElement>('button')?.focus();
  };
  useEffect(() => {
    if (!open) return undefined;
    const chosen = list.current?.querySelector<HTMLElement>('[aria-checked=true]');
    (chosen ?? list.current?.querySelector<HTMLElement>('[role^=menuitem]'))?.focus();
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    window.addEventListener('pointerdown', outside);
    return () => window.removeEventListener('pointerdown', outside);
  }, [open]);

  const choose = (item: MenuItem): void => {
    if (item.disabled !== undefined) return;
    item.onChoose();
    // Several may be ticked one after the other.
    if (item.kind !== 'check') close(true);
  };
  return (
    <span class="menu-root" ref={root}>
      <button
        type="button"
        class={`btn ${more}`}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-disabled={disabled === undefined ? undefined : true}
        title={disabled ?? title}
        onClick={() => disabled === undefined && setOpen(!open)}
        onKeyDown={(event) => {
          if (disabled !== undefined || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
          event.preventDefault();
          event.stopPropagation();
          setOpen(true);
        }}
      >
        {icon && <Icon name={icon} />}
        {children}
        <Icon name="chevron-down" />
      </button>
      {open && (
        <div
          id={id}
          ref={list}
          class={up ? 'menu up' : 'menu'}
          role="menu"
          aria-label={label}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === 'Escape') close(true);
            else if (event.key === 'Tab') close(false);
            else
              moveFocus(event, event.currentTarget, { selector: '[role^=menuitem]', direction: 'vertical' });
          }}
        >
          {items.map((item) => (
            <MenuRow key={item.key} item={item} onChoose={() => choose(item)} />
          ))}
        </div>
      )}
    </span>
  );
}

function MenuRow({ item, onChoose }: { item: MenuItem; onChoose: () => void }) {
  const { label, icon, kind, checked, heading, disabled } = item;
  return (
    <>
      {heading !== undefined && (
        <div class="menu-heading" role="presentation">
          {heading}
        </div>
      )}
      <div
        class="menu-item"
        role={kind === 'radio' ? 'menuitemradio' : kind === 'check' ? 'menuitemcheckbox' : 'menuitem'}
        aria-checked={kind === undefined ? undefined : checked === true}
        aria-disabled={disabled === undefined ? undefined : true}
        title={disabled}
        tabIndex={-1}
        onClick={onChoose}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          onChoose();
        }}
      >
        {kind !== undefined && <span class="menu-tick">{checked && <Icon name="check" />}</span>}
        {icon && <Icon name={icon} />}
        <span>{label}</span>
      </div>
    </>
  );
}
