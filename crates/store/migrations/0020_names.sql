-- Which names of its images an application scope takes in: whoever is limited to it learns of no others.

-- Whether all names are; where not all are, `scope_names` and `scope_words` have what is within.
ALTER TABLE scope_images ADD COLUMN is_whole {integer} NOT NULL DEFAULT 0;
-- The name that the image is listed under within the scope.
ALTER TABLE scope_images ADD COLUMN name {text} NOT NULL DEFAULT '';
-- Since when it has a name there.
ALTER TABLE scope_images ADD COLUMN since {integer} NOT NULL DEFAULT 0;
UPDATE scope_images SET
    is_whole = CASE WHEN (SELECT count(*) FROM image_names n WHERE n.image_id = scope_images.image_id) < 2 THEN 1 ELSE 0 END,
    name = COALESCE((SELECT i.digest FROM images i WHERE i.id = scope_images.image_id), ''),
    since = COALESCE((SELECT max(n.seen) FROM image_names n WHERE n.image_id = scope_images.image_id), 0);
-- One name is the one by which the image belongs there.
UPDATE scope_images SET
    name = COALESCE((SELECT i.name FROM images i WHERE i.id = scope_images.image_id), ''),
    since = COALESCE((SELECT i.registered FROM images i WHERE i.id = scope_images.image_id), 0)
    WHERE is_whole = 1;
CREATE INDEX scope_images_name ON scope_images (scope_id, name, image_id);
CREATE INDEX scope_images_since ON scope_images (scope_id, since, image_id);

CREATE TABLE scope_names (
    scope_id    {text} NOT NULL,
    image_id    {integer} NOT NULL,
    registry    {text} NOT NULL,
    repository  {text} NOT NULL,
    tag         {text} NOT NULL,
    PRIMARY KEY (image_id, scope_id, registry, repository, tag),
    FOREIGN KEY (scope_id, image_id) REFERENCES scope_images (scope_id, image_id) ON DELETE CASCADE
) {clustered};

-- The words that such an image is found by within the scope: those of its names there, and those that are of no name.
CREATE TABLE scope_words (
    scope_id  {text} NOT NULL,
    image_id  {integer} NOT NULL,
    word      {text} NOT NULL,
    PRIMARY KEY (image_id, scope_id, word),
    FOREIGN KEY (scope_id, image_id) REFERENCES scope_images (scope_id, image_id) ON DELETE CASCADE
) {clustered};

-- Scopes of before find their images once more, with the names.
ALTER TABLE scope_marks ADD COLUMN has_names {integer} NOT NULL DEFAULT 0;
