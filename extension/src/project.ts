// Commands that preview, write and verify the project of a notebook.

import path from 'node:path';
import * as vscode from 'vscode';
import type { Capability, Outcome } from './contract';
import { notebookPython } from './environment';
import { openNotebook, targetUri } from './notebooks';
import { Refusal } from './refusal';
import { ask, askLong } from './requests';
import type { Server } from './server';

/** Show the files of the project, to apply or discard; nothing is run. */
export async function previewProject(server: Server, clicked: unknown): Promise<void> {
  const uri = await saved(clicked);
  const output = await askFolder(uri);
  if (!output) return;
  const title = `nb2prod: ${path.basename(output)}`;
  const argument = { uri: uri.toString(), output };
  const bar = vscode.ProgressLocation.Window; // a notification would cover the question
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
    label: 'Verify against the notebook',
    detail: 'Runs the notebook and the project, and compares their results',
    picked: true,
  },
  {
    is: 'headings',
    label: 'One stage per H2 heading',
    detail: 'Except where that would change the results',
  },
];

function choiceOf(capability: Capability): Choice {
  const { name, about, run } = capability;
  return { is: capability, label: name, detail: run ? `${about}; needs verification` : about };
}

function runs(choice: Choice['is']): boolean {
  return typeof choice === 'object' ? choice.run : choice === 'verify';
}

/** Write the project with the options that the user picks. */
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
      ? 'Choose the options'
      : 'This workspace is not trusted, so the notebook is not run',
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
  if (outcome) await showOutcome(outcome, output);
}

/** Verify a project, in its current state, against its notebook. */
export async function verifyProject(server: Server, argument: unknown): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    throw new Refusal('Verification runs the notebook; trust this workspace first.');
  }
  const folder = argument instanceof vscode.Uri ? projectOf(argument) : await pickProject();
  if (!folder) return;
  const python = await notebookPython(folder);
  const outcome = await askLong(
    server,
    'nb2prod.server.verify',
    { folder: folder.fsPath, ...(python ? { python } : {}) },
    `nb2prod: verifying ${path.basename(folder.path)}`,
  );
  if (outcome) await showOutcome(outcome, folder.fsPath);
}

/** The URI of the notebook that a command applies to, after saving it. */
async function saved(argument: unknown): Promise<vscode.Uri> {
  const uri = targetUri(argument);
  const notebook = openNotebook(uri);
  if (notebook?.isUntitled) throw new Refusal('Save the notebook first: the project is generated from its file.');
  if (notebook?.isDirty && !(await notebook.save())) {
    throw new Refusal('The notebook could not be saved.');
  }
  return uri;
}

function askFolder(notebook: vscode.Uri): Thenable<string | undefined> {
  const { dir, name } = path.parse(notebook.fsPath);
  const value = path.join(dir, `${name}-project`);
  return vscode.window.showInputBox({
    title: 'Project Folder',
    prompt: 'In an existing project, your changes are kept and merged with the new files.',
    value,
    valueSelection: [value.length - `${name}-project`.length, value.length],
    ignoreFocusOut: true,
    validateInput: (text) =>
      path.isAbsolute(text) ? undefined : 'Enter an absolute path.',
  });
}

function projectOf(uri: vscode.Uri): vscode.Uri {
  return path.basename(uri.path) === 'proof.json' ? vscode.Uri.joinPath(uri, '..') : uri;
}

async function pickProject(): Promise<vscode.Uri | undefined> {
  const proofs = await vscode.workspace.findFiles('**/proof.json', '**/{node_modules,.venv}/**');
  if (!proofs.length) throw new Refusal('No nb2prod project was found in this workspace.');
  const items = proofs.map((proof) => ({
    label: vscode.workspace.asRelativePath(projectOf(proof)),
    uri: projectOf(proof),
  }));
  if (items.length === 1) return items[0]?.uri;
  const picked = await vscode.window.showQuickPick(items, { title: 'Verify a Project' });
  return picked?.uri;
}

async function showOutcome({ status, verdict, message }: Outcome, folder: string): Promise<void> {
  const show =
    status === 0 ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  const text = `nb2prod: ${path.basename(folder)}: ${verdict || message}`;
  const uri = vscode.Uri.file(folder);
  const readMe = vscode.Uri.joinPath(uri, 'README.md');
  const open = 'Open Folder';
  const picked = await show(text, ...((await exists(readMe)) ? ['Open README', open] : []));
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
