import './panel.css';
import type { BoardLayout, BoardModel, BoardRequest } from '../../src/shared/boardModel';
import { mountPage, type ViewProps } from '../ui/page';

function BoardView({ model }: ViewProps<BoardModel, BoardRequest, BoardLayout>) {
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

mountPage(BoardView);
