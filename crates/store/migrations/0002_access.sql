-- Who may do what.
CREATE TABLE users (
    id               {text} PRIMARY KEY,
    name             {text} NOT NULL UNIQUE,   -- what is typed at the log-in; lower case
    display_name     {text} NOT NULL,
    email            {text},
    password_hash    {text} NOT NULL,          -- Argon2id, PHC string
    must_change      {integer} NOT NULL,       -- the password, at the next log-in
    totp_secret      {bytes},                  -- sealed
    totp_last_step   {integer} NOT NULL,       -- a code counts once
    is_disabled      {integer} NOT NULL,
    failures         {integer} NOT NULL,       -- wrong passwords in a row
    locked_until     {integer} NOT NULL,
    last_login       {integer},
    created          {integer} NOT NULL,
    changed          {integer} NOT NULL,
    version          {integer} NOT NULL
) {table};

CREATE TABLE scopes (
    id           {text} PRIMARY KEY,
    name         {text} NOT NULL UNIQUE,
    description  {text} NOT NULL,
    definition   {text} NOT NULL,              -- JSON: expression and variables
    created      {integer} NOT NULL,
    changed      {integer} NOT NULL,
    version      {integer} NOT NULL
) {table};

CREATE TABLE roles (
    id           {text} PRIMARY KEY,
    name         {text} NOT NULL UNIQUE,
    description  {text} NOT NULL,
    permissions  {text} NOT NULL,              -- joined by commas
    is_preset    {integer} NOT NULL,
    created      {integer} NOT NULL,
    changed      {integer} NOT NULL,
    version      {integer} NOT NULL
) {table};

-- No row: the role reaches everything.
CREATE TABLE role_scopes (
    role_id   {text} NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    scope_id  {text} NOT NULL REFERENCES scopes (id),
    PRIMARY KEY (role_id, scope_id)
) {clustered};
CREATE INDEX role_scopes_scope ON role_scopes (scope_id);

CREATE TABLE groups (
    id           {text} PRIMARY KEY,
    name         {text} NOT NULL UNIQUE,
    description  {text} NOT NULL,
    created      {integer} NOT NULL,
    changed      {integer} NOT NULL,
    version      {integer} NOT NULL
) {table};

CREATE TABLE group_members (
    group_id  {text} NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id   {text} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
) {clustered};
CREATE INDEX group_members_user ON group_members (user_id);

-- `holder` is the id of a user or a group.
CREATE TABLE role_holders (
    holder   {text} NOT NULL,
    role_id  {text} NOT NULL REFERENCES roles (id),
    PRIMARY KEY (holder, role_id)
) {clustered};
CREATE INDEX role_holders_role ON role_holders (role_id);

CREATE TABLE sessions (
    id          {text} PRIMARY KEY,
    secret      {bytes} NOT NULL UNIQUE,       -- SHA-256 of what the cookie holds
    user_id     {text} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created     {integer} NOT NULL,
    last_seen   {integer} NOT NULL,
    expires     {integer} NOT NULL,
    address     {text} NOT NULL,
    user_agent  {text} NOT NULL
) {table};
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE tokens (
    id           {text} PRIMARY KEY,
    name         {text} NOT NULL,
    secret       {bytes} NOT NULL UNIQUE,      -- SHA-256 of the token
    owner        {text} REFERENCES users (id) ON DELETE CASCADE,  -- whose rights bound it; none for machines
    permissions  {text} NOT NULL,
    scopes       {text} NOT NULL,              -- ids joined by commas; empty for everything
    addresses    {text} NOT NULL,              -- CIDR blocks joined by commas; empty for any
    created      {integer} NOT NULL,
    created_by   {text} NOT NULL,
    expires      {integer},
    last_used    {integer},
    revoked      {integer}
) {table};
CREATE INDEX tokens_owner ON tokens (owner);
CREATE INDEX tokens_created ON tokens (created, id);

-- Keys of requests that create something: the same key gives the same answer again.
CREATE TABLE idempotency (
    principal  {text} NOT NULL,
    key        {text} NOT NULL,
    request    {bytes} NOT NULL,               -- SHA-256 of method, path and body
    status     {integer} NOT NULL,             -- 0 while the first is under way
    body       {text} NOT NULL,
    at         {integer} NOT NULL,
    PRIMARY KEY (principal, key)
) {clustered};
CREATE INDEX idempotency_at ON idempotency (at);
