// Show the page of a rule in the editor's Markdown preview.

import * as vscode from 'vscode';
import { ask } from './requests';
import type { Server } from './server';

const SCHEME = 'nb2prod-rule';

export function registerRulePages(context: vscode.ExtensionContext, server: Server): void {
  const provider: vscode.TextDocumentContentProvider = {
    provideTextDocumentContent: async (uri) => {
      const wanted = uri.path.slice(1).replace(/\.md$/, '');
      const { code, name, markdown } = await ask(server, 'nb2prod.server.rule', { code: wanted });
      return `# ${code}: ${name}\n\n${markdown}`;
    },
  };
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, provider),
  );
}

/** Show the page of a rule; without a code, the user picks one. */
export async function showRule(server: Server, code: unknown): Promise<void> {
  const wanted = typeof code === 'string' || typeof code === 'number' ? String(code) : await pick(server);
  if (!wanted) return;
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${wanted}.md` });
  await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
}

async function pick(server: Server): Promise<string | undefined> {
  const rules = ask(server, 'nb2prod.server.rules', {});
  const items = rules.then((all) =>
    all.map((rule) => ({
      label: rule.code,
      description: rule.name,
      detail: rule.default ? rule.severity : `${rule.severity}, off by default`,
    })),
  );
  const options = { title: 'Show Rule', matchOnDescription: true, placeHolder: 'Code or name' };
  return (await vscode.window.showQuickPick(items, options))?.label;
}
