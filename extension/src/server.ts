// The language server: starting it with the first Python that has it, stopping, restarting.

import * as vscode from 'vscode';
import {
  type CodeAction,
  CodeActionResolveRequest,
  DidChangeConfigurationNotification,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
} from 'vscode-languageclient/node';
import { candidates } from './environment';
import { ownServer } from './ownServer';
import { asSingleStep, confirmed, createsFiles } from './preview';
import { type Found, firstUsable, probe } from './python';
import { SECTION, initializationOptions } from './settings';

export type State =
  | { is: 'starting' | 'stopped' }
  | { is: 'running'; python: Found }
  | { is: 'failed'; reason: string }
  | { is: 'missing'; problems: string[]; usable: Found | undefined };

export interface Server {
  /** The client, while the server runs. */
  client(): LanguageClient | undefined;
  state(): State;
  onState: vscode.Event<State>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export function createServer(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  trace: vscode.LogOutputChannel,
): Server {
  const changed = new vscode.EventEmitter<State>();
  let state: State = { is: 'stopped' };
  let client: LanguageClient | undefined;
  let last = Promise.resolve();
  context.subscriptions.push(changed);

  function set(next: State): void {
    state = next;
    changed.fire(next);
  }

  // Run one after the other: two restarts at once would leave a server running.
  function next(work: () => Promise<void>): Promise<void> {
    last = last.then(work, work);
    return last;
  }

  async function stop(): Promise<void> {
    const running = client;
    client = undefined;
    set({ is: 'stopped' });
    await running?.dispose().catch((error: unknown) => {
      log.warn(`the server did not stop cleanly: ${String(error)}`);
    });
  }

  async function start(): Promise<void> {
    await stop();
    set({ is: 'starting' });
    // The extension's folder has no Python files that could shadow modules.
    const cwd = context.extensionPath;
    const search = await firstUsable(await candidates(ownServer(context)), (one) => probe(one, cwd));
    for (const problem of search.problems) log.info(problem);
    if (!search.found) {
      set({ is: 'missing', problems: search.problems, usable: search.usable });
      return;
    }
    const { nb2prod, python, from } = search.found;
    log.info(`starting nb2prod ${nb2prod ?? ''} with ${python} (${from})`);
    const starting = new LanguageClient(
      SECTION,
      'nb2prod',
      { command: search.found.python, args: ['-m', 'nb2prod', 'server'], options: { cwd } },
      clientOptions(log, trace),
    );
    try {
      await starting.start();
      client = starting;
      set({ is: 'running', python: search.found });
    } catch (error) {
      set({ is: 'failed', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  context.subscriptions.push(
    vscode.workspace.onDidGrantWorkspaceTrust(async () => {
      if (state.is !== 'running') return void next(start); // the workspace's Pythons may be used now
      await client?.sendNotification(DidChangeConfigurationNotification.type, {
        settings: { [SECTION]: { trusted: true } },
      });
    }),
  );

  return {
    client: () => client,
    state: () => state,
    onState: changed.event,
    restart: () => next(start),
    stop: () => next(stop),
  };
}

function clientOptions(
  outputChannel: vscode.LogOutputChannel,
  traceOutputChannel: vscode.LogOutputChannel,
): LanguageClientOptions {
  return {
    // Markdown, too: on save, the editor requests code actions for the first cell only.
    documentSelector: ['vscode-notebook-cell', 'file'].flatMap((scheme) => [
      { scheme, language: 'python' },
      { scheme, language: 'markdown' },
    ]),
    initializationOptions,
    outputChannel,
    traceOutputChannel,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    middleware: {
      handleDiagnostics: (uri, diagnostics, next) => {
        next(uri, diagnostics.map(withPage));
      },
      sendRequest: async (type, param, token, next) => {
        const result = await next(type, param, token);
        const method = typeof type === 'string' ? type : type.method;
        return method === CodeActionResolveRequest.method ? (whole(result) as typeof result) : result;
      },
      workspace: {
        handleApplyEdit: async (params, next) => {
          const edit = asSingleStep(params.edit);
          if (createsFiles(edit) && !(await confirmed(edit, params.label ?? 'nb2prod'))) {
            return { applied: false };
          }
          const made = { ...params, edit, metadata: { isRefactoring: true } };
          return next(made, new vscode.CancellationTokenSource().token);
        },
      },
    },
  };
}

function whole(action: unknown): unknown {
  const { edit } = action as CodeAction;
  return edit ? { ...(action as CodeAction), edit: asSingleStep(edit) } : action;
}

/** Make the code of a finding a link to the page of its rule. */
function withPage(diagnostic: vscode.Diagnostic): vscode.Diagnostic {
  const { code } = diagnostic;
  if (typeof code !== 'object') return diagnostic;
  const query = encodeURIComponent(JSON.stringify([code.value]));
  diagnostic.code = {
    value: code.value,
    target: vscode.Uri.parse(`command:${SECTION}.showRule?${query}`),
  };
  return diagnostic;
}
