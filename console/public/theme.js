// Before the first paint: a dark console shall not flash white. `src/frame/theme.ts` goes on from here.
(() => {
  let kept = null;
  try {
    kept = localStorage.getItem('bulkhead.theme');
  } catch {
    // Storage can be forbidden.
  }
  const isDark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('pf-v6-theme-dark', isDark);
})();
