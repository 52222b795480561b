// Find Pythons: in the settings, the Python extension, the workspace and PATH.

import { PythonExtension } from '@vscode/python-extension';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { type Candidate, inEnvironment, onPath } from './python';
import { setting } from './settings';

/** The Pythons that may run the server, in the order in which they are tried. */
export async function candidates(ownServer: string): Promise<Candidate[]> {
  const own = existsSync(ownServer)
    ? [{ path: inEnvironment(ownServer), from: 'the bundled server' }]
    : [];
  const chosen = setting('interpreter');
  if (chosen) return [{ path: expanded(chosen), from: 'the setting nb2prod.interpreter' }, ...own];
  // A Python of the workspace is run only if the user trusts the workspace.
  const local = vscode.workspace.isTrusted ? await ofWorkspace() : [];
  const environment = [...local, ...(await onPath())];
  const bundledFirst = setting('importStrategy') === 'useBundled';
  return bundledFirst ? [...own, ...environment] : [...environment, ...own];
}

async function ofWorkspace(): Promise<Candidate[]> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const api = await pythonExtension();
  const active = api?.environments.getActiveEnvironmentPath(folders[0]?.uri);
  const selected = active && (await api?.environments.resolveEnvironment(active));
  const executable = selected?.executable.uri?.fsPath;
  const local = folders
    .flatMap(({ uri }) => ['.venv', 'venv'].map((name) => path.join(uri.fsPath, name)))
    .filter(existsSync)
    .map((folder) => inEnvironment(folder));
  return [
    ...(executable ? [{ path: executable, from: 'the Python extension' }] : []),
    ...local.map((file) => ({ path: file, from: 'the workspace' })),
  ];
}

/** The Python that runs a notebook; undefined for that of the server. */
export async function notebookPython(resource: vscode.Uri): Promise<string | undefined> {
  const chosen = setting('notebookInterpreter', resource);
  if (chosen) return expanded(chosen);
  const api = await pythonExtension();
  const active = api?.environments.getActiveEnvironmentPath(resource);
  const selected = active && (await api?.environments.resolveEnvironment(active));
  return selected?.executable.uri?.fsPath;
}

/** Register a callback for when another interpreter is selected in the Python extension. */
export async function onSelected(changed: () => void): Promise<vscode.Disposable | undefined> {
  const api = await pythonExtension();
  return api?.environments.onDidChangeActiveEnvironmentPath(changed);
}

async function pythonExtension(): Promise<PythonExtension | undefined> {
  if (!vscode.extensions.getExtension('ms-python.python')) return undefined;
  return PythonExtension.api().catch(() => undefined);
}

function expanded(value: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  return value.replaceAll('${workspaceFolder}', folder).replace(/^~(?=$|[/\\])/, process.env.HOME ?? '~');
}
