// What the language server offers through workspace/executeCommand: arguments and results.

import type { WorkspaceEdit } from 'vscode-languageclient/node';
import type { Plan } from './plan';

/** One change of a notebook; all indices are those of the notebook as it is before any of them. */
export type CellEdit =
  | { do: 'add'; index: number; kind: 'code' | 'markdown'; source: string }
  | ({ do: 'remove' } & There)
  | ({ do: 'clearOutputs' } & There)
  | ({ do: 'move'; to: number } & There) // before the cell that is `to` now
  | ({ do: 'split'; sources: string[] } & There); // into cells with these texts

export interface There {
  cell: string;
  index: number;
}

export interface Outcome {
  status: number;
  verdict: string;
  message: string;
}

export interface Rule {
  code: string;
  name: string;
  severity: string;
  default: boolean;
}

/** A way to make one function of several cells, or the reason why there is none. */
export interface Extraction {
  kind: string;
  title: string;
  reason: string;
  edit: WorkspaceEdit | null; // to files
  cells: CellEdit[];
}

interface Making {
  uri: string;
  output: string;
  split?: 'auto' | 'headings' | 'none';
  with?: string[];
}

/** What a project can have besides its pipeline. */
export interface Capability {
  name: string;
  about: string;
  run: boolean; // only a run shows that it works
}

export interface Commands {
  'nb2prod.server.plan': { argument: { uri: string }; result: Plan };
  'nb2prod.server.extract': {
    argument: { uri: string; cells: [number, number] };
    result: Extraction[];
  };
  'nb2prod.server.preview': {
    argument: Making;
    result: { applied: boolean; files: number; message: string };
  };
  'nb2prod.server.write': {
    argument: Making & { verify: boolean; python?: string };
    result: Outcome & { output: string };
  };
  'nb2prod.server.verify': { argument: { folder: string; python?: string }; result: Outcome };
  'nb2prod.server.capabilities': { argument: Record<string, never>; result: Capability[] };
  'nb2prod.server.rule': {
    argument: { code: string };
    result: { code: string; name: string; markdown: string };
  };
  'nb2prod.server.rules': { argument: Record<string, never>; result: Rule[] };
}
