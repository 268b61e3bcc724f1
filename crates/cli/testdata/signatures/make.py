#!/usr/bin/env python3
"""Makes the signed images of this folder again, with the real signers.

Wants `cosign` 2.6, `notation` 1.3, `skopeo`, `docker-registry` (all on the PATH) and Python's `cryptography`. Every run
makes new keys, so that all files change. Writes `blobs/` (content-addressed, shared by all scenes), `scenes/NAME.json`
(the `index.json` of an OCI layout each) and `trust/` (public keys, roots).

What is made here and not by the signers: the certificates of a local authority that looks like Fulcio, the entries of a
local log that looks like Rekor, and the bundles around those. `cosign verify` is asked about each of them.
"""

import base64
import datetime
import gzip
import hashlib
import http.server
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HERE = Path(__file__).resolve().parent
HOST = "127.0.0.1:5118"
WORK = Path(tempfile.mkdtemp())
UTC = datetime.timezone.utc
SIGNED_AT = datetime.datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
IDENTITY = "https://github.com/example/shop/.github/workflows/release.yml@refs/tags/v1"
ISSUER = "https://token.actions.githubusercontent.com"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def main():
    for name in ("blobs", "scenes", "trust"):
        shutil.rmtree(HERE / name, ignore_errors=True)
        (HERE / name).mkdir()
    registry = start_registry()
    try:
        make()
    finally:
        registry.terminate()
        shutil.rmtree(WORK)


def make():
    for name in ("a", "b"):
        run("cosign", "generate-key-pair", "--output-key-prefix", WORK / name)
        shutil.copy(WORK / f"{name}.pub", HERE / "trust" / f"{name}.pub")
    kinds = {"p384": ec.generate_private_key(ec.SECP384R1()), "rsa": rsa.generate_private_key(65537, 3072),
             "ed25519": ed25519.Ed25519PrivateKey.generate()}
    for name, key in kinds.items():
        imported(name, key)

    one, two = image("one"), image("two")
    unsigned = push("unsigned", one)
    key = push("key", one)
    sign(key, "a")
    attest(key, "a")
    sign(push("other", one), "b")
    for name in kinds:
        sign(push(name, one), name)

    tamper("key", "tampered", one)
    move("key", one, "moved", two)
    sign(push_index("index", [one, two]), "a")
    sign(push("bundle", one), "a", "--new-bundle-format=true")
    attest(f"{HOST}/bundle@{one.digest}", "a", "--new-bundle-format=true")

    keyless(one)
    notary(one)
    stamped(one)

    for scene in sorted(scene_names):
        dump(scene)
    save(key)


# The image, its places


class Image:
    def __init__(self, layer, config, manifest):
        self.blobs = [layer, config]
        self.manifest = manifest
        self.digest = digest(manifest)


def image(name):
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for path, text in {"etc/os-release": "ID=alpine\nVERSION_ID=3.19.1\n", "app": name}.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    layer = gzip.compress(tar.getvalue(), mtime=0)
    config = dump_json({"architecture": "amd64" if name == "one" else "arm64", "os": "linux", "config": {"User": "app"},
                        "rootfs": {"type": "layers", "diff_ids": [digest(tar.getvalue())]}})
    manifest = dump_json({"schemaVersion": 2, "mediaType": OCI_MANIFEST,
                          "config": descriptor("application/vnd.oci.image.config.v1+json", config),
                          "layers": [descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer)]})
    return Image(layer, config, manifest)


scene_names = []


def push(scene, image, tag="1"):
    for blob in image.blobs:
        put_blob(scene, blob)
    put_manifest(scene, tag, image.manifest, OCI_MANIFEST)
    if scene not in scene_names:
        scene_names.append(scene)
    return f"{HOST}/{scene}@{image.digest}"


def push_index(scene, images):
    entries = []
    for image, architecture in zip(images, ("amd64", "arm64")):
        for blob in image.blobs:
            put_blob(scene, blob)
        put_manifest(scene, image.digest, image.manifest, OCI_MANIFEST)
        entries.append(descriptor(OCI_MANIFEST, image.manifest) | {"platform": {"os": "linux", "architecture": architecture}})
    index = dump_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries})
    put_manifest(scene, "1", index, OCI_INDEX)
    scene_names.append(scene)
    return f"{HOST}/{scene}@{digest(index)}"


# Signatures by key


def imported(name, key):
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (WORK / f"{name}.pem").write_bytes(pem)
    run("cosign", "import-key-pair", "--key", WORK / f"{name}.pem", "--output-key-prefix", WORK / name)
    shutil.copy(WORK / f"{name}.pub", HERE / "trust" / f"{name}.pub")


def sign(reference, key, *more):
    run("cosign", "sign", "--allow-http-registry", "--yes", "--tlog-upload=false", "--key", WORK / f"{key}.key", *more, reference)


def attest(reference, key, *more):
    predicate = WORK / "predicate.json"
    predicate.write_text(json.dumps({"builder": {"id": "https://example.com/builder"}, "buildType": "x", "invocation": {}}))
    run("cosign", "attest", "--allow-http-registry", "--yes", "--tlog-upload=false", "--type", "slsaprovenance",
        "--predicate", predicate, "--key", WORK / f"{key}.key", *more, reference)


def tamper(source, scene, image):
    """The signature of `source` with another payload."""
    push(scene, image)
    manifest = json.loads(get(source, tag_of(image.digest, "sig")))
    payload = get_blob(source, manifest["layers"][0]["digest"]).replace(b'"optional":null', b'"optional":{"approved":"yes"}')
    assert b"approved" in payload
    put_signature(source, scene, image, manifest, payload)


def move(source, of, scene, to):
    """The signature of one image under the tag of another."""
    push(scene, to)
    manifest = json.loads(get(source, tag_of(of.digest, "sig")))
    put_signature(source, scene, to, manifest, get_blob(source, manifest["layers"][0]["digest"]))


def put_signature(source, scene, image, manifest, payload):
    layer = manifest["layers"][0]
    layer.update(digest=digest(payload), size=len(payload))
    put_blob(scene, payload)
    put_blob(scene, get_blob(source, manifest["config"]["digest"]))
    put_manifest(scene, tag_of(image.digest, "sig"), dump_json(manifest), OCI_MANIFEST)


# Signatures by certificate


def keyless(image):
    root_key = ec.generate_private_key(ec.SECP384R1())
    root = certificate("fulcio-root", root_key, "fulcio-root", root_key, ca=True)
    other_key = ec.generate_private_key(ec.SECP384R1())
    other = certificate("fulcio-root", other_key, "fulcio-root", other_key, ca=True)
    middle_key = ec.generate_private_key(ec.SECP384R1())
    middle = certificate("fulcio", middle_key, "fulcio-root", root_key, ca=True)
    log_key = ec.generate_private_key(ec.SECP256R1())
    log_pem = public_pem(log_key)
    (HERE / "trust/fulcio.pem").write_bytes(pem(root) + pem(middle) + log_pem)
    (HERE / "trust/fulcio-without-log.pem").write_bytes(pem(root) + pem(middle))
    (HERE / "trust/other-fulcio.pem").write_bytes(pem(other) + log_pem)
    trusted = trusted_root([root, middle], log_key)
    (HERE / "trust/trusted_root.json").write_text(json.dumps(trusted, indent=1))

    for scene, at, chain in (("keyless", SIGNED_AT, root_key), ("keyless-expired", SIGNED_AT + datetime.timedelta(hours=2), root_key)):
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = fulcio_leaf(key, "fulcio", middle_key)
        reference = push(scene, image)
        payload = simple_signing(reference, image)
        signature = key.sign(payload, ec.ECDSA(hashes.SHA256()))
        entry = log_entry(log_key, hashedrekord(payload, signature, leaf), at)
        files = {"payload": payload, "signature": base64.b64encode(signature), "leaf": pem(leaf), "chain": pem(middle) + pem(root),
                 "rekor": json.dumps({"rekorBundle": {"SignedEntryTimestamp": entry["set"], "Payload": entry["payload"]}}).encode()}
        for name, content in files.items():
            (WORK / name).write_bytes(content)
        run("cosign", "attach", "signature", "--allow-http-registry", "--payload", WORK / "payload", "--signature", WORK / "signature",
            "--certificate", WORK / "leaf", "--certificate-chain", WORK / "chain", "--rekor-response", WORK / "rekor", reference)
        (WORK / "root.pem").write_bytes(pem(root))
        (WORK / "log.pub").write_bytes(log_pem)
        environment = {"SIGSTORE_REKOR_PUBLIC_KEY": str(WORK / "log.pub"), "SIGSTORE_ROOT_FILE": str(WORK / "root.pem")}
        verify(scene != "keyless-expired", environment, "--offline", "--insecure-ignore-sct", reference)

    key = ec.generate_private_key(ec.SECP256R1())
    leaf = fulcio_leaf(key, "fulcio", middle_key)
    for scene, at in (("keyless-bundle", SIGNED_AT), ("keyless-bundle-expired", SIGNED_AT + datetime.timedelta(hours=2))):
        reference = push(scene, image)
        statements = [("https://sigstore.dev/cosign/sign/v1", {}), ("https://slsa.dev/provenance/v1", {"buildDefinition": {}})]
        bundles = []
        for predicate_type, predicate in statements:
            statement = dump_json({"_type": "https://in-toto.io/Statement/v1", "predicateType": predicate_type, "predicate": predicate,
                                   "subject": [{"name": "shop", "digest": {"sha256": image.digest[7:]}}]})
            envelope, signature = dsse(statement, key)
            entry = log_entry(log_key, dsse_entry(envelope, statement, signature, leaf), at)
            bundles.append((predicate_type, bundle(envelope, leaf, entry)))
        attach_bundles(scene, image, bundles)
        (WORK / "trusted_root.json").write_text(json.dumps(trusted))
        verify(scene == "keyless-bundle", {}, "--new-bundle-format", "--trusted-root", WORK / "trusted_root.json",
               "--insecure-ignore-sct", reference)


def fulcio_leaf(key, issuer, issuer_key, start=datetime.datetime(2026, 1, 1, tzinfo=UTC)):
    extensions = [
        (x509.SubjectAlternativeName([x509.UniformResourceIdentifier(IDENTITY)]), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1"), ISSUER.encode()), False),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8"), bytes([12, len(ISSUER)]) + ISSUER.encode()), False),
    ]
    return certificate(None, key, issuer, issuer_key, extensions=extensions,
                       start=start, span=datetime.timedelta(minutes=10))


def certificate(subject, key, issuer, issuer_key, ca=False, extensions=(), start=datetime.datetime(2025, 1, 1, tzinfo=UTC),
                span=datetime.timedelta(days=7300)):
    def name(text):
        if text is None:
            return x509.Name([])
        parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "US"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "example"),
                 x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "WA"), x509.NameAttribute(NameOID.COMMON_NAME, text)]
        return x509.Name(parts)

    builder = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(start + span)
               .add_extension(x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False), True)
               .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
               .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False))
    if ca:
        builder = builder.add_extension(x509.BasicConstraints(True, None), True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    algorithm = hashes.SHA384() if isinstance(issuer_key, ec.EllipticCurvePrivateKey) else hashes.SHA256()
    return builder.sign(issuer_key, algorithm)


def simple_signing(reference, image):
    return dump_json({"critical": {"identity": {"docker-reference": reference.split("@")[0]},
                                   "image": {"docker-manifest-digest": image.digest},
                                   "type": "cosign container image signature"}, "optional": None})


def hashedrekord(payload, signature, leaf):
    return {"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": {
        "data": {"hash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()}},
        "signature": {"content": b64(signature), "publicKey": {"content": b64(pem(leaf))}}}}


def dsse(statement, key):
    kind = "application/vnd.in-toto+json"
    signature = key.sign(f"DSSEv1 {len(kind)} {kind} {len(statement)} ".encode() + statement, ec.ECDSA(hashes.SHA256()))
    return {"payload": b64(statement), "payloadType": kind, "signatures": [{"sig": b64(signature)}]}, signature


def dsse_entry(envelope, statement, signature, leaf):
    return {"apiVersion": "0.0.1", "kind": "dsse", "spec": {
        "envelopeHash": {"algorithm": "sha256", "value": hashlib.sha256(dump_json(envelope)).hexdigest()},
        "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(statement).hexdigest()},
        "signatures": [{"signature": b64(signature), "verifier": b64(pem(leaf))}]}}


def log_entry(log_key, body, at):
    """An entry with the log's promise, and a proof that it is the third of five."""
    body = canonical(body)
    log_id = hashlib.sha256(public_der(log_key)).digest()
    payload = {"body": b64(body), "integratedTime": int(at.timestamp()), "logIndex": 1002, "logID": log_id.hex()}
    promise = log_key.sign(canonical(payload), ec.ECDSA(hashes.SHA256()))
    leaves = [hashlib.sha256(b"\0" + text).digest() for text in (b"a", b"b", body, b"d", b"e")]
    node = lambda left, right: hashlib.sha256(b"\1" + left + right).digest()
    left = node(leaves[0], leaves[1])
    root = node(node(left, node(leaves[2], leaves[3])), leaves[4])
    note = f"rekor.example.com - 1\n5\n{b64(root)}\n".encode()
    signature = log_id[:4] + log_key.sign(note, ec.ECDSA(hashes.SHA256()))
    checkpoint = note.decode() + f"\n\u2014 rekor.example.com {b64(signature)}\n"
    return {"set": b64(promise), "payload": payload, "kind": body, "log_id": b64(log_id), "root": b64(root),
            "hashes": [b64(leaves[3]), b64(left), b64(leaves[4])], "checkpoint": checkpoint}


def bundle(envelope, leaf, entry):
    kind = json.loads(entry["kind"])
    return dump_json({"mediaType": BUNDLE, "dsseEnvelope": envelope, "verificationMaterial": {
        "certificate": {"rawBytes": b64(leaf.public_bytes(serialization.Encoding.DER))},
        "tlogEntries": [{
            "logIndex": "1002", "logId": {"keyId": entry["log_id"]}, "integratedTime": str(entry["payload"]["integratedTime"]),
            "kindVersion": {"kind": kind["kind"], "version": kind["apiVersion"]}, "canonicalizedBody": entry["payload"]["body"],
            "inclusionPromise": {"signedEntryTimestamp": entry["set"]},
            "inclusionProof": {"logIndex": "2", "treeSize": "5", "rootHash": entry["root"], "hashes": entry["hashes"],
                               "checkpoint": {"envelope": entry["checkpoint"]}}}]}})


def attach_bundles(scene, image, bundles):
    empty = b"{}"
    put_blob(scene, empty)
    entries = []
    for predicate_type, content in bundles:
        put_blob(scene, content)
        annotations = {"dev.sigstore.bundle.content": "dsse-envelope", "dev.sigstore.bundle.predicateType": predicate_type,
                       "org.opencontainers.image.created": "2026-01-01T00:05:00Z"}
        manifest = dump_json({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": BUNDLE,
                              "config": descriptor("application/vnd.oci.empty.v1+json", empty), "layers": [descriptor(BUNDLE, content)],
                              "subject": descriptor(OCI_MANIFEST, image.manifest), "annotations": annotations})
        put_manifest(scene, digest(manifest), manifest, OCI_MANIFEST)
        entries.append(descriptor(OCI_MANIFEST, manifest) | {"artifactType": BUNDLE, "annotations": annotations})
    index = dump_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries})
    put_manifest(scene, tag_of(image.digest), index, OCI_INDEX)


def trusted_root(chain, log_key):
    der = lambda certificate: {"rawBytes": b64(certificate.public_bytes(serialization.Encoding.DER))}
    return {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [{"baseUrl": "https://rekor.example.com", "hashAlgorithm": "SHA2_256",
                       "publicKey": {"rawBytes": b64(public_der(log_key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                                     "validFor": {"start": "2025-01-01T00:00:00Z"}},
                       "logId": {"keyId": b64(hashlib.sha256(public_der(log_key)).digest())}}],
            "certificateAuthorities": [{"subject": {"organization": "example", "commonName": "fulcio"}, "uri": "https://fulcio.example.com",
                                        "certChain": {"certificates": [der(each) for each in reversed(chain)]},
                                        "validFor": {"start": "2025-01-01T00:00:00Z"}}],
            "ctlogs": [], "timestampAuthorities": []}


# The Notary Project


def notary(image):
    root_key = rsa.generate_private_key(65537, 2048)
    root = certificate("notary-root", root_key, "notary-root", root_key, ca=True)
    key = ec.generate_private_key(ec.SECP256R1())
    usage = [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False), (x509.BasicConstraints(False, None), True)]
    leaf = certificate("notary.example.com", key, "notary-root", root_key, extensions=usage)
    (HERE / "trust/notary.pem").write_bytes(pem(root))
    config = WORK / "config/notation"
    config.mkdir(parents=True)
    (WORK / "notary.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                        serialization.NoEncryption()))
    (WORK / "notary.crt").write_bytes(pem(leaf) + pem(root))
    (config / "signingkeys.json").write_text(json.dumps({"default": "k", "keys": [
        {"name": "k", "keyPath": str(WORK / "notary.key"), "certPath": str(WORK / "notary.crt")}]}))
    for scene, more in (("notation", []), ("notation-cose", ["--signature-format", "cose"]), ("notation-expiry", ["--expiry", "24h"])):
        run("notation", "sign", "--insecure-registry", "--key", "k", *more, push(scene, image))


# Time stamps


def stamped(image):
    """Signatures whose certificates are valid on the day that this runs, stamped by an authority that is OpenSSL."""
    root_key = rsa.generate_private_key(65537, 2048)
    root = certificate("stamping-root", root_key, "stamping-root", root_key, ca=True)
    key = rsa.generate_private_key(65537, 2048)
    leaf = certificate("stamper", key, "stamping-root", root_key, extensions=[(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)])
    (WORK / "tsa.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
                                                     serialization.NoEncryption()))
    (WORK / "tsa.crt").write_bytes(pem(leaf))
    (WORK / "tsa-root.pem").write_bytes(pem(root))
    (WORK / "serial").write_text("01")
    (WORK / "tsa.cnf").write_text(f"""[tsa]\ndefault_tsa = it\n[it]\nserial = {WORK}/serial\nsigner_cert = {WORK}/tsa.crt
certs = {WORK}/tsa-root.pem\nsigner_key = {WORK}/tsa.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1
digests = sha256, sha384, sha512\nordering = no\ntsa_name = no\ness_cert_id_chain = no\ness_cert_id_alg = sha256\n""")

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            (WORK / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            run("openssl", "ts", "-reply", "-config", WORK / "tsa.cnf", "-queryfile", WORK / "query", "-out", WORK / "reply")
            body = (WORK / "reply").read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"

    signing_key = rsa.generate_private_key(65537, 2048)
    signing_root = certificate("signing-root", signing_key, "signing-root", signing_key, ca=True)
    today = datetime.datetime.now(UTC).replace(microsecond=0)
    span = {"start": today - datetime.timedelta(hours=1), "span": datetime.timedelta(hours=2)}
    (HERE / "trust/stamped.pem").write_bytes(pem(signing_root) + pem(root))
    (HERE / "trust/stamped-without-authority.pem").write_bytes(pem(signing_root))

    signer = ec.generate_private_key(ec.SECP256R1())
    usage = [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False),
             (x509.SubjectAlternativeName([x509.RFC822Name("ci@example.com")]), False)]
    imported("stamped", signer)
    (HERE / "trust/stamped.pub").unlink()
    (WORK / "leaf").write_bytes(pem(certificate("ci", signer, "signing-root", signing_key, extensions=usage, **span)))
    (WORK / "chain").write_bytes(pem(signing_root))
    reference = push("stamped", image)
    sign(reference, "stamped", "--certificate", WORK / "leaf", "--certificate-chain", WORK / "chain", "--timestamp-server-url", url)

    notary_key = ec.generate_private_key(ec.SECP384R1())
    usage = [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False), (x509.BasicConstraints(False, None), True)]
    notary_leaf = certificate("notary.example.com", notary_key, "signing-root", signing_key, extensions=usage, **span)
    (WORK / "notary.key").write_bytes(notary_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                               serialization.NoEncryption()))
    (WORK / "notary.crt").write_bytes(pem(notary_leaf) + pem(signing_root))
    for scene, form in (("notation-stamped", "jws"), ("notation-cose-stamped", "cose")):
        run("notation", "sign", "--insecure-registry", "--key", "k", "--signature-format", form, "--timestamp-url", url,
            "--timestamp-root-cert", WORK / "tsa-root.pem", push(scene, image))
    server.shutdown()
    keyless_v2(image, root, leaf)


def keyless_v2(image, stamping_root, stamper):
    """A bundle of the second Rekor: an Ed25519 log that proves inclusion and no time, which a stamp does."""
    root_key = ec.generate_private_key(ec.SECP384R1())
    root = certificate("fulcio-root", root_key, "fulcio-root", root_key, ca=True)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = fulcio_leaf(key, "fulcio-root", root_key, start=datetime.datetime.now(UTC).replace(microsecond=0) - datetime.timedelta(minutes=2))
    statement = dump_json({"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://sigstore.dev/cosign/sign/v1", "predicate": {},
                           "subject": [{"name": "shop", "digest": {"sha256": image.digest[7:]}}]})
    envelope, signature = dsse(statement, key)
    (WORK / "signature").write_bytes(signature)
    run("openssl", "ts", "-query", "-data", WORK / "signature", "-sha256", "-cert", "-out", WORK / "query")
    run("openssl", "ts", "-reply", "-config", WORK / "tsa.cnf", "-queryfile", WORK / "query", "-out", WORK / "reply")

    log_key = ed25519.Ed25519PrivateKey.generate()
    origin = "rekor2.example.com"
    raw = log_key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    log_id = hashlib.sha256(origin.encode() + b"\n\1" + raw).digest()
    body = canonical({"apiVersion": "0.0.2", "kind": "dsse", "spec": {"dsseV002": {
        "payloadHash": {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(statement).digest())},
        "signatures": [{"content": b64(signature), "verifier": {
            "keyDetails": "PKIX_ECDSA_P256_SHA_256", "x509Certificate": {"rawBytes": b64(leaf.public_bytes(serialization.Encoding.DER))}}}]}}})
    other = hashlib.sha256(b"\0other").digest()
    tree = hashlib.sha256(b"\1" + other + hashlib.sha256(b"\0" + body).digest()).digest()
    note = f"{origin}\n2\n{b64(tree)}\n"
    checkpoint = note + f"\n\u2014 {origin} {b64(log_id[:4] + log_key.sign(note.encode()))}\n"
    content = dump_json({"mediaType": BUNDLE, "dsseEnvelope": envelope, "verificationMaterial": {
        "certificate": {"rawBytes": b64(leaf.public_bytes(serialization.Encoding.DER))},
        "tlogEntries": [{"logIndex": "1", "logId": {"keyId": b64(log_id)}, "kindVersion": {"kind": "dsse", "version": "0.0.2"},
                         "canonicalizedBody": b64(body),
                         "inclusionProof": {"logIndex": "1", "treeSize": "2", "rootHash": b64(tree), "hashes": [b64(other)],
                                            "checkpoint": {"envelope": checkpoint}}}],
        "timestampVerificationData": {"rfc3161Timestamps": [{"signedTimestamp": b64((WORK / "reply").read_bytes())}]}}})
    reference = push("keyless-rekor2", image)
    attach_bundles("keyless-rekor2", image, [("https://sigstore.dev/cosign/sign/v1", content)])
    trusted = trusted_root([root], log_key)
    trusted["tlogs"][0].update(baseUrl=f"https://{origin}", logId={"keyId": b64(log_id)})
    trusted["tlogs"][0]["publicKey"]["keyDetails"] = "PKIX_ED25519"
    der = lambda certificate: {"rawBytes": b64(certificate.public_bytes(serialization.Encoding.DER))}
    trusted["timestampAuthorities"] = [{"subject": {"organization": "example", "commonName": "stamper"}, "uri": "https://tsa.example.com",
                                        "certChain": {"certificates": [der(stamper), der(stamping_root)]},
                                        "validFor": {"start": "2025-01-01T00:00:00Z"}}]
    (HERE / "trust/trusted_root_rekor2.json").write_text(json.dumps(trusted, indent=1))
    verify(True, {}, "--new-bundle-format", "--trusted-root", HERE / "trust/trusted_root_rekor2.json", "--use-signed-timestamps",
           "--insecure-ignore-sct", reference)


# Layouts


def dump(scene):
    entries = []
    tags = json.loads(ask(f"/v2/{scene}/tags/list"))["tags"]
    for tag in sorted(tags):
        keep_manifest(scene, tag, entries, {"org.opencontainers.image.ref.name": tag})
    (HERE / f"scenes/{scene}.json").write_bytes(json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}, indent=1).encode())


def keep_manifest(scene, reference, entries=None, annotations=None):
    manifest = get(scene, reference)
    keep(manifest)
    document = json.loads(manifest)
    for part in document.get("manifests", []):
        keep_manifest(scene, part["digest"])
    for part in document.get("layers", []) + [document[name] for name in ("config",) if name in document]:
        keep(get_blob(scene, part["digest"]))
    if entries is not None:
        entries.append(descriptor(document["mediaType"], manifest) | {"annotations": annotations})


def save(reference):
    """The layout that `cosign save` makes."""
    run("cosign", "save", "--allow-http-registry", "--dir", WORK / "saved", reference)
    for path in (WORK / "saved/blobs/sha256").iterdir():
        keep(path.read_bytes())
    shutil.copy(WORK / "saved/index.json", HERE / "scenes/saved.json")


def keep(blob):
    folder = HERE / "blobs/sha256"
    folder.mkdir(exist_ok=True)
    (folder / digest(blob)[7:]).write_bytes(blob)


# Small things


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def tag_of(digest, ending=None):
    return digest.replace(":", "-") + (f".{ending}" if ending else "")


def descriptor(media_type, content):
    return {"mediaType": media_type, "digest": digest(content), "size": len(content)}


def dump_json(value):
    return json.dumps(value, separators=(",", ":")).encode()


def canonical(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def b64(content):
    return base64.b64encode(content).decode()


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def public_der(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def run(*command, environment=None, check=True):
    env = os.environ | {"COSIGN_PASSWORD": "", "XDG_CONFIG_HOME": str(WORK / "config"), "HOME": str(WORK)} | (environment or {})
    done = subprocess.run([str(word) for word in command], env=env, cwd=WORK, capture_output=True, text=True, timeout=120)
    if check and done.returncode:
        sys.exit(f"{command}: {done.stdout}{done.stderr}")
    return done


def verify(expected, environment, *more):
    done = run("cosign", "verify", "--allow-http-registry", "--certificate-identity", IDENTITY, "--certificate-oidc-issuer", ISSUER, *more,
               environment=environment, check=False)
    print("cosign says", done.returncode == 0, more[-1], done.stderr.strip().splitlines()[-1][:200] if done.returncode else "")
    if (done.returncode == 0) != expected:
        sys.exit(f"cosign verify of {more[-1]}: {done.stdout}{done.stderr}")


def start_registry():
    config = WORK / "registry.yml"
    config.write_text(f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {WORK}/registry}}}}\nhttp: {{addr: '{HOST}'}}\n")
    process = subprocess.Popen(["docker-registry", "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(50):
        try:
            ask("/v2/")
            return process
        except OSError:
            time.sleep(0.1)
    sys.exit("the registry does not start")


def ask(path, method="GET", content=None, headers=None):
    url = path if path.startswith("http") else f"http://{HOST}{path}"
    request = urllib.request.Request(url, data=content, method=method, headers=headers or {})
    with urllib.request.urlopen(request) as answer:
        return answer.read() if method != "POST" else answer.headers["Location"]


def put_blob(scene, content):
    place = ask(f"/v2/{scene}/blobs/uploads/", "POST", b"")
    sign = "&" if "?" in place else "?"
    ask(f"{place}{sign}digest={digest(content)}", "PUT", content, {"Content-Type": "application/octet-stream"})


def put_manifest(scene, reference, content, media_type):
    ask(f"/v2/{scene}/manifests/{reference}", "PUT", content, {"Content-Type": media_type})


def get(scene, reference):
    return ask(f"/v2/{scene}/manifests/{reference}", headers={"Accept": f"{OCI_MANIFEST}, {OCI_INDEX}"})


def get_blob(scene, digest):
    return ask(f"/v2/{scene}/blobs/{digest}")


if __name__ == "__main__":
    main()
