// One story, told to the editor through its own interface: each step follows the one before.
const assert = require('node:assert/strict');
const path = require('node:path');
const vscode = require('vscode');

const PATIENCE = 60_000;
let notebook;

const text = (index) => notebook.cellAt(index).document.getText();
const found = (index) => vscode.languages.getDiagnostics(notebook.cellAt(index).document.uri);
const codes = (index) => found(index).map(({ code }) => code.value ?? code);
const everything = (document) =>
  new vscode.Range(0, 0, document.lineCount - 1, document.lineAt(document.lineCount - 1).text.length);

async function until(condition, what) {
  const end = Date.now() + PATIENCE;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function actions(index, kind, resolve = 20) {
  const { document } = notebook.cellAt(index);
  return vscode.commands.executeCommand(
    'vscode.executeCodeActionProvider', document.uri, everything(document), kind, resolve,
  );
}

const indexOf = (part) => notebook.getCells().findIndex((cell) => cell.document.getText().includes(part));
const edit = (cells) =>
  vscode.commands.executeCommand('nb2prod.editCells', { notebook: notebook.uri.toString(), cells });
const undo = () => vscode.commands.executeCommand('undo');
const there = (index) => ({ cell: notebook.cellAt(index).document.uri.toString(), index });

module.exports = {
  async 'the extension starts with a notebook'(folder) {
    const uri = vscode.Uri.file(path.join(folder, 'inside.ipynb'));
    notebook = await vscode.workspace.openNotebookDocument(uri);
    await vscode.window.showNotebookDocument(notebook);
    const extension = vscode.extensions.getExtension('nb2prod.nb2prod');
    await until(() => extension.isActive, 'the extension is active');
  },

  async 'findings are shown at their cells'() {
    await until(() => codes(1).length > 0, 'something is found in the second cell');
    assert.deepEqual(codes(1), ['NBI002', 'NBI002']);
    assert.ok(found(1)[0].tags.includes(vscode.DiagnosticTag.Unnecessary));
  },

  async 'the code of a finding leads to its page'() {
    const { target } = found(1)[0].code;
    assert.equal(target.scheme, 'command');
    assert.equal(target.path, 'nb2prod.showRule');
  },

  async 'a quick fix fixes a finding'() {
    const offered = await actions(1, vscode.CodeActionKind.QuickFix.value);
    const fix = offered.find(({ title, edit: change }) => change && /os/.test(title));
    assert.ok(fix, offered.map(({ title }) => title).join('; '));
    await vscode.workspace.applyEdit(fix.edit);
    await until(() => codes(1).length < 2, 'the finding is gone');
  },

  async 'code lenses show what cells do, and hover shows where names are defined'() {
    const { document } = notebook.cellAt(3);
    const lenses = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', document.uri, 5);
    assert.match(lenses[0].command.title, /stage 1/);
    const place = new vscode.Position(0, 1);
    const [hover] = await vscode.commands.executeCommand('vscode.executeHoverProvider', document.uri, place);
    assert.match(hover.contents[0].value, /df/);
  },

  async 'everything safe is fixed on save'() {
    const onSave = (value) => vscode.workspace.getConfiguration('notebook')
      .update('codeActionsOnSave', value, vscode.ConfigurationTarget.Global);
    await onSave({ 'notebook.source.fixAll.nb2prod': 'explicit' });
    const change = new vscode.WorkspaceEdit();
    const { document } = notebook.cellAt(1);
    change.insert(document.uri, new vscode.Position(0, 0), 'import json\n');
    await vscode.workspace.applyEdit(change);
    await until(() => codes(1).length, 'the change is seen');
    await vscode.commands.executeCommand('workbench.action.files.save');
    await until(() => !notebook.isDirty && !/json|sys/.test(text(1)), 'imports that are not used are gone');
    assert.match(text(1), /import train_test_split|LogisticRegression/);
    await onSave(undefined); // others use this editor, too
  },

  async 'cells are added, split, moved and removed in steps that one undo takes back'() {
    const count = notebook.cellCount;
    const before = notebook.getCells().map((cell) => cell.document.getText());
    const same = () => assert.deepEqual(notebook.getCells().map((cell) => cell.document.getText()), before);

    assert.ok(await edit([{ do: 'add', index: 2, kind: 'code', source: 'first = 1' }]));
    assert.equal(text(2), 'first = 1');
    await undo();
    same();

    const where = indexOf('fillna');
    const [one, two] = text(where).split('\n');
    assert.ok(await edit([{ do: 'split', ...there(where), sources: [one, two] }]));
    assert.equal(notebook.cellCount, count + 1);
    assert.equal(text(where + 1), two);
    assert.notEqual(notebook.cellAt(where + 1).metadata.id, notebook.cellAt(where).metadata.id);
    await undo();
    same();

    assert.ok(await edit([
      { do: 'move', ...there(where), to: 2 },
      { do: 'remove', ...there(indexOf('plt.scatter')) },
    ]));
    assert.equal(text(2), before[where]);
    assert.equal(notebook.cellCount, count - 1);
    assert.ok(!notebook.getCells().some((cell) => cell.document.getText().includes('plt.scatter')));
    await undo();
    same();
  },

  async 'all cells that are selected become one function, in one step that one undo takes back'() {
    const before = notebook.getCells().map((cell) => cell.document.getText());
    const first = indexOf('fillna');
    const last = indexOf('features =');
    const editor = vscode.window.activeNotebookEditor;
    editor.selection = new vscode.NotebookRange(first, last + 1);
    await until(() => editor.selection.end === last + 1, 'the cells are selected');
    const done = vscode.commands.executeCommand('nb2prod.extractCell');
    await until(async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return notebook.cellCount < before.length;
    }, 'the first way is taken');
    await done;
    assert.equal(notebook.cellCount, before.length - (last - first));
    assert.match(text(first), /^def [^]*fillna[^]*# Features[^]*\n\n\n.*features.* = \w+\(df\)$/);
    await undo();
    assert.deepEqual(notebook.getCells().map((cell) => cell.document.getText()), before);
  },

  async 'a cell that is not there any more is not mistaken for another'() {
    const gone = { do: 'remove', cell: 'vscode-notebook-cell:/gone.ipynb#W0', index: 1 };
    const count = notebook.cellCount;
    void edit([gone]); // a message is shown, which nobody answers
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(notebook.cellCount, count);
  },

  async 'the plan opens beside the notebook'() {
    await vscode.commands.executeCommand('nb2prod.showPlan', { uri: notebook.uri.toString(), cell: 3 });
    const plan = () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find((tab) => /^Plan: /.test(tab.label));
    await until(plan, 'there is a tab with the plan');
    await vscode.window.tabGroups.close(plan());
  },

  async 'after a restart of the server everything is found again'() {
    const change = new vscode.WorkspaceEdit();
    change.insert(notebook.cellAt(1).document.uri, new vscode.Position(0, 0), 'import json\n');
    await vscode.workspace.applyEdit(change);
    await until(() => codes(1).includes('NBI002'), 'the change is seen');
    await vscode.commands.executeCommand('nb2prod.restart');
    await until(() => codes(1).includes('NBI002'), 'it is found again');
    const back = new vscode.WorkspaceEdit();
    back.delete(notebook.cellAt(1).document.uri, new vscode.Range(0, 0, 1, 0));
    await vscode.workspace.applyEdit(back);
    await until(() => !codes(1).includes('NBI002'), 'it is gone');
    await vscode.commands.executeCommand('workbench.action.files.save');
  },
};
