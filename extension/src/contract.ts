// What the language server offers through workspace/executeCommand: arguments and results.

import type { WorkspaceEdit } from 'vscode-languageclient/node';
import type { CellEdit } from './cells';
import type { Plan } from './plan';

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
  with?: Capability[];
}

export type Capability = 'api' | 'docker';

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
  'nb2prod.server.rule': {
    argument: { code: string };
    result: { code: string; name: string; markdown: string };
  };
  'nb2prod.server.rules': { argument: Record<string, never>; result: Rule[] };
}
