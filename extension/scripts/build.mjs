// Bundles the extension and the page of the plan's graph.
// node scripts/build.mjs [--watch | --tests | --minify]
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import esbuild from 'esbuild';

const flags = new Set(process.argv.slice(2));
const common = { bundle: true, minify: flags.has('--minify'), logLevel: 'warning' };
const node = { ...common, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'] };

const bundles = flags.has('--tests')
  ? [{ ...node, format: 'esm', entryPoints: ['test/*.test.ts'], outdir: 'build/test', outExtension: { '.js': '.mjs' } }]
  : [
      { ...node, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.js' },
      {
        ...common,
        entryPoints: ['src/webview/plan.ts'],
        outfile: 'dist/plan.js',
        platform: 'browser',
        format: 'iife',
        target: 'es2022',
      },
    ];

const inputs = [];
for (const options of bundles) {
  if (flags.has('--watch')) await (await esbuild.context(options)).watch();
  else inputs.push(...Object.keys((await esbuild.build({ ...options, metafile: true })).metafile.inputs));
}
if (flags.has('--minify')) writeFileSync('dist/LICENSES.txt', licences(inputs));

/** The licences of the packages in the bundles. */
function licences(files) {
  const folders = files.flatMap((file) => file.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json')));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(path.join(folder, file), 'utf8').trim() : license;
    return `${name} ${version}\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
