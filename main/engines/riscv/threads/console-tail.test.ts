import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConsoleTail } from './console-tail.ts';

test('keeps the last 4 KiB, however they came, and shows at most 20 lines', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9000), { maxLength: 12 }), fc.integer({ min: 1, max: 700 }), (sizes, lineLength) => {
      const tail = new ConsoleTail();
      let all = '';
      for (const size of sizes) {
        let text = '';
        for (let i = 0; i < size; i++) {
          const at = all.length + i;
          text += at % lineLength === lineLength - 1 ? '\n' : String.fromCharCode(97 + (at % 26));
        }
        all += text;
        tail.add(Buffer.from(text));
      }
      expect(tail.lines()).toBe(all.slice(-4096).split('\n').slice(-20).join('\n'));
    }),
  );
});
