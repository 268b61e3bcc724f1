//! Symbolic links in `node_modules`: pnpm lays every package into a store and links it to where it is needed, workspaces
//! link their members.

use model::UntrustedPath;

/// The folder of a package that a symbolic link at `path` to `target` stands for: for links that lie where packages do.
pub(crate) fn linked_package(path: &UntrustedPath, target: &str) -> Option<String> {
    let folder = path.parent();
    let folder = match folder.rsplit_once('/') {
        Some((above, scope)) if scope.starts_with('@') => above,
        _ => folder,
    };
    let lies_in_tree = folder == "node_modules" || folder.ends_with("/node_modules");
    let is_package = lies_in_tree && !path.file_name().starts_with(['.', '@']);
    is_package.then(|| path.resolve(target).as_str().to_owned()).filter(|target| !target.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_count_where_packages_lie() {
        let check = |path: &str, target: &str, expected: Option<&str>| {
            assert_eq!(linked_package(&UntrustedPath::normalise(path), target).as_deref(), expected, "{path}");
        };
        check("a/node_modules/b", ".pnpm/b@1/node_modules/b", Some("a/node_modules/.pnpm/b@1/node_modules/b"));
        check("node_modules/@s/b", "../../packages/b", Some("packages/b"));
        check("a/node_modules/.bin", "x", None);
        check("a/node_modules/.bin/b", "../b/cli.js", None);
        check("a/node_modules/@s", "../s", None);
        check("usr/bin/b", "../lib/node_modules/b/cli.js", None);
        check("node_modules/b", "/", None);
    }
}
