// An image that is made here: a layer with a lock file of npm, as the OCI image specification describes it.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

const run = promisify(execFile);

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

export interface BuiltImage {
  digest: string;
  manifest: Buffer;
  /** Its configuration and its layer. */
  blobs: readonly Buffer[];
}

/** Builds an image without a distribution, whose application has these packages of npm, by name. */
export async function buildImage(packages: Readonly<Record<string, string>>): Promise<BuiltImage> {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-image-'));
  try {
    const root = join(folder, 'root');
    mkdirSync(join(root, 'app'), { recursive: true });
    const locked = Object.entries(packages).map(([name, version]) => [`node_modules/${name}`, { version }] as const);
    const own = { name: 'shop', version: '1.0.0' };
    writeFileSync(join(root, 'app/package-lock.json'), JSON.stringify({ ...own, lockfileVersion: 3, packages: { '': own, ...Object.fromEntries<{ version: string }>(locked) } }));
    await run('tar', ['-C', root, '-cf', join(folder, 'layer.tar'), '--owner=0', '--group=0', '.']);
    return assembled(readFileSync(join(folder, 'layer.tar')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes it as an OCI layout: what `bulkhead scan oci:FOLDER` reads. */
export function writeLayout(image: BuiltImage, folder: string): void {
  const blobs = join(folder, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  for (const blob of [...image.blobs, image.manifest]) writeFileSync(join(blobs, digestOf(blob).slice('sha256:'.length)), blob);
  writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [part(MANIFEST, image.manifest)] }));
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function assembled(tar: Buffer): BuiltImage {
  const layer = gzipSync(tar);
  const config = Buffer.from(JSON.stringify({
    architecture: 'amd64', os: 'linux', created: new Date().toISOString(), config: { User: '10001' },
    rootfs: { type: 'layers', diff_ids: [digestOf(tar)] }, history: [{ created_by: 'COPY app /app' }],
  }));
  const manifest = Buffer.from(JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: part('application/vnd.oci.image.config.v1+json', config),
    layers: [part('application/vnd.oci.image.layer.v1.tar+gzip', layer)],
  }));
  return { digest: digestOf(manifest), manifest, blobs: [config, layer] };
}

function part(mediaType: string, bytes: Buffer) {
  return { mediaType, size: bytes.length, digest: digestOf(bytes) };
}
