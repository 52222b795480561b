// From a notebook to a project: previewed, written, checked.

import path from 'node:path';
import * as vscode from 'vscode';
import type { Capability, Outcome } from './contract';
import { notebookPython } from './environment';
import { meant, openNotebook } from './notebooks';
import { Refusal } from './refusal';
import { ask, askLong } from './requests';
import type { Server } from './server';

/** Show the files of the project, to be made or discarded; nothing is run. */
export async function previewProject(server: Server, clicked: unknown): Promise<void> {
  const uri = await saved(clicked);
  const output = await askFolder(uri);
  if (!output) return;
  const title = `nb2prod: ${path.basename(output)}`;
  const argument = { uri: uri.toString(), output };
  const bar = vscode.ProgressLocation.Window; // a preview is shown meanwhile, and asks
  const done = await askLong(server, 'nb2prod.server.preview', argument, title, bar);
  if (!done?.applied) return;
  void vscode.window.showInformationMessage(`${title}: ${done.files} files. ${done.message}.`);
}

interface Choice extends vscode.QuickPickItem {
  is: 'verify' | 'headings' | Capability;
}

const CHOICES: Choice[] = [
  {
    is: 'verify',
    label: 'Check it against the notebook',
    detail: 'Runs the notebook and the project, and compares what they compute',
    picked: true,
  },
  { is: 'headings', label: 'A stage for each H2 heading', detail: 'As far as that is sound' },
];

function choiceOf(capability: Capability): Choice {
  const { name, about, run } = capability;
  return { is: capability, label: name, detail: run ? `${about}; needs the check` : about };
}

function runs(choice: Choice['is']): boolean {
  return typeof choice === 'object' ? choice.run : choice === 'verify';
}

/** Write the project, with what the person picks. */
export async function writeProject(server: Server, argument: unknown): Promise<void> {
  const uri = await saved(argument);
  const output = await askFolder(uri);
  if (!output) return;
  const trusted = vscode.workspace.isTrusted;
  const capabilities = (await ask(server, 'nb2prod.server.capabilities', {})).map(choiceOf);
  const choices = [...CHOICES, ...capabilities].filter(({ is }) => trusted || !runs(is));
  const picked = await vscode.window.showQuickPick(choices, {
    canPickMany: true,
    title: `Turn ${path.basename(uri.path)} into a Project`,
    placeHolder: trusted
      ? 'What shall be done'
      : 'This workspace is not trusted: nothing of the notebook is run',
  });
  if (!picked) return;
  const is = new Set(picked.map((choice) => choice.is));
  const wanted = [...is].filter((one) => typeof one === 'object');
  const verify = trusted && (is.has('verify') || wanted.some(runs));
  const python = verify ? await notebookPython(uri) : undefined;
  const outcome = await askLong(
    server,
    'nb2prod.server.write',
    {
      uri: uri.toString(),
      output,
      verify,
      ...(is.has('headings') ? { split: 'headings' } : {}),
      ...(wanted.length ? { with: wanted.map(({ name }) => name) } : {}),
      ...(python ? { python } : {}),
    },
    `nb2prod: ${path.basename(output)}`,
  );
  if (outcome) await tell(outcome, output);
}

/** Compare a project, as it is now, with its notebook. */
export async function verifyProject(server: Server, argument: unknown): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    throw new Refusal('A check runs the notebook: this workspace has to be trusted for that.');
  }
  const folder = argument instanceof vscode.Uri ? projectOf(argument) : await pickProject();
  if (!folder) return;
  const python = await notebookPython(folder);
  const outcome = await askLong(
    server,
    'nb2prod.server.verify',
    { folder: folder.fsPath, ...(python ? { python } : {}) },
    `nb2prod: checking ${path.basename(folder.path)}`,
  );
  if (outcome) await tell(outcome, folder.fsPath);
}

/** The address of the notebook that is meant, as it lies on the disk. */
async function saved(argument: unknown): Promise<vscode.Uri> {
  const uri = meant(argument);
  const notebook = openNotebook(uri);
  if (notebook?.isUntitled) throw new Refusal('Save the notebook first: the project is made of its file.');
  if (notebook?.isDirty && !(await notebook.save())) {
    throw new Refusal('The notebook could not be saved.');
  }
  return uri;
}

function askFolder(notebook: vscode.Uri): Thenable<string | undefined> {
  const { dir, name } = path.parse(notebook.fsPath);
  const value = path.join(dir, `${name}-project`);
  return vscode.window.showInputBox({
    title: 'Folder of the Project',
    prompt: 'What is there already is kept: changes of yours are merged with what is new.',
    value,
    valueSelection: [value.length - `${name}-project`.length, value.length],
    ignoreFocusOut: true,
    validateInput: (text) =>
      path.isAbsolute(text) ? undefined : 'Write the whole path, from the root on.',
  });
}

function projectOf(uri: vscode.Uri): vscode.Uri {
  return path.basename(uri.path) === 'proof.json' ? vscode.Uri.joinPath(uri, '..') : uri;
}

async function pickProject(): Promise<vscode.Uri | undefined> {
  const proofs = await vscode.workspace.findFiles('**/proof.json', '**/{node_modules,.venv}/**');
  if (!proofs.length) throw new Refusal('There is no project of nb2prod in this workspace.');
  const items = proofs.map((proof) => ({
    label: vscode.workspace.asRelativePath(projectOf(proof)),
    uri: projectOf(proof),
  }));
  if (items.length === 1) return items[0]?.uri;
  const picked = await vscode.window.showQuickPick(items, { title: 'Check a Project' });
  return picked?.uri;
}

async function tell({ status, verdict, message }: Outcome, folder: string): Promise<void> {
  const show =
    status === 0 ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  const text = `nb2prod: ${path.basename(folder)}: ${verdict || message}`;
  const uri = vscode.Uri.file(folder);
  const readMe = vscode.Uri.joinPath(uri, 'README.md');
  const open = 'Open Folder';
  const picked = await show(text, ...((await exists(readMe)) ? ['Read Me', open] : []));
  if (picked === open) {
    await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
  } else if (picked) {
    await vscode.commands.executeCommand('markdown.showPreview', readMe);
  }
}

function exists(uri: vscode.Uri): Thenable<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
