// @vitest-environment jsdom
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../../i18n/language';
import { Tab, TabTitleText, Tabs } from '../pf';

afterEach(() => { cleanup(); vi.restoreAllMocks(); });

/** A strip of 300 pixels over tabs of 100 each. */
function lay(): void {
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(function (this: Element) {
    const tabs = [...document.querySelectorAll('[role="tab"]')];
    const at = tabs.indexOf(this);
    return (at < 0 ? { left: 0, right: 300 } : { left: at * 100, right: at * 100 + 100 }) as DOMRect;
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
