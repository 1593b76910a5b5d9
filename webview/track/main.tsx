import './panel.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DrawnStep, TrackLayout, TrackModel, TrackRequest } from '../../src/shared/trackModel';
import { Icon } from '../ui/icon';
import { mountPage, type ViewProps } from '../ui/page';
import { NeedsYou, Remarks } from './asides';
import { doAct } from './ask';
import { Checkpoints } from './checkpoints';
import { Documents } from './documents';
import { Head, NextStrip } from './head';
import { Limits } from './limits';
import { Loop } from './loop';
import { Notices } from './notices';
import { PlanList } from './planList';
import { Progress } from './progress';
import { Running, RunStrip } from './running';
import { Timeline } from './timeline';

const firstLayout: TrackLayout = { tab: 'plan', phases: {}, scroll: 0 };

function TrackView({
  model,
  ask,
  layout,
  keepLayout,
  wanted,
}: ViewProps<TrackModel, TrackRequest, TrackLayout>) {
  const [at, setAt] = useState<TrackLayout>({ ...firstLayout, ...layout });
  const [sought, setSought] = useState<{ item: string; times: number }>();
  const latest = useRef({ model, at });
  latest.current = { model, at };
  const move = (part: Partial<TrackLayout>): void => setAt((before) => ({ ...before, ...part }));
  const seek = (item: string): void => {
    move({ tab: latest.current.at.tab === 'spec' ? 'plan' : latest.current.at.tab });
    setSought((before) => ({ item, times: (before?.times ?? 0) + 1 }));
  };
  const openStep = (step: DrawnStep): void => void ask({ kind: 'openStep', step });

  useEffect(() => keepLayout(at), [at]);
  useScroll(at.scroll, (scroll) => move({ scroll }));
  useEffect(() => {
    if (!wanted) return;
    if (latest.current.model.loop?.steps.some(({ step }) => step === wanted.item)) {
      move({ step: wanted.item as DrawnStep });
    } else seek(wanted.item);
  }, [wanted?.times]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const [act] = latest.current.model.next.acts;
      const more = event.ctrlKey || event.metaKey || event.shiftKey;
      if (!event.altKey || more || event.code !== 'KeyN' || !act) return;
      event.preventDefault();
      // A key that is held down asks once.
      if (!event.repeat) doAct(ask, act);
    };
    // Before the page's own listener, which keeps used keys from VS Code.
    document.addEventListener('keydown', onKey, true);
    return () => document.removeEventListener('keydown', onKey, true);
  }, []);

  const met = model.conditions.filter(({ status }) => status?.word === 'Met').length;
  const hasMiddle =
    model.loop !== undefined || model.timeline.entries.length + model.timeline.remarks.length > 0;
  return (
    <main class="panel">
      <Head model={model} ask={ask} />
      {model.run?.atWork ? <RunStrip run={model.run} ask={ask} /> : <NextStrip model={model} ask={ask} />}
      <div class={`top ${model.loop ? '' : 'no-loop'}`}>
        {model.loop ? (
          <>
            <Loop loop={model.loop} chosen={at.step} onChoose={(step) => move({ step })} onOpen={openStep} />
            <Limits model={model} />
          </>
        ) : (
          <p class="muted">{model.noLoop}</p>
        )}
        <Progress model={model} onTask={seek} />
      </div>
      <div class="body">
        <Notices model={model} ask={ask} />
        <div class={`cols3 ${hasMiddle ? '' : 'two'} ${at.tab === 'both' ? 'spread' : ''}`}>
          <Documents
            model={model}
            ask={ask}
            tab={at.tab}
            onTab={(tab) => move({ tab })}
            plan={
              <PlanList
                model={model}
                ask={ask}
                task={at.task}
                onTask={(task) => move({ task })}
                phases={at.phases}
                onPhase={(key, open) =>
                  setAt((before) => ({ ...before, phases: { ...before.phases, [key]: open } }))
                }
                wanted={sought}
              />
            }
          />
          {hasMiddle ? (
            <div class="stack">
              <Checkpoints model={model} ask={ask} chosen={at.step} onChoose={(step) => move({ step })} />
              <Timeline model={model} ask={ask} source={at.source} onSource={(source) => move({ source })} />
            </div>
          ) : null}
          <div class="stack">
            <Running model={model} ask={ask} />
            <NeedsYou model={model} ask={ask} />
            <Remarks title="Blockers" remarks={model.blockers} icon="circle-slash" ask={ask} />
            <Remarks
              title="Board conditions"
              remarks={model.conditions}
              icon="circle-large"
              end={`${String(met)} of ${String(model.conditions.length)} met`}
              ask={ask}
            />
            <Remarks title="Discovered work" remarks={model.discovered} icon="lightbulb" ask={ask} />
            <Remarks title="Lead consultations" remarks={model.consultations} icon="person" ask={ask} />
          </div>
        </div>
      </div>
      <footer class="foot">
        <span class="state is-done">
          <Icon name="check" />
          Read {new Date(model.readAt).toLocaleTimeString()}
        </span>
        <span>{model.sources.join(', ')}</span>
        <span dir="auto">{model.freshness}</span>
      </footer>
    </main>
  );
}

/** Where the page was scrolled to is kept, and taken up again when it is shown. */
function useScroll(first: number, keep: (scroll: number) => void): void {
  useEffect(() => {
    window.scrollTo(0, first);
    let timer: number | undefined;
    const onScroll = (): void => {
      clearTimeout(timer);
      timer = window.setTimeout(() => keep(Math.round(window.scrollY)), 200);
    };
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener('scroll', onScroll);
    };
  }, []);
}

mountPage(TrackView);
