-- The intelligence that servers with one database share, in pieces: whichever has the newest gives it to the others.
CREATE TABLE intelligence_files (
    id           {text} PRIMARY KEY,
    fingerprint  {text} NOT NULL,
    sequence     {integer} NOT NULL,           -- the time of its newest record, in seconds since 1970
    placed       {integer} NOT NULL,           -- when it came to the server that gave it
    begun        {integer} NOT NULL,           -- when that server began to give it
    parts        {integer} NOT NULL            -- how many pieces it has; 0 while they are being written
) {table};

CREATE TABLE intelligence_parts (
    file_id  {text} NOT NULL REFERENCES intelligence_files (id) ON DELETE CASCADE,
    part     {integer} NOT NULL,
    body     {bytes} NOT NULL,                 -- zstd
    PRIMARY KEY (file_id, part)
) {clustered};
