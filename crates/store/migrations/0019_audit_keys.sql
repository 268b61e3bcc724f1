-- The public keys that servers sign checkpoints of the audit trail with, so that any of them verifies the checkpoints of all.
CREATE TABLE audit_keys (
    id          {text} PRIMARY KEY,            -- the first 16 hexadecimal digits of the SHA-256 of the key
    public_key  {bytes} NOT NULL,              -- Ed25519
    seal        {bytes} NOT NULL,              -- the public key, sealed by the master key: what the database alone says proves little
    created     {integer} NOT NULL,
    seen        {integer} NOT NULL             -- when its server last signed or started
) {table};
