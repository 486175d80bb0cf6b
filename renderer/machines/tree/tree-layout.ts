import { ListLayout } from 'react-aria-components';
import { GROUP_HEIGHT, groupOfKey } from './tree-model.ts';

/** Two heights, by the kind of the row. */
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
