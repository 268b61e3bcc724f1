export const en = {
  ca: '{file} is the certificate authority that bulkhead up has made: it tells where the file is when it starts. Leave {option} out where the certificate of this server is from an authority that your computer trusts.',
} as const;
