// The messages between the extension and the page of the graph.

import type { Plan } from './plan';

export type ToPage =
  | { is: 'plan'; notebook: string; plan: Pick<Plan, 'stages' | 'obstacles'> }
  | { is: 'cell'; cell: number }
  | { is: 'refused'; notebook: string; reason: string };

export type FromPage =
  | { is: 'ready' }
  | { is: 'cells'; cells: number[] }
  | { is: 'do'; what: 'write' | 'preview' | 'yaml' };
