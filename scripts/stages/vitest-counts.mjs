/** A vitest reporter that writes plain counts, the reasons of skipped tests and the names of failed ones to `INN_COUNTS`. */

import { writeFileSync } from 'node:fs';

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {string[]} failed  full names; also test files that could not be loaded and errors outside of tests
 * @property {{ name: string, reason: string }[]} skipped
 */

export default class VitestCounts {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly import('vitest').SerializedError[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    /** @type {Counts} */
    const counts = {
      passed: 0,
      failed: unhandled.map((error) => `error outside of a test: ${error.message}`),
      skipped: [],
    };
    for (const module of modules) {
      for (const error of module.errors()) counts.failed.push(`${module.relativeModuleId}: ${error.message}`);
      for (const suite of module.children.allSuites()) {
        for (const error of suite.errors())
          counts.failed.push(`${module.relativeModuleId} > ${suite.fullName}: ${error.message}`);
      }
      for (const test of module.children.allTests()) {
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        const result = test.result();
        if (result.state === 'passed') counts.passed += 1;
        else if (result.state === 'skipped') counts.skipped.push({ name, reason: result.note ?? 'no reason given' });
        else counts.failed.push(result.state === 'pending' ? `${name} (did not finish)` : name);
      }
    }
    writeFileSync(/** @type {string} */ (process.env.INN_COUNTS), JSON.stringify(counts));
  }
}
