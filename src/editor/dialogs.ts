import * as vscode from 'vscode';

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

export interface Question {
  readonly title: string;
  readonly placeholder?: string;
}

/** Everything that asks a person something. Tests in the extension host, where nobody answers, bring their own. */
export interface Dialogs {
  /** Undefined: cancelled, and then nothing may happen. */
  pick<T>(question: Question, choices: readonly Choice<T>[]): Promise<T | undefined>;
  pickMany<T>(question: Question, choices: readonly Choice<T>[]): Promise<readonly T[] | undefined>;
  input(
    question: Question & { value?: string; validate?: (text: string) => string | undefined },
  ): Promise<string | undefined>;
  /** A modal question; undefined: cancelled. */
  confirm(message: string, detail: string, ...actions: string[]): Promise<string | undefined>;
  /** Tells something. Does not wait: each action is done when and if the person clicks it. */
  tell(
    severity: 'error' | 'warning' | 'info',
    message: string,
    actions?: Readonly<Record<string, () => unknown>>,
  ): void;
  /** A word in the status bar that goes away by itself. */
  note(message: string): void;
  openFolder(title: string, start: vscode.Uri | undefined): Promise<vscode.Uri | undefined>;
  /** Where to save; VS Code asks before it gives the name of a file that is there. */
  saveFile(
    title: string,
    start: vscode.Uri,
    kinds: Readonly<Record<string, readonly string[]>>,
  ): Promise<vscode.Uri | undefined>;
}

/** The dialogs of VS Code. */
export function vscodeDialogs(log: vscode.LogOutputChannel): Dialogs {
  return {
    async pick<T>({ title, placeholder }: Question, choices: readonly Choice<T>[]) {
      const choice = await vscode.window.showQuickPick(choices, {
        title,
        placeHolder: placeholder,
        matchOnDescription: true,
        matchOnDetail: true,
      });
      return choice?.value;
    },
    async pickMany<T>({ title, placeholder }: Question, choices: readonly Choice<T>[]) {
      const chosen = await vscode.window.showQuickPick(choices, {
        title,
        placeHolder: placeholder,
        canPickMany: true,
        matchOnDescription: true,
      });
      return chosen?.map(({ value }) => value);
    },
    async input({ title, placeholder, value, validate }) {
      return vscode.window.showInputBox({
        title,
        prompt: placeholder,
        value,
        validateInput: validate,
        ignoreFocusOut: true,
      });
    },
    async confirm(message, detail, ...actions) {
      return vscode.window.showWarningMessage(message, { modal: true, detail }, ...actions);
    },
    tell(severity, message, actions = {}) {
      const show =
        severity === 'error'
          ? vscode.window.showErrorMessage
          : severity === 'warning'
            ? vscode.window.showWarningMessage
            : vscode.window.showInformationMessage;
      if (severity !== 'info') log[severity === 'error' ? 'error' : 'warn'](message);
      void (async () => {
        const choice = await show(message, ...Object.keys(actions));
        try {
          if (choice !== undefined) await actions[choice]?.();
        } catch (error) {
          log.error(error as Error);
        }
      })();
    },
    note(message) {
      vscode.window.setStatusBarMessage(message, 5000);
    },
    async openFolder(title, start) {
      const [folder] =
        (await vscode.window.showOpenDialog({
          title,
          defaultUri: start,
          canSelectFiles: false,
          canSelectFolders: true,
          canSelectMany: false,
        })) ?? [];
      return folder;
    },
    async saveFile(title, start, kinds) {
      const filters = Object.fromEntries(Object.entries(kinds).map(([name, ends]) => [name, [...ends]]));
      return vscode.window.showSaveDialog({ title, defaultUri: start, filters });
    },
  };
}
