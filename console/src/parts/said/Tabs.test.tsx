// @vitest-environment jsdom
import { act, cleanup, render } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../../i18n/language';
import { Tab, TabTitleText, Tabs } from '../pf';

afterEach(() => { cleanup(); vi.useRealTimers(); vi.unstubAllGlobals(); vi.restoreAllMocks(); });

/** A strip over tabs of 100 pixels each. */
function lay(width: () => number = () => 300): void {
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(function (this: Element) {
    const tab = this.closest('[role="tablist"] > *');
    const at = tab === null ? -1 : [...document.querySelectorAll('[role="tablist"] > *')].indexOf(tab);
    const [left, right] = at < 0 ? [0, width()] : [at * 100, at * 100 + 100];
    return { left, right, width: right - left } as DOMRect;
  });
}

function Strip({ open }: { open: number }) {
  return (
    <LanguageProvider initial="ja">
      <Tabs activeKey={open} onSelect={() => undefined} aria-label="strip">
        {[0, 1, 2, 3, 4].map((key) => <Tab key={key} eventKey={key} title={<TabTitleText>{String(key)}</TabTitleText>} tabContentId={`t${String(key)}`} />)}
      </Tabs>
    </LanguageProvider>
  );
}

test('the open tab is scrolled into sight', () => {
  lay();
  render(<Strip open={4} />);
  expect(document.querySelector('[role="tablist"]')?.scrollLeft).toBe(200);
});

test('buttons that scroll are there while the tabs do not fit, whatever makes the strip narrow or wide', () => {
  vi.useFakeTimers();
  let width = 300;
  let tell = (): void => undefined;
  vi.stubGlobal('ResizeObserver', class {
    observe = vi.fn();
    disconnect = vi.fn();
    constructor(callback: () => void) { tell = callback; }
  });
  lay(() => width);
  // PatternFly takes a moment for each of its steps.
  const wait = () => { for (const step of [200, 200, 200]) act(() => { vi.advanceTimersByTime(step); }); };
  const canScroll = () => document.querySelector('.bh-tabs')?.classList.contains('pf-m-scrollable');
  render(<Strip open={0} />);
  wait();
  expect(canScroll()).toBe(true);
  width = 500;
  act(() => { tell(); });
  wait();
  expect(canScroll()).toBe(false);
  width = 400;
  act(() => { tell(); });
  wait();
  expect(canScroll()).toBe(true);
});
