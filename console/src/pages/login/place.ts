/** Where to go after signing in: only ever a place of this console. */
export function placeAfterLogin(next: string | undefined): string {
  if (next === undefined) return '/';
  // `//host` and `/\host` lead elsewhere in browsers.
  const isOwn = next.startsWith('/') && !/^\/[/\\]/.test(next) && !next.startsWith('/login');
  return isOwn ? next : '/';
}
