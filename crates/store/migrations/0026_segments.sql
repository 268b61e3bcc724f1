-- The parts of the repositories of images, lower case: by them a name is found of which the beginning is open (`*/api:*`).
CREATE TABLE image_segments (
    segment   {text} NOT NULL,
    image_id  {integer} NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    PRIMARY KEY (segment, image_id)
) {clustered};
CREATE INDEX image_segments_image ON image_segments (image_id);
INSERT INTO image_segments (segment, image_id)
    WITH RECURSIVE cut (image_id, segment, remainder) AS (
        SELECT image_id, substr(repository, 1, 0), replace(replace(lower(repository), ':', '/'), '@', '/') || '/' FROM image_names
        UNION ALL
        SELECT image_id, substr(remainder, 1, {position}(remainder, '/') - 1), substr(remainder, {position}(remainder, '/') + 1)
            FROM cut WHERE remainder <> '')
    SELECT DISTINCT segment, image_id FROM cut WHERE segment <> '';

-- Images that lead a list are put in order by their names, for which their rows are wide.
CREATE INDEX images_place ON images (id, name);

-- What SQLite has in its tables without row ids, PostgreSQL looks up in the table: an index that answers alone spares it that.
{postgresql}DROP INDEX image_words_image;
{postgresql}CREATE INDEX image_words_image ON image_words (image_id, word);
{postgresql}DROP INDEX image_labels_image;
{postgresql}CREATE INDEX image_labels_image ON image_labels (image_id, label);
{postgresql}DROP INDEX image_names_image;
{postgresql}CREATE INDEX image_names_image ON image_names (image_id) INCLUDE (registry, repository, tag);

-- Indexes answer alone of pages that were vacuumed since they were written (PostgreSQL 15 manual, 11.9, 25.1.4). Rows of images
-- come and stay: a fifth of millions more until the next time, as it is by itself, is too many.
{postgresql}ALTER TABLE images SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);
{postgresql}ALTER TABLE image_names SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);
{postgresql}ALTER TABLE image_words SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);
{postgresql}ALTER TABLE image_segments SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);
{postgresql}ALTER TABLE image_labels SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);
{postgresql}ALTER TABLE image_packages SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);
{postgresql}ALTER TABLE findings SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);
{postgresql}ALTER TABLE scope_images SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);
