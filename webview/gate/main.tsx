import './panel.css';
import type { GateLayout, GateModel, GateRequest } from '../../src/shared/gateModel';
import { mountPage, type ViewProps } from '../ui/page';

function GateView({ model }: ViewProps<GateModel, GateRequest, GateLayout>) {
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

mountPage(GateView);
