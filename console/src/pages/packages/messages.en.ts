export const en = {
  title: 'Packages',
  lead: 'Where is a package used? Type its name, or name:NAME version:VERSION.',
  'column.name': 'Package',
  'column.version': 'Version',
  'column.ecosystem': 'Ecosystem',
  'column.source': 'Source package',
  'column.images': 'Images',
  'column.purl': 'Purl',
  'images.many': '{count} or more',
  'empty.title': 'No package yet',
  'empty.text': 'The packages of all registered images appear here, each once.',
} as const;
