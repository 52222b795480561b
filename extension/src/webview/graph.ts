// The layout of the graph: stages and the arrows between them.

import { Graph, layout } from '@dagrejs/dagre';
import type { Stage } from '../plan';

export interface Size {
  width: number;
  height: number;
}

export interface Arrow {
  from: string;
  to: string;
  names: string[]; // the values passed on
}

export interface Box extends Size {
  x: number; // of the upper left corner
  y: number;
}

export interface Drawn {
  size: Size;
  boxes: Map<string, Box>;
  arrows: (Arrow & { path: string; label: { x: number; y: number } })[];
}

/** The arrows between stages: an input comes from the last stage before that outputs it. */
export function arrowsOf(stages: Stage[]): Arrow[] {
  const arrows = new Map<string, Arrow>();
  const producer = new Map<string, string>();
  for (const stage of stages) {
    for (const name of stage.inputs) {
      const from = producer.get(name);
      if (from === undefined) continue; // a file that the notebook reads
      const key = JSON.stringify([from, stage.name]);
      const arrow = arrows.get(key) ?? { from, to: stage.name, names: [] };
      arrow.names.push(name);
      arrows.set(key, arrow);
    }
    for (const name of stage.outputs) producer.set(name, stage.name);
  }
  return [...arrows.values()];
}

export function draw(sizes: Map<string, Size>, arrows: Arrow[], labels: Map<Arrow, Size>): Drawn {
  const graph = new Graph({ multigraph: false });
  graph.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: 28, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [name, size] of sizes) graph.setNode(name, { ...size });
  for (const arrow of arrows) {
    graph.setEdge(arrow.from, arrow.to, { ...labels.get(arrow), labelpos: 'c' });
  }
  layout(graph);
  const boxes = new Map<string, Box>();
  for (const name of sizes.keys()) {
    const { x, y, width, height } = graph.node(name) as Box;
    boxes.set(name, { x: x - width / 2, y: y - height / 2, width, height });
  }
  const drawn = arrows.map((arrow) => {
    const edge = graph.edge(arrow.from, arrow.to) as Edge;
    return { ...arrow, path: smooth(edge.points), label: { x: edge.x, y: edge.y } };
  });
  const { width, height } = graph.graph() as Size;
  return { size: { width, height }, boxes, arrows: drawn };
}

interface Point {
  x: number;
  y: number;
}

interface Edge extends Point {
  points: Point[];
}

/** A curve from the first to the last point, through the midpoints between them. */
function smooth(points: Point[]): string {
  const [start, ...others] = points;
  if (!start) return '';
  let path = `M${start.x} ${start.y}`;
  others.forEach((point, number) => {
    const next = others[number + 1];
    if (!next) path += `L${point.x} ${point.y}`;
    else path += `Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
  });
  return path;
}
