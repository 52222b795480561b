// Runs tests.js in the extension host; writes what came of it beside the workspace's files.
const fs = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');

exports.activate = (context) => {
  context.subscriptions.push(vscode.commands.registerCommand('inside.run', run));
};

async function run() {
  const folder = vscode.workspace.workspaceFolders[0].uri.fsPath;
  const results = [];
  for (const [name, test] of Object.entries(require('./tests.js'))) {
    try {
      await test(folder);
      results.push({ name, error: null });
    } catch (error) {
      results.push({ name, error: error.stack ?? String(error) });
      break; // they follow each other
    }
  }
  const file = path.join(folder, 'inside.json');
  fs.writeFileSync(`${file}.new`, JSON.stringify(results, null, 2));
  fs.renameSync(`${file}.new`, file);
}
