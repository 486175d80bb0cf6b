import { litmusSuite } from '../fixtures/litmus-suite.ts';

litmusSuite(500, 1);
// All of it in compiled code; and interpreter and compiled code side by side, for code comes when it comes
litmusSuite(500, 1, { kind: 'sync', threshold: 2 });
litmusSuite(500, 1, { kind: 'background', threshold: 50 });
