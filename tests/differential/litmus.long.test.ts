import { litmusSuite } from '../fixtures/litmus-suite.ts';

litmusSuite(120_000, 50);
litmusSuite(120_000, 50, { kind: 'off', threshold: 1 });
litmusSuite(120_000, 50, { kind: 'sync', threshold: 2 });
litmusSuite(120_000, 50, { kind: 'background', threshold: 50 });
