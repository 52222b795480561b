// The bundled server, installed into a separate environment.
//
// nb2prod needs compiled libraries, which differ by system and Python version. The extension
// contains nb2prod itself; pip installs the libraries when the user asks for it.

import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { inEnvironment } from './python';

/** The folder of the environment, one for each version of the extension. */
export function ownServer(context: vscode.ExtensionContext): string {
  const { version } = context.extension.packageJSON as { version: string };
  return path.join(context.globalStorageUri.fsPath, `server-${version}`);
}

/** Create the environment with a Python; an error says what failed. */
export async function install(
  context: vscode.ExtensionContext,
  python: string,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const folder = ownServer(context);
  const bundled = vscode.Uri.joinPath(context.extensionUri, 'bundled');
  const wheel = (await vscode.workspace.fs.readDirectory(bundled)).find(([name]) =>
    name.endsWith('.whl'),
  );
  if (!wheel) throw new Error('this extension was packaged without nb2prod');
  const file = path.join(bundled.fsPath, wheel[0]);
  await vscode.workspace.fs.createDirectory(context.globalStorageUri);
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: 'Installing the nb2prod language server',
      cancellable: true,
    },
    async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => {
        stop.abort();
      });
      try {
        await run(python, ['-m', 'venv', '--clear', folder], log, stop.signal);
        progress.report({ message: 'libraries from the package index that pip is configured to use' });
        const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', file];
        await run(inEnvironment(folder), pip, log, stop.signal);
      } catch (error) {
        await rm(folder, { recursive: true, force: true }); // an incomplete environment is useless
        throw error;
      }
    },
  );
}

function run(
  command: string,
  args: string[],
  log: vscode.LogOutputChannel,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    log.info(`$ ${[command, ...args].join(' ')}`);
    const child = spawn(command, args, { signal, windowsHide: true });
    let last = '';
    const record = (data: Buffer) => {
      const text = data.toString().trimEnd();
      if (text) log.info(text);
      last = text.split('\n').at(-1) ?? last;
    };
    child.stdout.on('data', record);
    child.stderr.on('data', record);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(last || `${command} exited with ${code ?? 'a signal'}`));
    });
  });
}
