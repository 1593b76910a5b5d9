import './panel.css';
import type { TrackLayout, TrackModel, TrackRequest } from '../../src/shared/trackModel';
import { mountPage, type ViewProps } from '../ui/page';

function TrackView({ model }: ViewProps<TrackModel, TrackRequest, TrackLayout>) {
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

mountPage(TrackView);
