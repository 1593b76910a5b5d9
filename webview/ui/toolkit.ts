/**
 * The controls of the panels. The only file that knows @vscode/webview-ui-toolkit: it is no longer maintained by its
 * makers, and to exchange it, exchange this file.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextArea,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { h, type ComponentChildren } from 'preact';
import { Icon } from './icon';
import type { IconName } from './icons';

/**
 * Makes what tells the browser of a control, once, before it is first drawn. One for each, so that a page carries only
 * the controls that it uses.
 */
function registering(register: () => void): () => void {
  let done = false;
  return () => {
    if (!done) register();
    done = true;
  };
}

const needButton = /* @__PURE__ */ registering(() => system().register(vsCodeButton()));
const needTextField = /* @__PURE__ */ registering(() => system().register(vsCodeTextField()));
const needTextArea = /* @__PURE__ */ registering(() => system().register(vsCodeTextArea()));
const needDropdown = /* @__PURE__ */ registering(() => system().register(vsCodeDropdown(), vsCodeOption()));

function system() {
  return provideVSCodeDesignSystem();
}

export interface ButtonProps {
  /** One `primary` a panel; `quiet` has neither frame nor ground. `secondary` by default. */
  readonly kind?: 'primary' | 'secondary' | 'quiet';
  readonly icon?: IconName;
  /** The accessible name; needed when there is only an icon. */
  readonly label?: string;
  readonly title?: string;
  /** Why it cannot be pressed now. It stays in the order of focus, so that everybody can learn why. */
  readonly disabled?: string | false;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly small?: boolean;
  /** The keys that do the same, as aria-keyshortcuts has them: "Alt+A". */
  readonly keys?: string;
  readonly id?: string;
  readonly tabIndex?: number;
  readonly onClick: (event: MouseEvent) => void;
  readonly children?: ComponentChildren;
}

const appearance = { primary: 'primary', secondary: 'secondary', quiet: 'icon' } as const;

export function Button(props: ButtonProps) {
  needButton();
  const { kind = 'secondary', icon, label, title, disabled, children, onClick } = props;
  const why = typeof disabled === 'string' ? disabled : undefined;
  const iconOnly = icon !== undefined && children === undefined;
  return h(
    'vscode-button',
    {
      id: props.id,
      appearance: appearance[kind],
      class: [iconOnly ? 'icon-only' : '', props.small ? 'small' : ''].filter(Boolean).join(' ') || undefined,
      // The toolkit calls every button of this look "Icon Button" that has no label.
      'aria-label': label ?? (kind === 'quiet' ? textIn(children) : undefined),
      title: why ?? title ?? (iconOnly ? label : undefined),
      'aria-disabled': why === undefined ? undefined : 'true',
      'aria-pressed': props.pressed === undefined ? undefined : String(props.pressed),
      'aria-expanded': props.expanded === undefined ? undefined : String(props.expanded),
      'aria-keyshortcuts': props.keys,
      tabindex: props.tabIndex,
      onClick: (event: MouseEvent) => {
        if (why === undefined) onClick(event);
      },
    },
    icon === undefined ? null : h(Icon, { name: icon }),
    children,
  );
}

function textIn(children: ComponentChildren): string | undefined {
  return typeof children === 'string' ? children : undefined;
}

interface TextProps {
  readonly id?: string;
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onInput: (value: string) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

export function TextField(props: TextProps & { readonly icon?: IconName }) {
  needTextField();
  return h(
    'vscode-text-field',
    {
      id: props.id,
      ref: named(props.label),
      'aria-label': props.label,
      value: props.value,
      placeholder: props.placeholder,
      onInput: (event: Event) => props.onInput(valueOf(event)),
      onKeyDown: props.onKeyDown,
    },
    props.icon === undefined ? null : h('span', { slot: 'start' }, h(Icon, { name: props.icon })),
  );
}

export function TextArea(props: TextProps & { readonly rows?: number; readonly describedBy?: string }) {
  needTextArea();
  return h('vscode-text-area', {
    id: props.id,
    ref: named(props.label),
    'aria-label': props.label,
    'aria-describedby': props.describedBy,
    value: props.value,
    placeholder: props.placeholder,
    rows: props.rows ?? 2,
    resize: 'vertical',
    onInput: (event: Event) => props.onInput(valueOf(event)),
    onKeyDown: props.onKeyDown,
  });
}

export interface DropdownProps {
  readonly id?: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

export function Dropdown(props: DropdownProps) {
  needDropdown();
  return h(
    'vscode-dropdown',
    {
      ref: (element: DropdownElement | null) => element && showChosen(element, props.value),
      id: props.id,
      'aria-label': props.label,
      value: props.value,
      onChange: (event: Event) => props.onChange(valueOf(event)),
    },
    ...props.options.map(({ value, label }) =>
      h('vscode-option', { key: value, value, selected: value === props.value }, label),
    ),
  );
}

type DropdownElement = HTMLElement & { value: string; readonly open: boolean };

/** What each dropdown is to show. */
const chosen = new WeakMap<DropdownElement, string>();

/**
 * The toolkit's dropdown keeps the place of what was chosen, not its value, when options come before it; and the label that
 * it had then, until it is told that labels have changed.
 */
function showChosen(element: DropdownElement, value: string): void {
  const show = (): void => {
    // While somebody chooses, it is theirs.
    if (!element.open) element.value = chosen.get(element) ?? '';
  };
  // The dropdown itself has heard of its options when this bubbles.
  if (!chosen.has(element)) element.shadowRoot?.addEventListener('slotchange', show);
  chosen.set(element, value);
  element.dispatchEvent(new Event('contentchange'));
  show();
}

/** The toolkit calls every field that has no text in it "Text field", whatever its label, when it enters the page. */
function named(label: string): (element: Element | null) => void {
  return (element) => element?.setAttribute('aria-label', label);
}

function valueOf(event: Event): string {
  return (event.currentTarget as HTMLInputElement).value;
}
