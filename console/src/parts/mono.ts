// The font of digests, commands and controls. A browser asks for it where it first has to show something in it, which is when a
// page has come already: lines with such text would take another height once more when the font is there.

const MONO = '1em "Red Hat Mono"';

/** Has the font asked for while what is to be shown in it is on its way. Without it another one stands in. */
export function askForMono(): void {
  // Tests have no fonts.
  if ('fonts' in document) document.fonts.load(MONO).catch(() => undefined);
}
