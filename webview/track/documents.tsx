import { useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { TrackLayout, TrackModel } from '../../src/shared/trackModel';
import { Markdown } from '../ui/links';
import { moveFocus } from '../ui/rovingFocus';
import { Button } from '../ui/toolkit';
import type { Ask } from './ask';

type Tab = TrackLayout['tab'];

const tabs: readonly { readonly id: Tab; readonly name: string }[] = [
  { id: 'plan', name: 'plan.md' },
  { id: 'spec', name: 'spec.md' },
  { id: 'both', name: 'Side by side' },
];

/** plan.md and spec.md, one at a time or beside each other. */
export function Documents({
  model,
  ask,
  tab,
  onTab,
  plan,
}: {
  model: TrackModel;
  ask: Ask;
  tab: Tab;
  onTab: (tab: Tab) => void;
  /** The list of tasks; it stays the same one in every tab that shows it. */
  plan: ComponentChildren;
}) {
  const list = useRef<HTMLDivElement>(null);
  const places = [
    ...(tab !== 'spec' && model.plan.place ? [model.plan.place] : []),
    ...(tab !== 'plan' && model.spec.place ? [model.spec.place] : []),
  ];
  return (
    <section class={`sec documents ${tab === 'both' ? 'both' : ''}`} aria-label="Plan and spec">
      <h2 class="vh">Plan and spec</h2>
      <div class="h">
        <div
          class="tabs"
          role="tablist"
          aria-label="Document"
          ref={list}
          onKeyDown={(event) => {
            if (list.current)
              moveFocus(event, list.current, { selector: '[role=tab]', direction: 'horizontal' });
          }}
        >
          {tabs.map(({ id, name }) => (
            <button
              key={id}
              type="button"
              role="tab"
              id={`tab-${id}`}
              aria-selected={id === tab}
              aria-controls="document"
              tabIndex={id === tab ? 0 : -1}
              onFocus={() => onTab(id)}
              onClick={() => onTab(id)}
            >
              {name}
            </button>
          ))}
        </div>
        <span class="end">
          {places.map((place) => {
            const name = place.file.split(/[\\/]/).at(-1) ?? place.file;
            return (
              <Button
                key={place.file}
                kind="quiet"
                icon="go-to-file"
                label={`Open ${name}`}
                onClick={() => void ask({ kind: 'openFile', place })}
              />
            );
          })}
        </span>
      </div>
      <div class="pages" id="document" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === 'spec' ? null : (
          <div class="page" key="plan">
            {plan}
          </div>
        )}
        {tab === 'plan' ? null : (
          <div class="page" key="spec">
            <Spec model={model} ask={ask} />
          </div>
        )}
      </div>
    </section>
  );
}

function Spec({ model: { spec }, ask }: { model: TrackModel; ask: Ask }) {
  return (
    <>
      {spec.note === undefined ? null : <p class="muted nothing">{spec.note}</p>}
      {spec.html === undefined ? null : (
        <div dir="auto">
          <Markdown html={spec.html} from={spec.place?.file ?? ''} ask={ask} />
        </div>
      )}
    </>
  );
}
