/**
 * Whether what an image names in `user` (`user` or `user:group`) is the superuser: nobody, the number zero however it is spelled,
 * or a name that the image gives that number. As `ImageFacts::runs_as_superuser` of `crates/model` says.
 */
export function runsAsSuperuser(user: string, userId: number | null): boolean {
  if (userId !== null) return userId === 0;
  const name = (user.split(':', 1)[0] ?? '').trim();
  return name === '' || name === 'root' || /^[+-]?0+$/.test(name);
}
