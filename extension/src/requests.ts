// Send commands to the server, with progress and cancellation.

import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { ExecuteCommandRequest, ResponseError, WorkDoneProgress } from 'vscode-languageclient/node';
import type { Commands } from './contract';
import { Refusal } from './refusal';
import type { Server } from './server';

/** Send a command to the server. */
export async function ask<K extends keyof Commands>(
  server: Server,
  command: K,
  argument: Commands[K]['argument'],
): Promise<Commands[K]['result']> {
  return (await client(server, command).sendRequest(ExecuteCommandRequest.type, {
    command,
    arguments: [argument],
  })) as Commands[K]['result'];
}

/** Send a command that takes a while, with progress; undefined if the user has cancelled it. */
export async function askLong<K extends keyof Commands>(
  server: Server,
  command: K,
  argument: Commands[K]['argument'],
  title: string,
  location = vscode.ProgressLocation.Notification,
): Promise<Commands[K]['result'] | undefined> {
  const running = client(server, command);
  return vscode.window.withProgress(
    { location, title, cancellable: true },
    async (progress, token) => {
      const workDoneToken = randomUUID();
      const listener = running.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
        if (value.kind !== 'end' && value.message) progress.report({ message: value.message });
      });
      const params = { command, arguments: [argument], workDoneToken };
      try {
        return (await running.sendRequest(
          ExecuteCommandRequest.type,
          params,
          token,
        )) as Commands[K]['result'];
      } catch (error) {
        if (token.isCancellationRequested) return undefined;
        throw error;
      } finally {
        listener.dispose();
      }
    },
  );
}

function client(server: Server, command: string) {
  const running = server.client();
  if (!running) throw new Refusal('The language server is not running.');
  const offered = running.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
  if (!offered.includes(command)) {
    const version = running.initializeResult?.serverInfo?.version ?? '';
    throw new Refusal(`nb2prod ${version} does not support ${command}; install a newer version.`);
  }
  return running;
}

/** Run a command for the user: errors are shown, and unexpected ones logged. */
export async function reportErrors(log: vscode.LogOutputChannel, work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    const text = `nb2prod: ${error instanceof Error ? error.message : String(error)}`;
    if (error instanceof Refusal || error instanceof ResponseError) {
      void vscode.window.showWarningMessage(text);
      return undefined;
    }
    log.error(error instanceof Error ? error : text);
    const show = 'Show Log';
    if ((await vscode.window.showErrorMessage(text, show)) === show) log.show();
    return undefined;
  }
}
