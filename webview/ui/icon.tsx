import { icons, type IconName } from './icons';

/** An icon beside a word that says the same; without a word, `label` says it. */
export function Icon({
  name,
  label,
  spin,
  class: more,
}: {
  name: IconName;
  label?: string;
  spin?: boolean;
  class?: string;
}) {
  const classes = ['codicon', spin ? 'spin' : '', more ?? ''].filter(Boolean).join(' ');
  return label === undefined ? (
    <span class={classes} aria-hidden="true">
      {icons[name]}
    </span>
  ) : (
    <span class={classes} role="img" aria-label={label} title={label}>
      {icons[name]}
    </span>
  );
}
