export const en = {
  'images.none': 'No image yet',
  'images.none.text': 'Images appear with their packages, their findings and their verdict as soon as they are registered: by a registry that is scanned, or by the pipeline that builds them.',
  'images.none.registry': 'Add a registry',
  'images.none.command': 'This registers one from a pipeline or a terminal:',
  ca: '{file} is the certificate authority that bulkhead up has made: it tells where the file is when it starts. Leave {option} out where the certificate of this server is from an authority that your computer trusts.',
} as const;
