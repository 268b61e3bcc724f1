-- What holds at a hundred thousand images: an index for every key that lists are filtered by, and the times that retention
-- goes by.
CREATE INDEX images_os ON images (os, id);
CREATE INDEX images_platform ON images (platform, id);
CREATE INDEX images_approval ON images (approval, id);
CREATE INDEX images_kev ON images (kev, id);
CREATE INDEX images_secrets ON images (secrets, id);
CREATE INDEX images_malware ON images (malware, id);
CREATE INDEX images_gaps ON images (gaps, id);

-- The inner order of a list by name is that of the index, within an ecosystem too.
CREATE INDEX packages_ecosystem ON packages (ecosystem, name, version, id);
CREATE INDEX packages_version ON packages (version, id);
CREATE INDEX vulnerabilities_kev ON vulnerabilities (kev, id);
CREATE INDEX vulnerabilities_epss ON vulnerabilities (epss, id);

-- The trail is looked through by what did it, too; each together with when.
CREATE INDEX audit_kind ON audit (kind, sequence);
CREATE INDEX audit_object_id ON audit (object_id, sequence);

-- When somebody last registered the image or asked for its verdict, to the day: an image that nobody has seen for long may
-- go.
ALTER TABLE images ADD COLUMN seen {integer} NOT NULL DEFAULT 0;
UPDATE images SET seen = CASE WHEN indexed > evaluated THEN indexed ELSE evaluated END;
CREATE INDEX images_seen ON images (seen, id);
-- Images are found by what registries say of them, too.
CREATE INDEX registry_tags_image ON registry_tags (digest, seen);

-- Since when a verdict is history: another took its place, or its image was removed.
ALTER TABLE verdicts ADD COLUMN ended {integer};
UPDATE verdicts SET ended = evaluated WHERE NOT EXISTS (
    SELECT 1 FROM images i WHERE i.id = verdicts.image_id AND i.verdict_id = verdicts.id);
CREATE INDEX verdicts_ended ON verdicts (ended, id) WHERE ended IS NOT NULL;

CREATE INDEX outbox_dead ON outbox (at, id) WHERE is_dead = 1;
-- The newest images of a repository, in the order in which they came.
CREATE INDEX image_names_place ON image_names (registry, repository, image_id);

CREATE INDEX jobs_created ON jobs (created, id);
