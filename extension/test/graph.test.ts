import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stage } from '../src/plan';
import { arrowsOf, draw } from '../src/webview/graph';

function stage(name: string, inputs: string[], outputs: string[]): Stage {
  return { name, title: '', cells: [], inputs, outputs, parameters: [] };
}

const STAGES = [
  stage('load', ['data/sales.csv'], ['df']),
  stage('clean', ['df'], ['df', 'means']),
  stage('train', ['df', 'means'], ['model']),
  stage('evaluate', ['model', 'df'], []),
];

test('an arrow leads from the last stage that outputs a value to the stage that reads it', () => {
  assert.deepEqual(arrowsOf(STAGES), [
    { from: 'load', to: 'clean', names: ['df'] },
    { from: 'clean', to: 'train', names: ['df', 'means'] },
    { from: 'train', to: 'evaluate', names: ['model'] },
    { from: 'clean', to: 'evaluate', names: ['df'] },
  ]);
});

test('stages are below those whose outputs they read, without overlap', () => {
  const sizes = new Map(STAGES.map(({ name }) => [name, { width: 120, height: 40 }]));
  const arrows = arrowsOf(STAGES);
  const labels = new Map(arrows.map((arrow) => [arrow, { width: 30, height: 16 }]));
  const { boxes, size, arrows: drawn } = draw(sizes, arrows, labels);
  const bottoms = STAGES.map(({ name }) => boxes.get(name) ?? assert.fail(name));
  bottoms.reduce((above, below) => {
    assert.ok(above.y + above.height < below.y);
    return below;
  });
  for (const { x, y, width, height } of bottoms) {
    assert.ok(x >= 0 && y >= 0 && x + width <= size.width && y + height <= size.height);
  }
  for (const { path } of drawn) assert.match(path, /^M[\d.]+ [\d.]+[QL]/);
});

test('a single stage is laid out, too', () => {
  const { boxes, arrows } = draw(new Map([['all', { width: 10, height: 10 }]]), [], new Map());
  assert.equal(boxes.size, 1);
  assert.deepEqual(arrows, []);
});
