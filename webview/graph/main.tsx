import './panel.css';
import type { GraphLayout, GraphModel, GraphRequest } from '../../src/shared/graphModel';
import { mountPage, type ViewProps } from '../ui/page';

function GraphView({ model }: ViewProps<GraphModel, GraphRequest, GraphLayout>) {
  return (
    <main class="panel">
      <header class="head">
        <div class="name">
          <h1>{model.name}</h1>
        </div>
      </header>
    </main>
  );
}

mountPage(GraphView);
