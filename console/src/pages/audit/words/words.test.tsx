// @vitest-environment jsdom
// Every action that the programs record has words here.
import { renderHook } from '@testing-library/react';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { LanguageProvider } from '../../../i18n/language';
import { useAuditWords } from './words';

const CRATES = join(process.cwd(), '../crates');

/** Where an action is named: the calls that make a record, and what is given to them by name. */
const PLACES = [
  /\b(?:entry|whole|record|begin|enqueue)\(\s*[^;"]{0,120}"([a-z]+\.[a-z_]+)"/g,
  /\baction: "([a-z]+\.[a-z_]+)"/g,
  /\bACTION: &str = "([a-z]+\.[a-z_]+)"/g,
  /\blet action = if [^;"]*"([a-z]+\.[a-z_]+)"/g,
  /\blet action = if [^;]*else \{ "([a-z]+\.[a-z_]+)"/g,
];

/** What looks alike and is none: causes that states and messages have. */
const NOT_ACTIONS = /^(?:access\.forbidden|server\.timeout|intelligence\.unreadable|docker\.io)$/;

function recorded(): string[] {
  const found = new Set<string>();
  for (const crate of ['server', 'store']) {
    for (const name of readdirSync(join(CRATES, crate, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.rs') || name.includes('test')) continue;
      const [text = ''] = readFileSync(join(CRATES, crate, 'src', name), 'utf8').split('#[cfg(test)]');
      for (const place of PLACES) for (const [, action = ''] of text.matchAll(place)) found.add(action);
    }
  }
  const lists = readFileSync(join(CRATES, 'api/src/exports.rs'), 'utf8').matchAll(/ExportResource::\w+ => "([a-z]+)"/g);
  for (const [, list = ''] of lists) found.add(`${list}.export`);
  return [...found].filter((action) => !NOT_ACTIONS.test(action)).sort();
}

test.each(['en', 'ja'] as const)('every action that is recorded has words (%s)', (language) => {
  const actions = recorded();
  // As many as there are, so that a new way to record does not pass by unseen.
  expect(actions.length).toBeGreaterThan(60);
  for (const known of ['job.undo', 'job.undo_end', 'image.bulk_end', 'image.approve', 'image.revoke_approval', 'images.export', 'audit.retain', 'registry.test']) {
    expect(actions).toContain(known);
  }
  const wrapper = ({ children }: { children: ReactNode }) => <LanguageProvider initial={language}>{children}</LanguageProvider>;
  const { result } = renderHook(() => useAuditWords(), { wrapper });
  const bare = actions.filter((action) => {
    const [object = '', verb = ''] = action.split('.');
    const said = result.current.action(action);
    return said.startsWith(`${object}:`) || said.endsWith(`: ${verb}`) || /_/.test(said);
  });
  expect(bare).toEqual([]);
});
