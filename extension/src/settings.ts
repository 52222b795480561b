// The extension's own settings; all others are sent to the server unchanged.

import * as vscode from 'vscode';

export const SECTION = 'nb2prod';

interface OwnSettings {
  interpreter: string;
  notebookInterpreter: string;
  importStrategy: 'fromEnvironment' | 'useBundled';
}

export function setting<K extends keyof OwnSettings>(name: K, resource?: vscode.Uri): OwnSettings[K] {
  const value = vscode.workspace.getConfiguration(SECTION, resource).get<OwnSettings[K]>(name);
  return value ?? ('' as OwnSettings[K]);
}

/** The initialization options of the server: all settings, and whether the workspace is trusted. */
export function initializationOptions(): object {
  const settings = vscode.workspace.getConfiguration().get<object>(SECTION);
  return { ...settings, trusted: vscode.workspace.isTrusted };
}

export function needsRestart(change: vscode.ConfigurationChangeEvent): boolean {
  return ['interpreter', 'importStrategy'].some((name) =>
    change.affectsConfiguration(`${SECTION}.${name}`),
  );
}
