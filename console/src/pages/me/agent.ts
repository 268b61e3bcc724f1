// What a browser says of itself (`User-Agent`), as far as a person wants to know it: its name and its system. All of them
// claim to be others as well, so the order counts: the most special name stands first.

const BROWSERS: readonly [name: string, told: RegExp][] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/(\d+)/],
  ['Opera', /\b(?:OPR|OPiOS)\/(\d+)/],
  ['Samsung Internet', /\bSamsungBrowser\/(\d+)/],
  ['Vivaldi', /\bVivaldi\/(\d+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /\b(?:Headless)?(?:Chrome|CriOS)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+)[^ ]* (?:Mobile\/\S+ )?Safari\//],
  ['curl', /^curl\/(\d+)/],
];

const SYSTEMS: readonly [name: string, told: RegExp][] = [
  ['Windows', /\bWindows NT\b/],
  ['iPadOS', /\biPad\b/],
  ['iOS', /\biPhone\b/],
  ['Android', /\bAndroid\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
];

export interface Agent {
  /** `Firefox 128`; `null` where it is none that is known. */
  browser: string | null;
  system: string | null;
}

export function agentOf(told: string): Agent {
  const named = BROWSERS.flatMap(([name, pattern]) => {
    const version = pattern.exec(told)?.[1];
    return version === undefined ? [] : [`${name} ${version}`];
  });
  return { browser: named[0] ?? null, system: SYSTEMS.find(([, pattern]) => pattern.test(told))?.[0] ?? null };
}
