import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type Found, firstUsable, inEnvironment, problemWith, onPath, probe } from '../src/python';

const folder = await mkdtemp(path.join(tmpdir(), 'nb2prod-'));
after(() => rm(folder, { recursive: true }));

async function script(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

const answering = (name: string, version: string, nb2prod: string) =>
  script(name, `echo '{"python": "${name}", "version": [${version}], "nb2prod": ${nb2prod}}'`);

const ask = (file: string) => probe({ path: file, from: 'here' }, folder);

test('a Python without nb2prod is distinguished from one that has it', async () => {
  const without = await ask(await answering('a/python', '3, 12', 'null'));
  const having = await ask(await answering('b/python', '3, 12', '"0.1.0"'));
  const here = { path: '', from: 'here' };
  assert.equal(problemWith(here, having), undefined);
  assert.equal(problemWith(here, without), 'a/python (here) does not have nb2prod');
});

test('a Python that is too old does not count, whatever it has', async () => {
  const old = await ask(await answering('old/python', '3, 10', '"0.1.0"'));
  assert.equal(
    problemWith({ path: '', from: 'here' }, old),
    'old/python (here) is Python 3.10, but nb2prod needs 3.11 or newer',
  );
});

test('a file that is not a Python, fails or does not exist does not count', async () => {
  assert.equal(await ask(await script('c/python', 'echo hello')), undefined);
  assert.equal(await ask(await script('d/python', 'exit 3')), undefined);
  assert.equal(await ask(path.join(folder, 'nothing')), undefined);
});

test('the Python of this machine says what it is', async () => {
  const found = await ask('python3');
  assert.equal(found?.version[0], 3);
  assert.ok(path.isAbsolute(found.python));
});

test('the first that has nb2prod is taken, and the others are named', async () => {
  const pythons: Record<string, Partial<Found> | undefined> = {
    gone: undefined,
    plain: { python: 'plain', version: [3, 13], nb2prod: undefined },
    good: { python: 'good', version: [3, 13], nb2prod: '0.1.0' },
    better: { python: 'better', version: [3, 14], nb2prod: '0.2.0' },
  };
  const candidates = Object.keys(pythons).map((name) => ({ path: name, from: 'a test' }));
  const answer = await firstUsable(candidates, (candidate) => {
    const known = pythons[candidate.path];
    return Promise.resolve(known && ({ ...candidate, ...known } as Found));
  });
  assert.equal(answer.found?.python, 'good');
  assert.equal(answer.usable?.python, 'plain');
  assert.deepEqual(answer.problems, [
    'gone (a test) is not a working Python',
    'plain (a test) does not have nb2prod',
  ]);
});

test('the Python of an nb2prod command on PATH comes first', async () => {
  const tool = path.dirname(await script('tool/bin/nb2prod', ''));
  const links = path.dirname(await script('links/python3', ''));
  await symlink(path.join(tool, 'nb2prod'), path.join(links, 'nb2prod'));
  const found = await onPath([links, 'relative'].join(path.delimiter));
  assert.deepEqual(found.map((candidate) => candidate.path), [
    path.join(tool, 'python'),
    path.join(links, 'python3'),
  ]);
});

test('a virtual environment has its Python where the system puts it', () => {
  assert.equal(inEnvironment(path.join('a', 'env'), 'linux'), path.join('a', 'env', 'bin', 'python'));
  assert.match(inEnvironment('env', 'win32'), /Scripts.python\.exe$/);
});
