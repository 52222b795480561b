// The page of the graph: stages as buttons, arrows between them, and details of the selected stage.

import type { Plan, Stage } from '../plan';
import type { FromPage, ToPage } from '../messages';
import { type Arrow, type Drawn, arrowsOf, draw } from './graph';

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const vscode = acquireVsCodeApi();
const root = document.querySelector('main') ?? document.body;
let plan: Pick<Plan, 'stages' | 'obstacles'> = { stages: [], obstacles: [] };
let selected: string | undefined;

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  switch (data.is) {
    case 'plan':
      plan = data.plan;
      render(data.notebook);
      break;
    case 'cell': {
      const stage = plan.stages.find(({ cells }) => cells.includes(data.cell));
      if (stage) select(stage, false);
      break;
    }
    case 'refused':
      root.replaceChildren(
        element('h1', {}, data.notebook),
        element('p', { className: 'warning', role: 'alert' }, `No plan: ${data.reason}`),
      );
  }
});
vscode.postMessage({ is: 'ready' });

function render(notebook: string): void {
  const { stages, obstacles } = plan;
  const count = stages.length === 1 ? '1 stage' : `${stages.length} stages`;
  const parts: HTMLElement[] = [
    element('h1', {}, notebook),
    element('p', { className: 'muted' }, `${count}. Click a stage to see its cells; arrows are values passed on.`),
  ];
  if (stages.length) parts.push(toolbar());
  if (obstacles.length) parts.push(obstacleList());
  const graph = element('div', { className: 'graph', role: 'group', ariaLabel: 'Stages' });
  const detail = element('section', { className: 'detail', id: 'detail' });
  detail.setAttribute('aria-live', 'polite');
  root.replaceChildren(element('div', { className: 'scrolled' }, ...parts, graph), detail);
  renderGraph(graph);
  const known = stages.find(({ name }) => name === selected);
  if (known) select(known, false);
}

function toolbar(): HTMLElement {
  const actions = [
    ['write', 'Turn into a project …'],
    ['preview', 'Preview project'],
    ['yaml', 'Show as YAML'],
  ] as const;
  const buttons = actions.map(([what, label], number) => {
    const className = number ? 'action secondary' : 'action';
    const button = element('button', { className, type: 'button' }, label);
    button.addEventListener('click', () => { vscode.postMessage({ is: 'do', what }); });
    return button;
  });
  return element('div', { className: 'toolbar' }, ...buttons);
}

function obstacleList(): HTMLElement {
  const items = plan.obstacles.map(({ cell, reason }) => {
    if (cell === null) return element('li', {}, reason);
    const link = element('button', { className: 'link', type: 'button' }, `Cell ${cell + 1}`);
    link.addEventListener('click', () => { vscode.postMessage({ is: 'cells', cells: [cell] }); });
    return element('li', {}, link, `: ${reason}`);
  });
  const list = element('ul', {}, ...items);
  return element('section', { className: 'warning' }, element('h2', {}, 'Obstacles'), list);
}

// The layout needs the sizes of the boxes, so they are added to the page before they are placed.
function renderGraph(graph: HTMLElement): void {
  const arrows = arrowsOf(plan.stages);
  const buttons = new Map(plan.stages.map((stage, number) => [stage.name, box(stage, number)]));
  const labels = new Map(arrows.map((arrow) => [arrow, label(arrow)]));
  graph.append(...labels.values(), ...buttons.values());
  const drawn = draw(sizes(buttons), arrows, sizes(labels));
  graph.style.width = `${drawn.size.width}px`;
  graph.style.height = `${drawn.size.height}px`;
  for (const [name, place] of drawn.boxes) {
    const button = buttons.get(name);
    if (button) move(button, place.x, place.y);
  }
  drawn.arrows.forEach((arrow, number) => {
    const text = [...labels.values()][number];
    if (text) move(text, arrow.label.x - text.offsetWidth / 2, arrow.label.y - text.offsetHeight / 2);
  });
  graph.prepend(picture(drawn));
}

function sizes<K>(elements: Map<K, HTMLElement>) {
  return new Map(
    [...elements].map(([key, { offsetWidth, offsetHeight }]) => [
      key,
      { width: offsetWidth, height: offsetHeight },
    ]),
  );
}

function move(node: HTMLElement, x: number, y: number): void {
  node.style.left = `${x}px`;
  node.style.top = `${y}px`;
}

function box(stage: Stage, number: number): HTMLButtonElement {
  const button = element(
    'button',
    { className: 'stage', type: 'button' },
    element('strong', {}, stage.name),
    element('span', { className: 'muted' }, cellsOf(stage)),
    ...(titleIsInformative(stage) ? [element('span', {}, stage.title)] : []),
  );
  button.dataset.stage = stage.name;
  button.setAttribute('aria-pressed', 'false');
  button.addEventListener('click', () => { select(stage, true); });
  button.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    document.querySelectorAll<HTMLElement>('.stage')[number + step]?.focus();
  });
  return button;
}

/** Whether the title says more than the name, which is often derived from it. */
function titleIsInformative({ name, title }: Stage): boolean {
  return title.toLowerCase().replaceAll(/\W+/g, '_') !== name;
}

function label(arrow: Arrow): HTMLElement {
  const [first, second, ...more] = arrow.names;
  const short = [first, second].filter(Boolean).join(', ') + (more.length ? ` +${more.length}` : '');
  const title = `${arrow.from} passes ${arrow.names.join(', ')} to ${arrow.to}`;
  return element('span', { className: 'label', title }, short);
}

function picture({ size, arrows }: Drawn): SVGElement {
  const svg = shape('svg', { width: size.width, height: size.height, 'aria-hidden': 'true' });
  const head = shape('marker', {
    id: 'head', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, orient: 'auto',
    markerUnits: 'userSpaceOnUse',
  });
  head.append(shape('path', { d: 'M0 0 8 4 0 8z', class: 'head' }));
  svg.append(head);
  for (const { path, from, to } of arrows) {
    const line = shape('path', { d: path, class: 'arrow', 'marker-end': 'url(#head)' });
    line.dataset.from = from;
    line.dataset.to = to;
    svg.append(line);
  }
  return svg;
}

function select(stage: Stage, reveal: boolean): void {
  selected = stage.name;
  for (const button of document.querySelectorAll<HTMLElement>('.stage')) {
    button.setAttribute('aria-pressed', String(button.dataset.stage === stage.name));
  }
  for (const line of document.querySelectorAll<SVGElement>('.arrow')) {
    const { from, to } = line.dataset;
    line.classList.toggle('lit', from === stage.name || to === stage.name);
  }
  const rows = [
    ['Cells', cellsOf(stage)],
    ['Inputs', stage.inputs.join(', ')],
    ['Outputs', stage.outputs.join(', ')],
    ['Parameters', stage.parameters.join(', ')],
  ] as const;
  const list = rows.flatMap(([term, text]) => [
    element('dt', {}, term),
    element('dd', {}, text || 'none'),
  ]);
  const detail = document.getElementById('detail');
  detail?.replaceChildren(element('h2', {}, stage.name), element('dl', {}, ...list));
  if (reveal) vscode.postMessage({ is: 'cells', cells: stage.cells });
}

function cellsOf({ cells }: Stage): string {
  const ranges: [number, number][] = [];
  for (const cell of cells) {
    const last = ranges.at(-1);
    if (last?.[1] === cell) last[1] = cell + 1;
    else ranges.push([cell + 1, cell + 1]);
  }
  const text = ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
  return cells.length === 1 ? `cell ${text}` : `cells ${text}`;
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function shape(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
