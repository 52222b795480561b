// Probe Pythons for nb2prod. This module does not depend on the editor.

import { execFile } from 'node:child_process';
import { access, constants, realpath } from 'node:fs/promises';
import path from 'node:path';

/** A Python that may exist, and where the idea comes from. */
export interface Candidate {
  path: string;
  from: string;
}

/** A Python that exists: its executable, its version, and the version of nb2prod if it has it. */
export interface Found extends Candidate {
  python: string;
  version: [number, number];
  nb2prod: string | undefined;
}

export const OLDEST: [number, number] = [3, 11];

const PROBE = `
import sys, json
try:
    from importlib.metadata import version
    nb2prod = version("nb2prod")
    import nb2prod_server
except Exception:
    nb2prod = None
print(json.dumps({"python": sys.executable, "version": sys.version_info[:2], "nb2prod": nb2prod}))
`;
const PATIENCE = 30_000; // milliseconds: a first start from a slow disk takes seconds

/** Run a Python to find its version. `cwd` must have no Python files; they would be imported. */
export function probe(candidate: Candidate, cwd: string): Promise<Found | undefined> {
  return new Promise((resolve) => {
    const options = { cwd, timeout: PATIENCE, windowsHide: true };
    execFile(candidate.path, ['-c', PROBE], options, (error, stdout) => {
      resolve(error ? undefined : read(candidate, stdout));
    });
  });
}

function read(candidate: Candidate, answer: string): Found | undefined {
  try {
    const { python, version, nb2prod } = JSON.parse(answer) as {
      python: string;
      version: [number, number];
      nb2prod: string | null;
    };
    return { ...candidate, python, version, nb2prod: nb2prod ?? undefined };
  } catch {
    return undefined; // not a Python
  }
}

export function isSupported({ version: [major, minor] }: Pick<Found, 'version'>): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** The reason why a Python cannot run the server; undefined if it can. */
export function problemWith(candidate: Candidate, found: Found | undefined): string | undefined {
  if (!found) return `${candidate.path} (${candidate.from}) is not a working Python`;
  const name = `${found.python} (${found.from})`;
  if (!isSupported(found))
    return `${name} is Python ${found.version.join('.')}, but nb2prod needs ${OLDEST.join('.')} or newer`;
  if (!found.nb2prod) return `${name} does not have nb2prod`;
  return undefined;
}

/** The Python of a virtual environment. */
export function inEnvironment(folder: string, platform = process.platform): string {
  return platform === 'win32'
    ? path.join(folder, 'Scripts', 'python.exe')
    : path.join(folder, 'bin', 'python');
}

/** The Pythons on PATH: first that of an `nb2prod` command, which pipx and uv link to. */
export async function onPath(variable = process.env.PATH ?? ''): Promise<Candidate[]> {
  const windows = process.platform === 'win32';
  const names = windows ? ['nb2prod.exe', 'python.exe'] : ['nb2prod', 'python3', 'python'];
  const candidates: Candidate[] = [];
  for (const name of names) {
    const file = await which(name, variable.split(path.delimiter));
    if (!file) continue;
    if (name.startsWith('nb2prod')) {
      const folder = path.dirname(await realpath(file));
      const python = path.join(folder, windows ? 'python.exe' : 'python');
      candidates.push({ path: python, from: 'the nb2prod command on PATH' });
    } else candidates.push({ path: file, from: 'PATH' });
  }
  return candidates;
}

async function which(name: string, folders: string[]): Promise<string | undefined> {
  for (const folder of folders.filter((name) => path.isAbsolute(name))) {
    const file = path.join(folder, name);
    if (await access(file, constants.X_OK).then(() => true, () => false)) return file;
  }
  return undefined;
}

/**
 * The first of some candidates that can run the server, the problems with those before it, and the
 * first of these into which nb2prod could be installed.
 */
export async function firstUsable(
  candidates: Candidate[],
  ask: (candidate: Candidate) => Promise<Found | undefined>,
): Promise<{ found: Found | undefined; problems: string[]; usable: Found | undefined }> {
  const problems: string[] = [];
  let usable: Found | undefined;
  for (const candidate of candidates) {
    const found = await ask(candidate);
    const problem = problemWith(candidate, found);
    if (!problem) return { found, problems, usable };
    problems.push(problem);
    if (found && isSupported(found)) usable ??= found;
  }
  return { found: undefined, problems, usable };
}
