// A plan, as the language server sends it and the graph shows it.

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
