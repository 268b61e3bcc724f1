export const en = {
  title: 'Search',
  label: 'A name, a digest, an id, or a package with its version: xz 5.6.1',
  'empty.title': 'Look for anything by its name',
  'empty.text': 'Images, repositories, packages, vulnerabilities, policies, exceptions, registries, integrations, users, groups, roles and application scopes: as many of them as you may see. “xz 5.6.1” finds the images that have this version of the package.',
} as const;
