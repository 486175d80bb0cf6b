import { ListLayout } from 'react-aria-components';
import { groupOfKey } from './tree-model.ts';

export const ROW_HEIGHT = 40;
const GROUP_HEIGHT = 32;

/** Two heights, both known beforehand: nothing has to be measured, and nothing jumps. */
export class TreeLayout<T> extends ListLayout<T> {
  protected override buildItem(...[node, x, y]: Parameters<ListLayout<T>['buildItem']>) {
    const before = this.rowSize;
    this.rowSize = groupOfKey(String(node.key)) === undefined ? before : GROUP_HEIGHT;
    try {
      return super.buildItem(node, x, y);
    } finally {
      this.rowSize = before;
    }
  }
}
