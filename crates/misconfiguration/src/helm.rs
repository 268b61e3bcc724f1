//! Helm charts, rendered with their own values as `helm template` does. No program is run; a template that cannot be
//! rendered is a gap.

mod chart;
mod files;
mod functions;
mod lines;
mod methods;
mod regexes;
mod render;
mod sprig;
mod value;
mod work;

use model::{Gap, UntrustedPath};

use crate::kubernetes::Manifests;
use crate::tree::Tree;
use crate::yaml::{self, Tags};

use render::Rendered;

/// The stack of the thread that renders: templates call templates, and each call takes some of it.
const STACK_BYTES: usize = 64 << 20;

/// Whether a file is a template of a chart: it means nothing before it is rendered.
pub(crate) fn is_template(tree: &Tree, path: &UntrustedPath) -> bool {
    chart_of(path.as_str()).is_some_and(|folder| tree.get(&join(folder, "Chart.yaml")).is_some())
}

/// The folder that would be the chart of a file below `templates`.
fn chart_of(path: &str) -> Option<&str> {
    match path.find("/templates/") {
        Some(place) => Some(&path[..place]),
        None => path.starts_with("templates/").then_some(""),
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Renders every chart of a tree, and hands over the manifests of each template.
pub(crate) fn render(tree: &Tree, gaps: &mut Vec<Gap>, take: &mut dyn FnMut(Manifests)) {
    for chart in chart::read(tree, gaps) {
        let rendered = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
            let rendering = thread.spawn_scoped(scope, || render::render(&chart));
            rendering.ok().and_then(|rendering| rendering.join().ok())
        });
        let Some(rendered) = rendered else {
            gaps.push(Gap::new(chart.folder.as_str(), "the chart cannot be rendered"));
            continue;
        };
        for Rendered { path, text, doubt } in rendered {
            gaps.extend(doubt.map(|reason| Gap::new(path.as_str(), reason)));
            match text.and_then(|text| documents(tree, &path, &text)) {
                Ok(Some(of_file)) => take(of_file),
                Ok(None) => {}
                Err(reason) => gaps.push(Gap::new(path.as_str(), format!("the template cannot be rendered: {reason}"))),
            }
        }
    }
}

/// The manifests of a rendered template, with lines of the template rather than of what it became.
fn documents(tree: &Tree, path: &UntrustedPath, rendered: &str) -> Result<Option<Manifests>, String> {
    if rendered.trim().is_empty() {
        return Ok(None);
    }
    let mut documents = yaml::parse(rendered, Tags::Dropped).map_err(|error| error.to_string())?;
    let lines = lines::align(tree.get(path.as_str()).unwrap_or_default(), rendered);
    documents.iter_mut().for_each(|document| lines::move_to(document, &lines));
    let manifests = Manifests { is_installed: true, ..Manifests::from_documents(path, documents) };
    Ok((!manifests.objects.is_empty()).then_some(manifests))
}

#[cfg(test)]
mod tests;
