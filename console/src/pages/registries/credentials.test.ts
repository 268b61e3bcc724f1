import { expect, test } from 'vitest';
import { NO_CREDENTIAL, credentialOf, credentialsOf, regionOf } from './credentials';

test('each cloud offers its own types, and no other registry does', () => {
  expect(credentialsOf('ecr')).toEqual(['none', 'password', 'token', 'refresh_token', 'aws_ambient', 'aws_keys']);
  expect(credentialsOf('google').slice(4)).toEqual(['google_ambient', 'google_key']);
  expect(credentialsOf('acr').slice(4)).toEqual(['azure_secret']);
  expect(credentialsOf('harbor')).toHaveLength(4);
});

test('the API is told what belongs to the type, and nothing that was left empty', () => {
  const filled = { ...NO_CREDENTIAL, accessKey: ' AKIA1 ', secret: 's', tenant: 'example.com', clientId: 'c', region: ' ', externalId: 'x' };
  expect(credentialOf({ ...filled, credential: 'aws_keys' })).toEqual({ type: 'aws_keys', access_key_id: 'AKIA1', secret_access_key: 's' });
  expect(credentialOf({ ...filled, credential: 'aws_keys', roleArn: 'arn:aws:iam::1:role/r', region: 'eu-west-1', sessionToken: 't' })).toEqual({
    type: 'aws_keys', access_key_id: 'AKIA1', secret_access_key: 's', session_token: 't', region: 'eu-west-1', role: { arn: 'arn:aws:iam::1:role/r', external_id: 'x' },
  });
  expect(credentialOf({ ...filled, credential: 'aws_ambient' })).toEqual({ type: 'aws_ambient' });
  expect(credentialOf({ ...filled, credential: 'google_key', secret: ' {} ' })).toEqual({ type: 'google_key', key: '{}' });
  expect(credentialOf({ ...filled, credential: 'google_ambient' })).toEqual({ type: 'google_ambient' });
  expect(credentialOf({ ...filled, credential: 'azure_secret' })).toEqual({ type: 'azure_secret', tenant: 'example.com', client_id: 'c', client_secret: 's' });
  expect(credentialOf({ ...filled, credential: 'keep' })).toBeNull();
});

test('the region stands in the address of Amazon ECR', () => {
  expect(regionOf('123456789012.dkr.ecr.eu-west-1.amazonaws.com')).toBe('eu-west-1');
  expect(regionOf('https://123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com')).toBe('us-gov-west-1');
  expect(regionOf('123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example')).toBeNull();
  expect(regionOf('registry.example.com')).toBeNull();
});
