// The language server: started from the first Python that has it, stopped, started again.

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
import { asWhole, confirmed, createsFiles } from './preview';
import { type Found, first, probe } from './python';
import { SECTION, initializationOptions } from './settings';

export type State =
  | { is: 'starting' | 'stopped' }
  | { is: 'running'; python: Found }
  | { is: 'failed'; reason: string }
  | { is: 'missing'; reasons: string[]; usable: Found | undefined };

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

  // One after the other: two restarts at once would leave a server behind.
  function next(work: () => Promise<void>): Promise<void> {
    last = last.then(work, work);
    return last;
  }

  async function stop(): Promise<void> {
    const running = client;
    client = undefined;
    set({ is: 'stopped' });
    await running?.dispose().catch((error: unknown) => {
      log.warn(`the server did not stop as it should: ${String(error)}`);
    });
  }

  async function start(): Promise<void> {
    await stop();
    set({ is: 'starting' });
    // The extension's folder holds no Python file that could be taken for one of nb2prod.
    const cwd = context.extensionPath;
    const search = await first(await candidates(ownServer(context)), (one) => probe(one, cwd));
    for (const reason of search.lacking) log.info(reason);
    if (!search.found) {
      set({ is: 'missing', reasons: search.lacking, usable: search.usable });
      return;
    }
    log.info(`nb2prod ${search.found.nb2prod ?? ''} of ${search.found.python} (${search.found.from})`);
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
      if (state.is !== 'running') return void next(start); // there are more Pythons now
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
    // Markdown, too: the editor asks for what is done on save on the first cell only.
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
          const edit = asWhole(params.edit);
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
  return edit ? { ...(action as CodeAction), edit: asWhole(edit) } : action;
}

/** Let the code of a finding open the page of its rule in the editor. */
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
