-- The public keys that servers sign verdicts with, so that any of them tells the keys of all.
CREATE TABLE verdict_keys (
    id          {text} PRIMARY KEY,            -- the first 16 hexadecimal digits of the SHA-256 of the key
    public_key  {bytes} NOT NULL,              -- Ed25519
    created     {integer} NOT NULL,
    seen        {integer} NOT NULL             -- when its server was last there
) {table};
