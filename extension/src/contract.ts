// What the language server offers through workspace/executeCommand: arguments and results.

export interface Stage {
  name: string;
  title: string;
  cells: number[];
  inputs: string[];
  outputs: string[];
  parameters: string[];
}

export interface Plan {
  stages: Stage[];
  obstacles: { cell: number | null; reason: string }[];
  yaml: string;
  mermaid: string;
  html: string;
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

interface Making {
  uri: string;
  output: string;
  split?: 'auto' | 'headings' | 'none';
  with?: Capability[];
}

export type Capability = 'api' | 'docker';

export interface Commands {
  'nb2prod.server.plan': { argument: { uri: string }; result: Plan };
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
