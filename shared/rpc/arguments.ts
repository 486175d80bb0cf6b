/** Arguments of a call against the contract's schema. */
import type { z } from 'zod';
import { InnError } from '../base/errors.ts';

/** Issues that are told; a hostile caller could cause thousands. */
const MOST_ISSUES = 8;

/** The arguments with defaults filled in. Throws `bad-arguments`, which names the field and what was expected. */
export function validArguments(method: string, schema: z.ZodType, args: unknown): unknown {
  const result = schema.safeParse(args);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, MOST_ISSUES).map((issue) => {
    const found = deepest(issue);
    return { field: fieldName(found.path), expected: found.message };
  });
  const first = issues[0] ?? { field: '', expected: 'Invalid input' };
  const where = first.field === '' ? 'the arguments' : `"${first.field}"`;
  throw new InnError(`${method}: ${where}: ${first.expected}`, {
    code: 'bad-arguments',
    nextStep: first.field === '' ? 'Correct the arguments and try again.' : `Correct "${first.field}" and try again.`,
    details: { issues },
  });
}

interface Found {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Of a union the choice that got furthest says best what is wrong. */
function deepest(issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): Found {
  const path = [...above, ...issue.path];
  if (issue.code !== 'invalid_union') return { path, message: issue.message };
  const choices = issue.errors.flatMap((errors) => errors.slice(0, 1).map((error) => deepest(error, path)));
  return choices.reduce((best, choice) => (choice.path.length > best.path.length ? choice : best), {
    path,
    message: issue.message,
  });
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
