// The settings that are the extension's own; the others are the server's, and go there as they are.

import * as vscode from 'vscode';

export const SECTION = 'nb2prod';

interface Own {
  interpreter: string;
  notebookInterpreter: string;
  importStrategy: 'fromEnvironment' | 'useBundled';
}

export function setting<K extends keyof Own>(name: K, resource?: vscode.Uri): Own[K] {
  const value = vscode.workspace.getConfiguration(SECTION, resource).get<Own[K]>(name);
  return value ?? ('' as Own[K]);
}

/** What the server is told when it starts: all settings, and whether the workspace is trusted. */
export function initializationOptions(): object {
  const settings = vscode.workspace.getConfiguration().get<object>(SECTION);
  return { ...settings, trusted: vscode.workspace.isTrusted };
}

export function needsRestart(change: vscode.ConfigurationChangeEvent): boolean {
  return ['interpreter', 'importStrategy'].some((name) =>
    change.affectsConfiguration(`${SECTION}.${name}`),
  );
}
