import { litmusSuite } from '../fixtures/litmus-suite.ts';

litmusSuite(120_000, 50);
