import * as vscode from 'vscode';
import type { TracksNode } from './trackNodes';
import { rowItem } from './treeItems';
import type { RowNode } from './trackNodes';

/** A view that is only rows: the whole of it is asked for again on each refresh. */
export class RowsView implements vscode.TreeDataProvider<RowNode>, vscode.Disposable {
  readonly #rows: () => readonly RowNode[];
  readonly #refresh = new vscode.EventEmitter<undefined>();
  readonly #disposables: vscode.Disposable[] = [this.#refresh];
  #missed = false;

  readonly onDidChangeTreeData = this.#refresh.event;
  readonly view: vscode.TreeView<RowNode>;

  /** @param onVisible told when the view appears or disappears. */
  constructor(viewId: string, rows: () => readonly RowNode[], onVisible: (visible: boolean) => void) {
    this.#rows = rows;
    this.view = vscode.window.createTreeView(viewId, { treeDataProvider: this, showCollapseAll: true });
    this.#disposables.push(
      this.view,
      this.view.onDidChangeVisibility(({ visible }) => {
        onVisible(visible);
        if (visible && this.#missed) this.refresh();
      }),
    );
  }

  /** Shows the rows as they are now; a hidden view waits until it is seen. */
  refresh(): void {
    this.#missed = !this.view.visible;
    if (this.view.visible) this.#refresh.fire(undefined);
  }

  getChildren(node?: RowNode): RowNode[] {
    return (node ? (node.children?.() ?? []) : this.#rows()).filter(isRow);
  }

  getTreeItem(node: RowNode): vscode.TreeItem {
    return rowItem(node);
  }

  resolveTreeItem(item: vscode.TreeItem, node: RowNode): vscode.TreeItem {
    const text = node.tooltip?.();
    if (text !== undefined) item.tooltip = new vscode.MarkdownString(text);
    return item;
  }

  dispose(): void {
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }
}

function isRow(node: TracksNode): node is RowNode {
  return node.kind === 'row';
}
