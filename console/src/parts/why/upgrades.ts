// The upgrades that repair what is denied: one line for each package, out of the evidence of all reasons.
import type { Verdict, VerdictReason } from '../../client/verdict';
import { highestOf } from './versions';

export interface Upgrade {
  /** The package as it is installed: `pkg:npm/lodash@4.17.11`. */
  package: string;
  /** The highest of the versions that repair what was found in it; where none is plainly that, all, in the order of the evidence. */
  versions: string[];
  /** The commands that bring them, each once. */
  commands: string[];
}

export interface Upgrades {
  upgrades: Upgrade[];
  /** Whether nothing else is denied: with all of them every control would pass, as far as is known. */
  areEnough: boolean;
}

/** What has to be upgraded so that a verdict denies nothing. */
export function upgradesOf(verdict: Verdict): Upgrades {
  const denying = verdict.reasons.filter((reason) => reason.decision !== 'warn');
  // Of each package the versions, and of each of these the commands.
  const found = new Map<string, Map<string, Set<string>>>();
  for (const { evidence } of denying) {
    for (const { package: name, fixedVersion, remedy } of evidence) {
      if (name === null || fixedVersion === null) continue;
      const versions = found.get(name) ?? new Map<string, Set<string>>();
      const commands = versions.get(fixedVersion) ?? new Set();
      // A package in several kinds of places has a step for each, one a line.
      for (const step of remedy?.split('\n') ?? []) commands.add(step);
      found.set(name, versions.set(fixedVersion, commands));
    }
  }
  const upgrades = [...found].map(([name, versions]) => upgradeOf(name, versions));
  return { upgrades, areEnough: denying.length > 0 && denying.every(isRepairedByUpgrades) };
}

/** Whether all of its evidence is known here and has a version that repairs it. */
function isRepairedByUpgrades({ evidence, evidenceCount }: VerdictReason): boolean {
  return evidence.length > 0 && evidence.length === evidenceCount && evidence.every(({ package: name, fixedVersion }) => name !== null && fixedVersion !== null);
}

function upgradeOf(name: string, found: ReadonlyMap<string, ReadonlySet<string>>): Upgrade {
  const highest = highestOf([...found.keys()]);
  const versions = highest === null ? [...found.keys()] : [highest];
  const commands = new Set(versions.flatMap((version) => [...(found.get(version) ?? [])]));
  return { package: name, versions, commands: [...commands] };
}
