/** What the palette offers for what is typed. */
import type { Machine } from '../../../shared/contract/machine.ts';
import { type Action, type ActionContext, whyNot } from '../../actions/actions.ts';
import { fuzzy, type Match } from './fuzzy.ts';

export type Entry =
  | {
      readonly kind: 'action';
      readonly id: string;
      readonly text: string;
      readonly action: Action;
      readonly match: Match;
    }
  | {
      readonly kind: 'machine';
      readonly id: string;
      readonly text: string;
      readonly machine: Machine;
      readonly match: Match;
    };

export interface Section {
  readonly name: 'recent' | 'machine' | 'machines' | 'everywhere';
  readonly entries: readonly Entry[];
}

/** Entries of one section at most: more are not looked through, one types another letter. */
const MOST = 50;

const actionEntryId = (action: Action) => `action ${action.id}`;

export interface Sources {
  readonly actions: readonly Action[];
  readonly machines: readonly Machine[];
  readonly context: ActionContext;
  /** Ids of entries, the latest first. */
  readonly recent: readonly string[];
}

/**
 * Recent ones first, while nothing is typed; then what can be done with the chosen machine, machines, and the rest. Actions
 * that cannot be run now are left out. Within a section the best match comes first, else the order in which they were given.
 */
export function paletteSections(query: string, { actions, machines, context, recent }: Sources): Section[] {
  const entries: Entry[] = [];
  for (const action of actions) {
    if (action.hidden?.(context) || whyNot(action, context) !== undefined) continue;
    const text = action.label(context);
    const match = fuzzy(query, text);
    if (match) entries.push({ kind: 'action', id: actionEntryId(action), text, action, match });
  }
  for (const machine of machines) {
    const text = machine.settings.name;
    const match = fuzzy(query, text);
    if (match) entries.push({ kind: 'machine', id: `machine ${machine.id}`, text, machine, match });
  }
  const isRecent = (entry: Entry) => query.trim() === '' && recent.includes(entry.id);
  const sectionOf = (entry: Entry): Section['name'] => {
    if (isRecent(entry)) return 'recent';
    if (entry.kind === 'machine') return 'machines';
    return entry.action.scope === 'machine' ? 'machine' : 'everywhere';
  };
  const names = ['recent', 'machine', 'machines', 'everywhere'] as const;
  const sections = names.map((name) => ({ name, entries: entries.filter((entry) => sectionOf(entry) === name) }));
  for (const { name, entries: list } of sections) {
    if (name === 'recent') list.sort((a, b) => recent.indexOf(a.id) - recent.indexOf(b.id));
    else list.sort((a, b) => b.match.score - a.match.score);
  }
  const filled = sections.filter((section) => section.entries.length > 0);
  // What was typed decides which section comes first: its best entry is what Enter runs.
  if (query.trim() !== '') filled.sort((a, b) => bestScore(b) - bestScore(a));
  return filled.map((section) => ({ ...section, entries: section.entries.slice(0, MOST) }));
}

function bestScore(section: Section): number {
  return section.entries[0]?.match.score ?? 0;
}
