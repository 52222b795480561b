// Pythons: which there may be, and what they are found to be. Nothing here knows the editor.

import { execFile } from 'node:child_process';
import { access, constants, realpath } from 'node:fs/promises';
import path from 'node:path';

/** A Python that may be there, and how it came to be thought of. */
export interface Candidate {
  path: string;
  from: string;
}

/** What a candidate is: the Python itself, its version, and that of nb2prod if it has it. */
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

/** Ask a Python what it is. `cwd` is a folder without Python files: they would be imported first. */
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
    return undefined; // something else that is called python
  }
}

export function recent({ version: [major, minor] }: Pick<Found, 'version'>): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Say why a server can't be started from a Python; nothing if it can. */
export function lacking(candidate: Candidate, found: Found | undefined): string | undefined {
  if (!found) return `${candidate.path} (${candidate.from}) is no Python that starts`;
  const version = found.version.join('.');
  if (!recent(found))
    return `${found.python} (${found.from}) is Python ${version}; ${OLDEST.join('.')} is the oldest`;
  if (!found.nb2prod) return `${found.python} (${found.from}) has no nb2prod`;
  return undefined;
}

/** The Python in a folder of a virtual environment. */
export function inEnvironment(folder: string, platform = process.platform): string {
  return platform === 'win32'
    ? path.join(folder, 'Scripts', 'python.exe')
    : path.join(folder, 'bin', 'python');
}

/** The Pythons of PATH: that of an `nb2prod` command (pipx and uv link to it), then any. */
export async function onPath(variable = process.env.PATH ?? ''): Promise<Candidate[]> {
  const windows = process.platform === 'win32';
  const names = windows ? ['nb2prod.exe', 'python.exe'] : ['nb2prod', 'python3', 'python'];
  const candidates: Candidate[] = [];
  for (const name of names) {
    const file = await which(name, variable.split(path.delimiter));
    if (!file) continue;
    if (name.startsWith('nb2prod')) {
      const beside = path.join(path.dirname(await realpath(file)), windows ? 'python.exe' : 'python');
      candidates.push({ path: beside, from: 'the nb2prod command on PATH' });
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

/** The first of some candidates that can start a server; and why the ones before it can't. */
export async function first(
  candidates: Candidate[],
  ask: (candidate: Candidate) => Promise<Found | undefined>,
): Promise<{ found: Found | undefined; lacking: string[]; usable: Found | undefined }> {
  const reasons: string[] = [];
  let usable: Found | undefined; // could be given nb2prod
  for (const candidate of candidates) {
    const found = await ask(candidate);
    const reason = lacking(candidate, found);
    if (!reason) return { found, lacking: reasons, usable };
    reasons.push(reason);
    if (found && recent(found)) usable ??= found;
  }
  return { found: undefined, lacking: reasons, usable };
}
