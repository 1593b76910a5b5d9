/**
 * Arrows inside a region, Tab between regions: of the region's elements that match, one is in the order of Tab, and the
 * arrows move it. Call it from the region's onKeyDown; it tells whether it has used the key.
 */
export function moveFocus(
  event: KeyboardEvent,
  region: HTMLElement,
  o: { selector: string; direction?: 'vertical' | 'horizontal' | 'both' },
): boolean {
  const direction = o.direction ?? 'both';
  const step = stepOf(event.key, direction);
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return false;
  const all = [...region.querySelectorAll<HTMLElement>(o.selector)];
  if (all.length === 0) return false;
  const at = all.findIndex((element) => element.contains(document.activeElement));
  const to =
    step === 'first'
      ? 0
      : step === 'last'
        ? all.length - 1
        : Math.min(all.length - 1, Math.max(0, at + step));
  const target = all[to];
  if (!target) return false;
  event.preventDefault();
  for (const element of all) element.tabIndex = element === target ? 0 : -1;
  target.focus();
  return true;
}

function stepOf(
  key: string,
  direction: 'vertical' | 'horizontal' | 'both',
): number | 'first' | 'last' | undefined {
  if (key === 'Home') return 'first';
  if (key === 'End') return 'last';
  if (direction !== 'horizontal' && (key === 'ArrowDown' || key === 'ArrowUp'))
    return key === 'ArrowDown' ? 1 : -1;
  if (direction !== 'vertical' && (key === 'ArrowRight' || key === 'ArrowLeft'))
    return key === 'ArrowRight' ? 1 : -1;
  return undefined;
}
