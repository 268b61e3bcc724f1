//! From packages to the images that have them: which packages are called so, and which images are judged again for them.

use crate::connection::each_chunk;
use crate::evaluation::AGAIN;
use crate::images::PackageRow;
use crate::{Connection, StoreError, Value, values};

/// The systems of all images by id and version, as `debian 12`, and at most so many; one is empty where an image tells none.
///
/// # Errors
/// When the database fails.
pub fn systems(connection: &mut Connection, most: usize) -> Result<Vec<String>, StoreError> {
    let mut systems = Vec::new();
    let mut next = connection.row("SELECT min(os) FROM images", &[])?;
    while let Some(system) = next.and_then(|row| row.optional_text(0)).filter(|_| systems.len() < most) {
        next = connection.row("SELECT min(os) FROM images WHERE os > $1", &values![&system])?;
        systems.push(system);
    }
    Ok(systems)
}

/// Hands on, with its number, every package that has one of these names, or whose source package has; one may come twice.
///
/// # Errors
/// When the database fails.
pub fn each_package_called(
    connection: &mut Connection,
    names: &[String],
    mut take: impl FnMut(i64, PackageRow),
) -> Result<(), StoreError> {
    for column in ["name", "source"] {
        each_chunk(names.iter().map(|name| values![name]).collect(), |count, names| {
            let places: Vec<String> = (1..=count).map(|at| format!("${at}")).collect();
            let sql = format!(
                "SELECT p.id, p.name, p.version, p.ecosystem, p.purl, p.source, p.source_version FROM packages p
                 WHERE p.{column} IN ({})",
                places.join(", ")
            );
            connection.each(&sql, names, |row| {
                let package = PackageRow {
                    name: row.text(1),
                    version: row.text(2),
                    ecosystem: row.text(3),
                    purl: row.text(4),
                    source: row.text(5),
                    source_version: row.optional_text(6),
                    layer: None,
                };
                take(row.integer(0), package);
                Ok(())
            })
        })?;
    }
    Ok(())
}

/// Puts the images that have one of these packages, of all systems or of one, into the queue for another evaluation.
///
/// # Errors
/// When the database fails.
pub fn queue_images_with(
    connection: &mut Connection,
    packages: &[i64],
    system: Option<&str>,
    cause: &str,
) -> Result<(), StoreError> {
    each_chunk(packages.iter().map(|id| values![*id]).collect(), |count, packages| {
        let places: Vec<String> = (2..=count + 1).map(|at| format!("${at}")).collect();
        let (images, of_system) = match system {
            Some(_) => (" CROSS JOIN images i", format!(" AND i.id = ip.image_id AND i.os = ${}", count + 2)),
            None => ("", String::new()),
        };
        let sql = format!(
            "INSERT INTO evaluation_queue (image_id, cause)
             SELECT DISTINCT ip.image_id, $1 FROM image_packages ip{images}
             WHERE ip.package_id IN ({}){of_system} {AGAIN}",
            places.join(", ")
        );
        let cause = [Value::from(cause)].into_iter();
        let parameters: Vec<Value> = cause.chain(packages.iter().cloned()).chain(system.map(Value::from)).collect();
        connection.execute(&sql, &parameters).map(|_| ())
    })
}

/// Puts the images that have archives known by their bytes alone into the queue for another evaluation.
///
/// # Errors
/// When the database fails.
pub fn queue_archives(connection: &mut Connection, cause: &str) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO evaluation_queue (image_id, cause) SELECT id, $1 FROM images WHERE has_archives = 1 {AGAIN}"
    );
    connection.execute(&sql, &values![cause])?;
    Ok(())
}
