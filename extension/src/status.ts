// The state of the server in the editor's language status, and help when it does not run.

import * as vscode from 'vscode';
import type { Server, State } from './server';

const SELECTOR: vscode.DocumentSelector = [
  { notebookType: 'jupyter-notebook' },
  { language: 'python' },
];
export const INSTALL = 'nb2prod.installServer';
export const SELECT = 'nb2prod.selectInterpreter';
const LOG = 'nb2prod.showLog';
const RESTART = 'nb2prod.restart';

export function showStatus(context: vscode.ExtensionContext, server: Server): void {
  const item = vscode.languages.createLanguageStatusItem('nb2prod', SELECTOR);
  item.name = 'nb2prod';
  const show = (state: State) => {
    Object.assign(item, described(state));
    void vscode.commands.executeCommand('setContext', 'nb2prod.running', state.is === 'running');
    if (state.is === 'missing') void offerInstallation(state);
    if (state.is === 'failed') void showFailure(state.reason);
  };
  context.subscriptions.push(item, server.onState(show));
  show(server.state());
}

type Shown = Pick<vscode.LanguageStatusItem, 'text' | 'detail' | 'severity' | 'busy' | 'command'>;

function described(state: State): Shown {
  const { Information, Warning, Error } = vscode.LanguageStatusSeverity;
  const command = { command: LOG, title: 'Show Log' };
  const shown = { text: 'nb2prod', detail: '', severity: Information, busy: false, command };
  switch (state.is) {
    case 'starting':
      return { ...shown, detail: 'starting', busy: true };
    case 'stopped':
      return { ...shown, detail: 'stopped', command: { command: RESTART, title: 'Start' } };
    case 'running':
      return { ...shown, text: `nb2prod ${state.python.nb2prod ?? ''}`, detail: state.python.python };
    case 'failed':
      return { ...shown, detail: state.reason, severity: Error };
    case 'missing':
      return {
        ...shown,
        detail: 'no Python with nb2prod',
        severity: Warning,
        command: { command: SELECT, title: 'Select a Python' },
      };
  }
}

/** Show that no Python has nb2prod, and offer to install it or to select a Python. */
async function offerInstallation({ problems, usable }: Extract<State, { is: 'missing' }>): Promise<void> {
  const actions = [
    ...(usable ? [{ title: 'Install the Bundled Server', command: INSTALL }] : []),
    { title: 'Select a Python', command: SELECT },
    { title: 'Show Log', command: LOG },
  ];
  const text = usable
    ? `nb2prod is not installed in ${usable.python}, nor in any other Python that was found.`
    : 'nb2prod needs Python 3.11 or newer, but none was found.';
  const message = problems.length === 1 && problems[0] ? `${problems[0]}.` : text;
  const picked = await vscode.window.showWarningMessage(`nb2prod: ${message}`, ...actions);
  if (picked) await vscode.commands.executeCommand(picked.command);
}

async function showFailure(reason: string): Promise<void> {
  const actions = [
    { title: 'Show Log', command: LOG },
    { title: 'Restart', command: RESTART },
  ];
  const text = `The nb2prod language server did not start: ${reason}`;
  const picked = await vscode.window.showErrorMessage(text, ...actions);
  if (picked) await vscode.commands.executeCommand(picked.command);
}
