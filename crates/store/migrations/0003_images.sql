-- Images, and what is derived of their indexes.
CREATE TABLE images (
    id            {counted},
    digest        {text} NOT NULL UNIQUE,
    name          {text} NOT NULL,             -- the name that it is listed under: the first by registry, repository, tag
    platform      {text} NOT NULL,
    os            {text} NOT NULL,             -- id and version of the distribution: `debian 12`
    created       {text},                      -- as the image says, RFC 3339
    size_bytes    {integer} NOT NULL,          -- of its layers as stored
    packages      {integer} NOT NULL,
    critical      {integer} NOT NULL,          -- vulnerabilities that count, by severity
    high          {integer} NOT NULL,
    medium        {integer} NOT NULL,
    low           {integer} NOT NULL,
    unrated       {integer} NOT NULL,          -- without a severity, or of severity none
    kev           {integer} NOT NULL,          -- of these, known to be exploited
    secrets       {integer} NOT NULL,
    malware       {integer} NOT NULL,
    misconfigurations {integer} NOT NULL,
    gaps          {integer} NOT NULL,
    severity      {integer} NOT NULL,          -- of the worst finding that counts: its place among the words
    decision      {integer} NOT NULL,          -- of the verdict: its place among the words
    verdict_id    {text} NOT NULL,
    approval      {integer} NOT NULL,          -- 0: nobody approves digests here, 1: approved, 2: not approved
    findings_hash {bytes} NOT NULL,            -- SHA-256 of the rows of its findings: unchanged ones are not written again
    has_archives  {integer} NOT NULL,          -- whether an archive of it is named by the intelligence
    source        {text} NOT NULL,             -- JSON: where the index is from
    source_rank   {integer} NOT NULL,          -- 1: the installation's own scan, 0: a pipeline
    registered    {integer} NOT NULL,          -- the first time
    indexed       {integer} NOT NULL,          -- when the index that is kept came
    evaluated     {integer} NOT NULL           -- when the verdict came to be as it is
) {table};
CREATE INDEX images_name ON images (name, id);
CREATE INDEX images_registered ON images (registered, id);
CREATE INDEX images_evaluated ON images (evaluated, id);
CREATE INDEX images_critical ON images (critical, id);
CREATE INDEX images_high ON images (high, id);
CREATE INDEX images_severity ON images (severity, id);
CREATE INDEX images_decision ON images (decision, id);
CREATE INDEX images_archives ON images (has_archives, id);

-- What the scanner found, once for each digest; everything else can be derived of it.
CREATE TABLE image_indexes (
    image_id  {integer} PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    hash      {bytes} NOT NULL,                -- SHA-256 of the document
    length    {integer} NOT NULL,              -- of the document, in bytes
    body      {bytes} NOT NULL                 -- the document, zstd
) {table};

CREATE TABLE image_names (
    registry    {text} NOT NULL,
    repository  {text} NOT NULL,
    tag         {text} NOT NULL,               -- empty: known by digest
    image_id    {integer} NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    seen        {integer} NOT NULL,            -- the first time
    is_current  {integer} NOT NULL,            -- whether the tag still names it
    PRIMARY KEY (registry, repository, tag, image_id)
) {clustered};
CREATE INDEX image_names_repository ON image_names (repository, image_id);
CREATE INDEX image_names_tag ON image_names (tag, image_id);
CREATE INDEX image_names_image ON image_names (image_id);

-- The words that images are searched by, lower case.
CREATE TABLE image_words (
    word      {text} NOT NULL,
    image_id  {integer} NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    PRIMARY KEY (word, image_id)
) {clustered};
CREATE INDEX image_words_image ON image_words (image_id);

CREATE TABLE image_labels (
    label     {text} NOT NULL,                 -- key=value
    image_id  {integer} NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    PRIMARY KEY (label, image_id)
) {clustered};
CREATE INDEX image_labels_image ON image_labels (image_id);

-- Which images belong to which application scopes.
CREATE TABLE scope_images (
    scope_id  {text} NOT NULL,
    image_id  {integer} NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    PRIMARY KEY (scope_id, image_id)
) {clustered};
CREATE INDEX scope_images_image ON scope_images (image_id, scope_id);

-- The version of each scope that its images were found by, and how far that has come.
CREATE TABLE scope_marks (
    scope_id  {text} PRIMARY KEY,
    version   {integer} NOT NULL,
    cursor    {integer} NOT NULL,              -- images up to this one are done
    is_done   {integer} NOT NULL
) {table};

-- Every package that some image has. All that a document says of it is its key, so that no document can rename another's.
CREATE TABLE packages (
    id         {counted},
    name       {text} NOT NULL,
    version    {text} NOT NULL,
    ecosystem  {text} NOT NULL,
    purl       {text} NOT NULL,
    source     {text} NOT NULL,                -- name of the source package; empty where there is none
    UNIQUE (name, version, ecosystem, purl, source)
) {table};
CREATE INDEX packages_source ON packages (source, id);

CREATE TABLE image_packages (
    image_id    {integer} NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    package_id  {integer} NOT NULL REFERENCES packages (id),
    layer       {integer},
    PRIMARY KEY (image_id, package_id)
) {clustered};
CREATE INDEX image_packages_package ON image_packages (package_id, image_id);

-- Findings of the current evaluation, in the order of reports.
CREATE TABLE findings (
    image_id       {integer} NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    position       {integer} NOT NULL,
    kind           {text} NOT NULL,
    finding        {text} NOT NULL,            -- id of the vulnerability or check, name of the rule or license
    severity       {integer} NOT NULL,
    package        {text} NOT NULL,            -- purl; empty where it is about none
    package_name   {text} NOT NULL,
    path           {text} NOT NULL,
    status         {text} NOT NULL,
    fixed_version  {text},
    score          {real},
    kev            {integer} NOT NULL,
    epss           {real},
    excepted_by    {text},
    title          {text},
    PRIMARY KEY (image_id, position)
) {clustered};
CREATE INDEX findings_finding ON findings (kind, finding, image_id);

-- Every vulnerability that some image had.
CREATE TABLE vulnerabilities (
    id         {text} PRIMARY KEY,
    severity   {integer} NOT NULL,             -- the worst that an image has it with
    kev        {integer} NOT NULL,
    epss       {real},
    title      {text},
    published  {text},
    first_seen {integer} NOT NULL
) {table};
CREATE INDEX vulnerabilities_severity ON vulnerabilities (severity, id);
CREATE INDEX vulnerabilities_first_seen ON vulnerabilities (first_seen, id);

-- Verdicts as they were told; they stay readable after their image and policies are gone.
CREATE TABLE verdicts (
    id            {text} PRIMARY KEY,
    image_id      {integer} NOT NULL,
    digest        {text} NOT NULL,
    subject       {text} NOT NULL,
    decision      {integer} NOT NULL,
    evaluated     {integer} NOT NULL,
    intelligence  {integer},
    cause         {text} NOT NULL,             -- why it was judged: `registered`, `policy`, `intelligence`, …
    hash          {bytes} NOT NULL,            -- SHA-256 of the object without id, time and intelligence
    body          {bytes} NOT NULL             -- the verdict object, zstd
) {table};
CREATE INDEX verdicts_image ON verdicts (image_id, evaluated, id);
CREATE INDEX verdicts_digest ON verdicts (digest, evaluated, id);

-- What others want to be told: notifications, streams.
CREATE TABLE events (
    id          {counted},
    at          {integer} NOT NULL,
    topic       {text} NOT NULL,
    object      {text} NOT NULL,
    object_id   {text} NOT NULL,
    parameters  {text} NOT NULL                -- JSON
) {table};
CREATE INDEX events_at ON events (at, id);
