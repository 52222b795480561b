// The commands of the language server (workspace/executeCommand): their arguments and results.

import type { WorkspaceEdit } from 'vscode-languageclient/node';
import type { Plan } from './plan';

/** One change of a notebook; all indices are those before any of the changes. */
export type CellEdit =
  | { do: 'add'; index: number; kind: 'code' | 'markdown'; source: string }
  | ({ do: 'remove' } & CellPosition)
  | ({ do: 'clearOutputs' } & CellPosition)
  | ({ do: 'move'; to: number } & CellPosition) // before the cell with index `to`
  | ({ do: 'split'; sources: string[] } & CellPosition); // into cells with these texts

/** A cell: the URI of its document, and its index. */
export interface CellPosition {
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

/** A way to extract several cells to one function, or the reason why it is not possible. */
export interface Extraction {
  kind: string;
  title: string;
  reason: string;
  edit: WorkspaceEdit | null; // of files
  cells: CellEdit[];
}

interface ProjectRequest {
  uri: string;
  output: string;
  split?: 'auto' | 'headings' | 'none';
  with?: string[];
}

/** An optional part of a project, such as a service. */
export interface Capability {
  name: string;
  about: string;
  run: boolean; // it can only be verified by a run
}

export interface Commands {
  'nb2prod.server.plan': { argument: { uri: string }; result: Plan };
  'nb2prod.server.extract': {
    argument: { uri: string; cells: [number, number] };
    result: Extraction[];
  };
  'nb2prod.server.preview': {
    argument: ProjectRequest;
    result: { applied: boolean; files: number; message: string };
  };
  'nb2prod.server.write': {
    argument: ProjectRequest & { verify: boolean; python?: string };
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
