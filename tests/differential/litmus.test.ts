import { litmusSuite } from '../fixtures/litmus-suite.ts';

litmusSuite(500, 1);
