// The entry point of the extension: registers its commands and views, and starts the server.

import * as vscode from 'vscode';
import { editCells } from './cells';
import type { CellEdit } from './contract';
import { candidates, onSelected } from './environment';
import { FIX_ALL, IMPORTS, extractCell, fixOnSave, runSourceAction } from './fixes';
import { install, ownServer } from './ownServer';
import { registerPlans } from './planView';
import { registerPreviews } from './preview';
import { previewProject, verifyProject, writeProject } from './project';
import { firstUsable, probe } from './python';
import { Refusal } from './refusal';
import { reportErrors } from './requests';
import { registerRulePages, showRule } from './rulePage';
import { type Server, createServer } from './server';
import { SECTION, needsRestart } from './settings';
import { INSTALL, SELECT, showStatus } from './status';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('nb2prod', { log: true });
  const trace = vscode.window.createOutputChannel('nb2prod Trace', { log: true });
  context.subscriptions.push(log, trace);
  const started = (server = createServer(context, log, trace));
  showStatus(context, started);
  registerRulePages(context, started);
  registerPreviews(context);
  const showPlan = registerPlans(context, started);

  const commands: Record<string, (argument: unknown) => unknown> = {
    'nb2prod.showPlan': showPlan,
    'nb2prod.previewProject': (argument) => previewProject(started, argument),
    'nb2prod.writeProject': (argument) => writeProject(started, argument),
    'nb2prod.verifyProject': (argument) => verifyProject(started, argument),
    'nb2prod.extractCell': (argument) => extractCell(started, argument),
    'nb2prod.fixNotebook': (argument) => runSourceAction(started, FIX_ALL, argument),
    'nb2prod.organiseImports': (argument) => runSourceAction(started, IMPORTS, argument),
    'nb2prod.fixOnSave': fixOnSave,
    'nb2prod.editCells': (argument) => editCells(argument as { notebook: string; cells: CellEdit[] }),
    'nb2prod.showRule': (argument) => showRule(started, argument),
    'nb2prod.restart': () => started.restart(),
    'nb2prod.showLog': () => { log.show(); },
    'nb2prod.showTrace': () => { trace.show(); },
    [SELECT]: selectInterpreter,
    [INSTALL]: () => installServer(context, started, log),
  };
  for (const [name, run] of Object.entries(commands)) {
    const command = (argument: unknown) => reportErrors(log, () => run(argument));
    context.subscriptions.push(vscode.commands.registerCommand(name, command));
  }

  const restart = () => void started.restart();
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (needsRestart(change)) restart();
    }),
  );
  await started.restart();
  const selected = await onSelected(restart);
  if (selected) context.subscriptions.push(selected);
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

async function selectInterpreter(): Promise<void> {
  const picked = await vscode.window.showOpenDialog({
    title: 'Select a Python with nb2prod',
    openLabel: 'Select',
    canSelectMany: false,
  });
  if (!picked?.[0]) return;
  const target = vscode.ConfigurationTarget.Global;
  const configuration = vscode.workspace.getConfiguration(SECTION);
  await configuration.update('interpreter', picked[0].fsPath, target);
}

async function installServer(
  context: vscode.ExtensionContext,
  server: Server,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const known = await candidates(ownServer(context));
  const { found, usable } = await firstUsable(known, (one) => probe(one, context.extensionPath));
  const python = usable ?? found;
  if (!python) throw new Refusal('nb2prod needs Python 3.11 or newer, but none was found.');
  await server.stop(); // Windows cannot replace libraries that are in use
  await install(context, python.python, log);
  await server.restart();
}
