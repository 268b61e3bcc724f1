-- Which images an index of several platforms stands for (OCI image-spec, image-index.md): engines and clusters run images by
-- the digest of their index.
CREATE TABLE platform_images (
    index_digest  {text} NOT NULL,
    image_digest  {text} NOT NULL,
    platform      {text} NOT NULL,             -- `linux/arm64`; empty where the index does not say
    noted         {integer} NOT NULL,
    PRIMARY KEY (index_digest, image_digest)
) {table};
CREATE INDEX platform_images_image ON platform_images (image_digest);
