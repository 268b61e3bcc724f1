//! Images of several platforms: which images the digest of an index stands for.
//!
//! What an index says follows from its digest, so that it is the same in every repository and never changes.

use crate::{Connection, StoreError, values};

/// The image of one platform.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlatformImage {
    /// The digest of its manifest.
    pub digest: String,
    /// `linux/arm64`; empty where the index does not say.
    pub platform: String,
}

/// Notes which images an index stands for.
///
/// # Errors
/// When the database fails.
pub fn note_index(
    connection: &mut Connection,
    index_digest: &str,
    images: &[PlatformImage],
    now: i64,
) -> Result<(), StoreError> {
    let rows = images.iter().map(|image| values![index_digest, &image.digest, &image.platform, now]);
    connection.insert_rows(
        "platform_images (index_digest, image_digest, platform, noted)",
        "ON CONFLICT DO NOTHING",
        rows.collect(),
    )
}

/// The images that an index stands for, by platform; none where the digest is that of no index that is known.
///
/// # Errors
/// When the database fails.
pub fn of_index(connection: &mut Connection, index_digest: &str) -> Result<Vec<PlatformImage>, StoreError> {
    let rows = connection.rows(
        "SELECT image_digest, platform FROM platform_images WHERE index_digest = $1
         ORDER BY platform, image_digest LIMIT 1000",
        &values![index_digest],
    )?;
    Ok(rows.iter().map(|row| PlatformImage { digest: row.text(0), platform: row.text(1) }).collect())
}

/// The digests of the indexes that stand for an image among others.
///
/// # Errors
/// When the database fails.
pub fn indexes_of(connection: &mut Connection, image_digest: &str) -> Result<Vec<String>, StoreError> {
    let rows = connection.rows(
        "SELECT index_digest FROM platform_images WHERE image_digest = $1 ORDER BY index_digest LIMIT 1000",
        &values![image_digest],
    )?;
    Ok(rows.iter().map(|row| row.text(0)).collect())
}

/// Whether a tag names an image of an index that stands for this one, too.
///
/// # Errors
/// When the database fails.
pub fn is_of_tag(
    connection: &mut Connection,
    image_digest: &str,
    registry: &str,
    repository: &str,
    tag: &str,
) -> Result<bool, StoreError> {
    let row = connection.row(
        "SELECT 1 FROM image_names n JOIN images i ON i.id = n.image_id
         WHERE n.registry = $1 AND n.repository = $2 AND n.tag = $3 AND n.is_current = 1 AND EXISTS (
             SELECT 1 FROM platform_images a JOIN platform_images b ON b.index_digest = a.index_digest
             WHERE a.image_digest = i.digest AND b.image_digest = $4) LIMIT 1",
        &values![registry, repository, tag, image_digest],
    )?;
    Ok(row.is_some())
}

/// Forgets the indexes of an image that is removed, but for those of which there are other images: they still stand for this
/// one too, and have no verdict without it.
pub(super) fn forget_indexes(connection: &mut Connection, image_digest: &str) -> Result<(), StoreError> {
    for index in indexes_of(connection, image_digest)? {
        connection.execute(
            "DELETE FROM platform_images WHERE index_digest = $1 AND NOT EXISTS (
                 SELECT 1 FROM platform_images p JOIN images i ON i.digest = p.image_digest WHERE p.index_digest = $1)",
            &values![index],
        )?;
    }
    Ok(())
}

/// Forgets the indexes noted before a time of which no image was ever registered: their scans failed.
///
/// # Errors
/// When the database fails.
pub fn remove_unused_indexes(connection: &mut Connection, before: i64) -> Result<u64, StoreError> {
    connection.execute(
        "DELETE FROM platform_images WHERE noted < $1 AND NOT EXISTS (
             SELECT 1 FROM platform_images p JOIN images i ON i.digest = p.image_digest
             WHERE p.index_digest = platform_images.index_digest)",
        &values![before],
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::{add, permit, write};
    use super::*;
    use crate::images::remove;
    use crate::testing::on_both_stores;

    fn image(number: u32) -> PlatformImage {
        PlatformImage { digest: format!("sha256:{number}"), platform: format!("linux/p{number}") }
    }

    #[test]
    fn an_index_is_known_for_as_long_as_one_of_its_images_is() {
        on_both_stores(|store| {
            add(store, 1, "shop/api", &[]);
            add(store, 2, "shop/api", &[]);
            for (index, images) in [("sha256:a", [1, 2]), ("sha256:b", [2, 3]), ("sha256:c", [4, 5])] {
                write(store, move |connection| note_index(connection, index, &images.map(image), 10));
            }
            let images = |index: &'static str| {
                let found = store.read_blocking(move |connection| of_index(connection, index)).unwrap();
                found.into_iter().map(|image| image.digest).collect::<Vec<_>>()
            };
            let indexes = store.read_blocking(|connection| indexes_of(connection, "sha256:2")).unwrap();
            assert_eq!(indexes, ["sha256:a", "sha256:b"]);
            write(store, |connection| remove(connection, &permit("images.approve", &[]), "sha256:2", 11));
            assert_eq!(images("sha256:a"), ["sha256:1", "sha256:2"], "it still stands for the one that is gone");
            assert!(images("sha256:b").is_empty(), "there is none of its images");
            // What was never registered stays while its scans may be under way.
            assert_eq!(write(store, |connection| remove_unused_indexes(connection, 10)), 0);
            assert_eq!(write(store, |connection| remove_unused_indexes(connection, 11)), 2);
            assert!(images("sha256:c").is_empty());
            assert_eq!(images("sha256:a").len(), 2);
        });
    }
}
