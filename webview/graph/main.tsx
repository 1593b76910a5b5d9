import './panel.css';
import type { GraphLayout, GraphModel, GraphRequest } from '../../src/shared/graphModel';
import { mountPage, type ViewProps } from '../ui/page';
import { graphPng } from './exportPng';
import { Legend, Notices } from './legend';
import { Pane, nextMarker, placeOf, taskOf } from './pane';
import { GraphTable } from './table';
import { Toolbar } from './toolbar';
import { useGraphPage } from './graphPage';
import { Viewport } from './viewport';

function GraphView(props: ViewProps<GraphModel, GraphRequest, GraphLayout>) {
  const { model, ask } = props;
  const page = useGraphPage(props);
  const { scene, look, stage, palette, narrow, table } = page;
  const selected = look.selected;

  const mark = (node: number): void => {
    const of = model.nodes[node]!;
    const task = taskOf(of);
    if (task === undefined || of.fixed !== undefined) {
      page.tell(of.fixed ?? 'plan.md has no box for this task.');
      return;
    }
    void ask({ kind: 'mark', task, marker: nextMarker(of.marker), quick: true });
  };
  const open = (node: number): void => {
    const { at } = model.nodes[node]!;
    if (at) void ask({ kind: 'openFile', place: placeOf(model, at) });
  };
  const onKey = (event: KeyboardEvent, node: number): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (page.walk(event.key, node)) event.preventDefault();
    else if (event.key === 'Enter') {
      event.preventDefault();
      page.select(node, 'pane');
    } else if (event.key === ' ') {
      event.preventDefault();
      mark(node);
    }
  };
  const savePng = async (): Promise<void> => {
    try {
      await ask({ kind: 'exportPng', png: await graphPng(scene, look, palette) });
    } catch (error) {
      page.tell(error instanceof Error ? error.message : String(error));
    }
  };

  return (
    <main class="panel fixed" ref={page.root}>
      <header class="head">
        <div class="name">
          <h1>
            <bdi>{model.name}</bdi>
          </h1>
          <span class="muted">Task graph</span>
        </div>
        <Facts model={model} onSelect={(node) => page.select(node, 'show')} />
      </header>
      <Toolbar
        model={model}
        stage={stage}
        table={table}
        critical={look.critical}
        states={page.states}
        phase={page.phase}
        query={page.query}
        found={page.found}
        hasSelection={selected !== undefined}
        onQuery={page.setQuery}
        onNext={page.nextMatch}
        onState={page.toggleState}
        onPhase={page.setPhase}
        onCollapse={page.collapse}
        onTable={page.toggleTable}
        onCritical={page.toggleCritical}
        onToSelection={page.toSelection}
        onPng={() => void savePng()}
        ask={ask}
      />
      <Notices model={model} ask={ask} onSelect={(node) => page.select(node, 'show')} />
      <div class={selected === undefined ? 'split alone' : 'split'}>
        {table ? (
          <GraphTable
            scene={scene}
            look={look}
            narrow={narrow}
            sort={page.sort}
            onSort={page.setSort}
            onSelect={(node) => page.select(node)}
            onFocusNode={page.focused}
            onMove={page.moveTo}
            onKey={onKey}
            focusWish={page.focusWish}
          />
        ) : (
          <div class="canvas">
            <Viewport
              scene={scene}
              look={look}
              palette={palette}
              stage={stage}
              onSelect={(node) => page.select(node)}
              onOpen={open}
              onFocusNode={page.focused}
              onKey={onKey}
              focusWish={page.focusWish}
              onReady={page.placeFirst}
            />
          </div>
        )}
        {selected !== undefined && (
          <Pane
            scene={scene}
            node={selected}
            ask={ask}
            heading={page.paneHeading}
            onSelect={(node) => page.select(node, 'show')}
            onClose={() => page.clear()}
            onCollapse={page.collapse}
          />
        )}
      </div>
      <Legend model={model} critical={look.critical} table={table} ask={ask} />
      <p class="vh" role="status">
        {page.told}
      </p>
    </main>
  );
}

function Facts({ model, onSelect }: { model: GraphModel; onSelect: (node: number) => void }) {
  const { tasks, groups, longest, canStart } = model.summary;
  const { first, count } = canStart;
  return (
    <div class="facts">
      <span>
        <b>{tasks}</b> {groups}
      </span>
      {longest && (
        <span title={longest.source}>
          Longest path <b>{longest.total}</b>, <b>{longest.left}</b> left
        </span>
      )}
      <span>
        {count === 0 ? (
          'Nothing can start now'
        ) : (
          <>
            Can start now:{' '}
            {first.map(({ id, node }, k) => (
              <span key={id}>
                {k > 0 && ', '}
                {node === undefined ? (
                  id
                ) : (
                  <button type="button" class="link-button plain" onClick={() => onSelect(node)}>
                    {id}
                  </button>
                )}
              </span>
            ))}
            {count > first.length && ` and ${(count - first.length).toLocaleString('en')} more`}
          </>
        )}
      </span>
    </div>
  );
}

mountPage(GraphView);
