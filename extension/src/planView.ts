// The plan as a graph next to its notebook, updated when the notebook changes.

import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Plan } from './plan';
import type { FromPage, ToPage } from './messages';
import { reveal, targetUri } from './notebooks';
import { ask } from './requests';
import type { Server } from './server';

const QUIET = 600; // milliseconds without a change before the plan is updated

interface View {
  panel: vscode.WebviewPanel;
  plan: Plan | undefined;
  cell: number | undefined; // the cell whose stage is selected
  timer: NodeJS.Timeout | undefined;
}

/** Return the command that shows the plan of a notebook. */
export function registerPlans(
  context: vscode.ExtensionContext,
  server: Server,
): (argument: unknown) => Promise<void> {
  const views = new Map<string, View>();

  async function draw(uri: vscode.Uri, view: View): Promise<void> {
    const notebook = path.basename(uri.path);
    const post = (message: ToPage) => view.panel.webview.postMessage(message);
    try {
      view.plan = await ask(server, 'nb2prod.server.plan', { uri: uri.toString() });
      const { stages, obstacles } = view.plan;
      await post({ is: 'plan', notebook, plan: { stages, obstacles } });
      if (view.cell !== undefined) await post({ is: 'cell', cell: view.cell });
    } catch (error) {
      view.plan = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      await post({ is: 'refused', notebook, reason });
    }
  }

  function open(uri: vscode.Uri): View {
    const title = `Plan: ${path.basename(uri.path)}`;
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel('nb2prod.plan', title, column, {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(context.extensionUri, 'dist'), media(context)],
    });
    const view: View = { panel, plan: undefined, cell: undefined, timer: undefined };
    panel.iconPath = vscode.Uri.joinPath(media(context), 'icon.png');
    panel.webview.html = page(context, panel.webview);
    panel.webview.onDidReceiveMessage((message: FromPage) => answer(uri, view, message));
    panel.onDidDispose(() => {
      clearTimeout(view.timer);
      views.delete(uri.toString());
    });
    return view;
  }

  async function answer(uri: vscode.Uri, view: View, message: FromPage): Promise<void> {
    switch (message.is) {
      case 'ready': // also when a hidden page becomes visible again
        return draw(uri, view);
      case 'cells':
        return reveal(uri, message.cells);
      case 'do':
        if (message.what === 'yaml') return showYaml(view.plan);
        await vscode.commands.executeCommand(`nb2prod.${message.what}Project`, uri);
    }
  }

  context.subscriptions.push(
    vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges, cellChanges }) => {
      const view = views.get(notebook.uri.toString());
      const changed = contentChanges.length || cellChanges.some((change) => change.document);
      if (!view || !changed) return;
      clearTimeout(view.timer);
      view.timer = setTimeout(() => void draw(notebook.uri, view), QUIET);
    }),
  );

  return async (argument) => {
    const uri = targetUri(argument);
    const known = views.get(uri.toString());
    const view = known ?? open(uri);
    views.set(uri.toString(), view);
    const cell = (argument as { cell?: unknown } | undefined)?.cell;
    view.cell = typeof cell === 'number' ? cell : undefined;
    if (!known) {
      if (uri.path.endsWith('.ipynb')) await vscode.workspace.openNotebookDocument(uri);
      return;
    }
    view.panel.reveal(undefined, true);
    await draw(uri, view);
  };
}

async function showYaml(plan: Plan | undefined): Promise<void> {
  if (!plan) return;
  const options = { language: 'yaml', content: plan.yaml };
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(options));
}

function media(context: vscode.ExtensionContext): vscode.Uri {
  return vscode.Uri.joinPath(context.extensionUri, 'media');
}

/** The page; it loads nothing from elsewhere, and runs only its own script. */
function page(context: vscode.ExtensionContext, webview: vscode.Webview): string {
  const nonce = randomBytes(16).toString('base64url');
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'plan.js');
  const style = vscode.Uri.joinPath(media(context), 'plan.css');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${webview.asWebviewUri(style).toString()}">
<title>Plan</title>
</head>
<body>
<main id="plan"><p class="muted">Making the plan …</p></main>
<script nonce="${nonce}" src="${webview.asWebviewUri(script).toString()}"></script>
</body>
</html>`;
}
