// Preview an edit of files as one diff, before it is applied.
//
// The editor's own preview lets the user tick single files, and applies the rest without them. The
// result may be half a change: a notebook that imports a missing module.

import path from 'node:path';
import * as vscode from 'vscode';
import type {
  CreateFile,
  CreateFileOptions,
  TextDocumentEdit,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageclient/node';
import { TextDocument } from 'vscode-languageserver-textdocument';

const SCHEME = 'nb2prod-preview';
const texts = new Map<string, string>();

export function registerPreviews(context: vscode.ExtensionContext): void {
  const provider: vscode.TextDocumentContentProvider = {
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? '',
  };
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, provider),
  );
}

export function createsFiles({ documentChanges }: WorkspaceEdit): boolean {
  return documentChanges?.some(isCreation) ?? false;
}

/**
 * The same edit as a single step that one undo reverts: files are created with their text. If they
 * were created empty and then edited, the editor would make two steps of each file.
 */
export function asSingleStep(edit: WorkspaceEdit): WorkspaceEdit {
  if (!edit.documentChanges) return edit;
  const texts = new Map<string, string>(); // of the created files
  for (const change of edit.documentChanges) {
    if (isCreation(change)) texts.set(change.uri, '');
    else if ('textDocument' in change && texts.has(change.textDocument.uri)) {
      texts.set(change.textDocument.uri, applied(change, ''));
    }
  }
  const others = edit.documentChanges.filter(
    (change) => !isCreation(change) && !('textDocument' in change && texts.has(change.textDocument.uri)),
  );
  const files = [...texts].map(([uri, text]) => ({ kind: 'create' as const, uri, options: withText(text) }));
  return { documentChanges: [...files, ...others] };
}

function isCreation(change: DocumentChange): change is CreateFile {
  return 'kind' in change && change.kind === 'create';
}

// The protocol has no contents for created files, but the editor has, and the client passes the
// options on unchanged.
interface Contents extends CreateFileOptions {
  contents: Uint8Array;
}

function withText(text: string): Contents {
  return { overwrite: false, contents: new TextEncoder().encode(text) };
}

function applied({ textDocument, edits }: TextDocumentEdit, before: string): string {
  const document = TextDocument.create(textDocument.uri, '', 0, before);
  return TextDocument.applyEdits(document, edits as TextEdit[]);
}

/** Show the changes of an edit that is a single step, and ask whether to apply it. */
export async function confirmed(edit: WorkspaceEdit, title: string): Promise<boolean> {
  texts.clear();
  const edits = edit.documentChanges ?? [];
  const inOrder = [...edits.filter((one) => !isCreation(one)), ...edits.filter(isCreation)];
  const changes = await Promise.all(inOrder.filter(isShown).map(shown));
  await vscode.commands.executeCommand('vscode.changes', title, changes);
  const files = changes.length === 1 ? '1 file' : `${changes.length} files`;
  const [yes, no] = ['Apply Changes', 'Discard'];
  const answer = await vscode.window.showInformationMessage(`${title}: ${files}`, yes, no);
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  await vscode.window.tabGroups.close(tabs.filter((tab) => tab.label.startsWith(title)));
  return answer === yes;
}

type DocumentChange = NonNullable<WorkspaceEdit['documentChanges']>[number];
type Change = [vscode.Uri, vscode.Uri | undefined, vscode.Uri | undefined];

function isShown(change: DocumentChange): change is TextDocumentEdit | CreateFile {
  return isCreation(change) || 'textDocument' in change;
}

async function shown(change: TextDocumentEdit | CreateFile): Promise<Change> {
  if (isCreation(change)) {
    const { path } = vscode.Uri.parse(change.uri);
    const text = new TextDecoder().decode((change.options as Contents).contents);
    return [vscode.Uri.file(path), undefined, keep(path, 'after', text)];
  }
  const uri = vscode.Uri.parse(change.textDocument.uri);
  const before = (await vscode.workspace.openTextDocument(uri)).getText();
  const name = uri.scheme === 'file' ? uri.path : cellName(uri);
  const after = keep(name, 'after', applied(change, before));
  return [vscode.Uri.file(name), keep(name, 'before', before), after];
}

function keep(name: string, side: string, text: string): vscode.Uri {
  const uri = vscode.Uri.from({ scheme: SCHEME, path: name, query: side });
  texts.set(uri.toString(), text);
  return uri;
}

/** A file name for a cell in the diff. */
function cellName(uri: vscode.Uri): string {
  const cells = vscode.workspace.notebookDocuments.flatMap((notebook) => notebook.getCells());
  const cell = cells.find(({ document }) => document.uri.toString() === uri.toString());
  const { dir, name } = path.posix.parse(uri.path);
  return path.posix.join(dir, `${name}, cell ${(cell?.index ?? 0) + 1}.py`);
}
