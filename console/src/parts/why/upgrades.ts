// The upgrades that repair what is denied: one line for each package, out of the evidence of all reasons.
import type { Verdict, VerdictReason } from '../../client/verdict';

export interface Upgrade {
  /** The package as it is installed: `pkg:npm/lodash@4.17.11`. */
  package: string;
  /** The versions that repair what was found in it, each once, in the order of the evidence. */
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
  const upgrades = new Map<string, Upgrade>();
  for (const { evidence } of denying) {
    for (const { package: name, fixedVersion, remedy } of evidence) {
      if (name === null || fixedVersion === null) continue;
      const upgrade = upgrades.get(name) ?? { package: name, versions: [], commands: [] };
      add(upgrade.versions, fixedVersion);
      // A package in several kinds of places has a step for each, one a line.
      for (const step of remedy?.split('\n') ?? []) add(upgrade.commands, step);
      upgrades.set(name, upgrade);
    }
  }
  return { upgrades: [...upgrades.values()], areEnough: denying.length > 0 && denying.every(isRepairedByUpgrades) };
}

/** Whether all of its evidence is known here and has a version that repairs it. */
function isRepairedByUpgrades({ evidence, evidenceCount }: VerdictReason): boolean {
  return evidence.length > 0 && evidence.length === evidenceCount && evidence.every(({ package: name, fixedVersion }) => name !== null && fixedVersion !== null);
}

function add(list: string[], text: string): void {
  if (!list.includes(text)) list.push(text);
}
