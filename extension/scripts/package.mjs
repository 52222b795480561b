// Packages the extension with the nb2prod of this repository: build/nb2prod-VERSION.vsix.
// PYTHON is a Python with hatchling; by default that of the repository's .venv.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';

const here = path.dirname(import.meta.dirname);
const root = path.dirname(here);
const shipped = path.join(here, 'build', 'shipped');
const python = process.env.PYTHON ?? venv('bin/python') ?? venv('Scripts/python.exe') ?? 'python3';

// Only files that are copied here are shipped, so nothing has to be excluded.
rmSync(shipped, { recursive: true, force: true });
mkdirSync(path.join(shipped, 'bundled'), { recursive: true });
run('node', ['scripts/build.mjs', '--minify']);
for (const name of ['README.md', 'dist', 'media', 'walkthrough']) copy(path.join(here, name));
for (const name of ['LICENSE', 'CHANGELOG.md']) copy(path.join(root, name));
rmSync(path.join(shipped, 'media', 'icon.svg'));

const bundled = path.join(shipped, 'bundled');
const quiet = ['--quiet', '--disable-pip-version-check'];
run(python, ['-m', 'pip', 'wheel', ...quiet, '--no-deps', '--no-build-isolation', '-w', bundled, root]);

const manifest = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8'));
for (const key of ['scripts', 'dependencies', 'devDependencies', 'private']) delete manifest[key];
writeFileSync(path.join(shipped, 'package.json'), JSON.stringify(manifest, null, 2));

const file = path.join(here, 'build', `nb2prod-${manifest.version}.vsix`);
await createVSIX({
  cwd: shipped,
  packagePath: file,
  dependencies: false, // the bundles contain them
  allowMissingRepository: true,
});

function copy(from) {
  cpSync(from, path.join(shipped, path.basename(from)), { recursive: true });
}

function run(command, parameters) {
  execFileSync(command, parameters, { cwd: here, stdio: 'inherit' });
}

function venv(name) {
  const file = path.join(root, '.venv', name);
  return existsSync(file) ? file : undefined;
}
