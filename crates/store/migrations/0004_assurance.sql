-- Policies with all their versions.
CREATE TABLE policies (
    id          {text} PRIMARY KEY,
    name        {text} NOT NULL UNIQUE,
    document    {text} NOT NULL,               -- as its author wrote it, YAML or JSON
    is_enabled  {integer} NOT NULL,
    created     {integer} NOT NULL,
    changed     {integer} NOT NULL,
    author      {text} NOT NULL,               -- id of whoever changed it last
    author_name {text} NOT NULL,
    version     {integer} NOT NULL
) {table};

CREATE TABLE policy_versions (
    policy_id    {text} NOT NULL,
    version      {integer} NOT NULL,
    name         {text} NOT NULL,
    document     {text} NOT NULL,
    is_enabled   {integer} NOT NULL,
    author       {text} NOT NULL,
    author_name  {text} NOT NULL,
    comment      {text} NOT NULL,
    at           {integer} NOT NULL,
    PRIMARY KEY (policy_id, version)
) {clustered};

CREATE TABLE exceptions (
    id              {text} PRIMARY KEY,
    name            {text} NOT NULL UNIQUE,
    document        {text} NOT NULL,           -- JSON: the exception as policies read it
    policy_id       {text},                    -- the policy that it is asked for, where one is named
    state           {text} NOT NULL,           -- requested, approved, refused, withdrawn, expired
    ends            {integer} NOT NULL,        -- the moment from which it no longer holds
    requester       {text} NOT NULL,
    requester_name  {text} NOT NULL,
    requested       {integer} NOT NULL,
    decider         {text},
    decider_name    {text},
    decided         {integer},
    comment         {text} NOT NULL,           -- of whoever decided
    is_reminded     {integer} NOT NULL,        -- whether its end was announced
    changed         {integer} NOT NULL,
    version         {integer} NOT NULL
) {table};
CREATE INDEX exceptions_state ON exceptions (state, ends);

-- Which digests of a repository may run; a repository without a row approves nothing and refuses nothing.
CREATE TABLE approved_digests (
    registry     {text} NOT NULL,
    repository   {text} NOT NULL,
    digest       {text} NOT NULL,
    approver     {text} NOT NULL,
    approver_name {text} NOT NULL,
    comment      {text} NOT NULL,
    at           {integer} NOT NULL,
    PRIMARY KEY (registry, repository, digest)
) {clustered};
CREATE INDEX approved_digests_digest ON approved_digests (digest);

-- How far the evaluation of stored images has come. `wanted` counts the changes of what images are judged by.
CREATE TABLE evaluation (
    id            {integer} PRIMARY KEY,
    wanted        {integer} NOT NULL,
    done          {integer} NOT NULL,
    running       {integer} NOT NULL,          -- the pass under way; that of `done` where there is none
    cursor        {integer} NOT NULL,          -- images up to this one are done in it
    cause         {text} NOT NULL,             -- why it runs
    intelligence  {text} NOT NULL,             -- the fingerprint of the intelligence that all were judged by
    finished      {integer} NOT NULL,          -- when the last pass over everything ended
    owner         {text} NOT NULL,             -- the server that does it, until `until`
    until         {integer} NOT NULL
) {table};
INSERT INTO evaluation (id, wanted, done, running, cursor, cause, intelligence, finished, owner, until)
    VALUES (1, 0, 0, 0, 0, '', '', 0, '', 0);

-- Images that have to be judged again one by one.
CREATE TABLE evaluation_queue (
    image_id  {integer} PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    cause     {text} NOT NULL
) {table};
